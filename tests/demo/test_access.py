"""The tour exists in the demo alone; there everybody sees it, and only its own forms switch something."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import include, path

from sivient.config.urls import urlpatterns
from sivient.demo.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LOOKS, SWITCHES = ("/tour", "/tour/progress.json"), ("/tour/zoom", "/tour/crowd")


@pytest.fixture
def demo(tmp_path: Path, settings: Any) -> None:
    """The addresses of a demo whose other parts do not answer."""
    nobody = "http://127.0.0.1:9"
    Stage(str(tmp_path), nobody, nobody, nobody, nobody, nobody, 0).save()
    settings.DEMO_DIR = str(tmp_path)
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "sivient.demo"]
    settings.ROOT_URLCONF = (*urlpatterns, path("", include("sivient.demo.urls")))


@pytest.mark.parametrize("address", [*LOOKS, *SWITCHES])
def test_outside_the_demo_there_is_no_tour(address: str) -> None:
    assert Client().get(address).status_code == Client().post(address).status_code == 404


@pytest.mark.usefixtures("demo")
def test_in_the_demo_everybody_looks_and_nobody_switches_by_looking() -> None:
    browser = Client(enforce_csrf_checks=True)
    assert [browser.get(address).status_code for address in LOOKS] == [200, 200]
    assert [browser.get(address).status_code for address in SWITCHES] == [405, 405]


@pytest.mark.usefixtures("demo")
def test_a_switch_needs_the_token_of_the_tour() -> None:
    browser = Client(enforce_csrf_checks=True)
    assert [browser.post(address).status_code for address in SWITCHES] == [403, 403]
    browser.get("/tour")
    token = {"csrfmiddlewaretoken": browser.cookies[settings.CSRF_COOKIE_NAME].value}
    assert browser.post("/tour/zoom", token)["Location"] == "/tour?problem=zoom#late"
    assert browser.post("/tour/crowd", token)["Location"] == "/tour?problem=page#crowd"
