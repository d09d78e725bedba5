"""What follows from the settings, seen in an application of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.settings import GIVEN

PUBLIC = "https://meet.example.org"
ASK = """
import sys, django
django.setup()
from django.test import Client
browser = Client(enforce_csrf_checks=True, raise_request_exception=False, headers={"host": "meet.example.org"})
"""
SEND = """
from django.conf import settings
browser.cookies[settings.CSRF_COOKIE_NAME] = token = "a" * 32
answer = browser.post("/sign-out", {"csrfmiddlewaretoken": token}, headers={"origin": sys.argv[1]})
print(answer.status_code)
"""
LOOK = """
answer = browser.get(sys.argv[1])
print(answer.status_code, answer.headers.get("Retry-After"), answer.content.decode())
"""
AWAY = "postgres://sivient:canary@127.0.0.1:1/sivient"  # nobody listens there


def ask(folder: Path, code: str, argument: str, **settings: str) -> str:
    """Run the code in a process with these settings; return what it prints."""
    given = {**GIVEN, "SIVIENT_BASE_URL": PUBLIC, "SIVIENT_DATA_DIR": str(folder), "DATABASE_URL": ""}
    environment = {**os.environ, **given, **settings, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-W", "error::UserWarning", "-c", ASK + code, argument]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "canary" not in done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_a_form_of_the_public_address_is_accepted_also_when_no_proxy_is_believed(tmp_path: Path, proxies: str) -> None:
    assert ask(tmp_path, SEND, PUBLIC, SIVIENT_PROXIES=proxies) == "302\n"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://evil.example", "null"])
def test_a_form_of_another_address_is_refused(tmp_path: Path, origin: str) -> None:
    assert ask(tmp_path, SEND, origin, SIVIENT_PROXIES="0") == "403\n"


@pytest.mark.parametrize("path", ["/schedule/mara", "/schedule/mara/intro", "/b/some-token"])
def test_a_guest_whom_the_database_does_not_answer_is_asked_to_come_back(tmp_path: Path, path: str) -> None:
    said = ask(tmp_path, LOOK, path, DATABASE_URL=AWAY)
    assert said.startswith("503 30 <!doctype html>")
    assert f'href="{path}">Try again' in said


def test_a_page_that_needs_no_database_is_shown_without_one(tmp_path: Path) -> None:
    assert ask(tmp_path, LOOK, "/docs/", DATABASE_URL=AWAY).startswith("200")


def test_a_test_run_leaves_nothing_behind(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ask(tmp_path / "data", LOOK, "/healthz", TMPDIR=str(temporary))
    assert list(temporary.iterdir()) == []
