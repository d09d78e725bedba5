"""What strangers send: bodies without end, names that would like to be code."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.guest.served import World
from tests.factories import MONDAY_10

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
MEGABYTE = b"x" * 2**20
PAYLOADS = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</textarea><svg onload=alert(1)>",
    "</script><script>alert(1)</script>",
    "{{ constructor }} ${alert(1)} `+alert(1)+`",
    "<iframe srcdoc='<script>top[\"alert\"](1)</script>'>",
    "<style>*{display:none}</style><base href=//evil>",
)


def in_chunks() -> Iterator[bytes]:
    """Five megabytes whose end nobody announces."""
    yield from [MEGABYTE] * 5


@pytest.mark.parametrize("content", [MEGABYTE * 5, in_chunks()], ids=["length", "chunks"])
def test_five_megabytes_are_answered_in_a_sentence(world: World, content: bytes | Iterator[bytes]) -> None:
    answer = httpx.post(f"{world.url}/schedule/mara/intro/confirm", content=content)
    assert answer.status_code == 413
    assert "A form here takes up to 1 MB." in answer.text


def test_a_form_in_chunks_is_read_like_any_other(world: World) -> None:
    form = iter([b"name=Ada+", b"Okafor&email=nobody"])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = httpx.post(f"{world.url}/schedule/mara/intro/confirm", content=form, headers=headers)
    assert answer.status_code == 422
    assert 'value="Ada Okafor"' in answer.text


def test_a_body_that_is_announced_and_never_comes_holds_nobody_up(world: World) -> None:
    server = urlsplit(world.url)
    with socket.create_connection((server.hostname or "", server.port or 0), timeout=5) as line:
        line.sendall(f"POST /b/x/cancel HTTP/1.1\r\nHost: {server.netloc}\r\nContent-Length: {2**30}\r\n\r\nx".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413")


def test_what_guests_type_never_runs(open_page: OpenPage, world: World) -> None:
    """The console reports every violation of the content security policy, and there may be none."""
    page = open_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.goto(f"{world.url}/schedule/mara/intro?date={MONDAY_10:%Y-%m-%d}")
    for payload in PAYLOADS:
        page.locator(".slot").first.click()
        page.get_by_label("Name").fill(payload)
        page.get_by_label("Email").fill("ada@guest.example")
        page.get_by_label("What would you like to talk about?").fill(payload)
        page.get_by_role("button", name="Book this time").click()
        expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
        page.get_by_role("link", name="Cancel this booking").click()
        page.get_by_label("Message to the host").fill(payload)
        page.get_by_role("button", name="Cancel booking").click()
        page.get_by_role("link", name="Book again").click()
        expect(page.locator(".slot").first).to_be_visible()
    assert dialogs == []


def test_what_links_carry_never_runs(open_page: OpenPage, world: World) -> None:
    page = open_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for payload in PAYLOADS:
        carried = dict.fromkeys(("name", "note", "utm_source", "tz", "date"), payload)
        page.goto(f"{world.url}/schedule/mara/intro?{httpx.QueryParams(carried)}")
        page.locator(".slot").first.click()
        expect(page.get_by_label("Name")).to_have_value(payload)
    assert dialogs == []
