"""The browser tests can fail: each thing they rely on is shown on a small page that is wrong on purpose."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page

from tests.browser import conftest
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, Problems

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'"
SOUND = "<h1>Times</h1><p>Tuesday at nine.</p>"
FAINT = "<h1>Times</h1><p class=faint>Tuesday at nine.</p>"
FILES = {
    "/app.css": ("text/css", ".faint { color: #ddd; background: #fff }"),
    "/throws.js": ("text/javascript", "throw new Error('no times')"),
    "/writes.js": ("text/javascript", "document.querySelector('p').textContent = Intl.DateTimeFormat()"
    ".resolvedOptions().timeZone + ' ' + navigator.language + ' ' + matchMedia('(prefers-color-scheme: dark)').matches"
    " + ' ' + innerWidth"),
}  # fmt: skip


class Pages(BaseHTTPRequestHandler):
    """Serves FILES, and at any other address a page with what the query says as its body, under a strict policy."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        kind, text = FILES.get(path, ("text/html; charset=utf-8", PAGES.get(query, "")))
        self.send_response(404 if path == "/missing" else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def document(body: str) -> str:
    icon = '<link rel=icon href="data:,">'
    return (
        f"<!doctype html><html lang=en><title>Times</title>{icon}<link rel=stylesheet href=/app.css><main>{body}</main>"
    )


PAGES = {
    "sound": document(SOUND),
    "faint": document(FAINT),
    "throws": document(SOUND + "<script src=/throws.js></script>"),
    "inline": document(SOUND + "<script>1</script>"),
    "writes": document(SOUND + "<script src=/writes.js></script>"),
    "elsewhere": document(SOUND + "<script src=//elsewhere.example/x.js></script>"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as serving:
        Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


def test_axe_finds_faint_text_under_the_real_policy_and_nothing_on_a_sound_page(
    open_page: OpenPage, server: str
) -> None:
    page = open_page()
    page.goto(f"{server}/?sound")
    assert violations(page) == []
    page.goto(f"{server}/?faint")
    assert [line.partition(":")[0] for line in violations(page)] == ["color-contrast"]


def test_a_page_is_seen_as_somebody_with_own_screen_theme_language_and_zone(open_page: OpenPage, server: str) -> None:
    page = open_page(screen=(390, 844), theme="dark", locale="de-DE", timezone="Asia/Tokyo")
    page.goto(f"{server}/?writes")
    assert page.inner_text("p") == "Asia/Tokyo de-DE true 390"


def test_a_page_without_javascript_runs_none(open_page: OpenPage, server: str) -> None:
    page = open_page(javascript=False)
    page.goto(f"{server}/?writes")
    assert page.inner_text("p") == "Tuesday at nine."


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("/?throws", "uncaught: .*no times"),
        ("/?inline", "Content Security Policy"),
        ("/?elsewhere", "Content Security Policy"),
        ("/missing?sound", "404"),
    ],
)
def test_an_error_on_a_page_is_noted(
    open_page: OpenPage, problems: Problems, server: str, address: str, complaint: str
) -> None:
    open_page().goto(f"{server}{address}")
    assert problems.unexpected()
    problems.expect(complaint)
    assert problems.unexpected() == []


def test_no_other_host_can_be_reached(open_page: OpenPage) -> None:
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        open_page().goto("http://elsewhere.example/")


def test_a_picture_is_taken_only_when_asked_for(
    open_page: OpenPage,
    screenshot: Callable[[Page, str], None],
    server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conftest, "SCREENSHOTS", tmp_path)
    page = open_page()
    page.goto(f"{server}/?sound")
    monkeypatch.delenv("SCREENSHOTS", raising=False)
    screenshot(page, "times")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("SCREENSHOTS", "1")
    screenshot(page, "times")
    assert (tmp_path / "times.png").read_bytes().startswith(b"\x89PNG")
