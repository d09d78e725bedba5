"""A Chromium, and pages in it that report every error of theirs."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tools import chromium as installed
from tools.system import CHROMIUM

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / ".cache/screenshots"
DESKTOP = (1280, 800)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The product needs nobody else: every other host does not exist, and asking for one is an error on the console.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
]
PATIENCE = 10_000  # milliseconds until an element that does not come is a failure


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser. It ends with this folder: while it runs, its event loop stands in the way of asyncio and Django."""
    path = installed.executable()
    if path is None:
        pytest.fail(CHROMIUM.advice())
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Problems(list[str]):
    """What pages complained about: errors and warnings on the console, errors that no script caught."""

    def __init__(self) -> None:
        super().__init__()
        # Chromium's own complaints when a page is left before its transition began: no script of ours asked for one.
        self.expected: list[str] = ["ViewTransition opt-in disabled", "Transition was (aborted|skipped)"]

    def expect(self, pattern: str) -> None:
        """A complaint that matches is part of this test: a page that answers 404 logs one line by itself."""
        self.expected.append(pattern)

    def watch(self, context: BrowserContext) -> None:
        """Note what every page of the context complains about, also the pages it opens later."""
        context.on(
            "console",
            lambda line: self.append(f"{line.type}: {line.text}") if line.type in ("error", "warning") else None,
        )
        context.on("weberror", lambda error: self.append(f"uncaught: {error.error}"))

    def unexpected(self) -> list[str]:
        """The complaints that the test did not ask for."""
        return [said for said in self if not any(re.search(pattern, said) for pattern in self.expected)]


@pytest.fixture
def problems() -> Problems:
    """The complaints of the pages of this test. When it ends there may be none but the expected ones."""
    return Problems()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, problems: Problems) -> Iterator[OpenPage]:
    """Open an empty page as somebody else each time: own cookies, screen, theme, language and time zone."""
    contexts: list[BrowserContext] = []

    def open_page(
        *,
        screen: tuple[int, int] = DESKTOP,
        theme: str = "light",
        locale: str = "en-GB",
        timezone: str = "Europe/London",
        javascript: bool = True,
        **more: Any,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": screen[0], "height": screen[1]},
            color_scheme="dark" if theme == "dark" else "light",
            locale=locale,
            timezone_id=timezone,
            java_script_enabled=javascript,
            **more,
        )
        context.set_default_timeout(PATIENCE)
        problems.watch(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert problems.unexpected() == []


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Take a picture of the whole page for people to look at, if SCREENSHOTS is set: .cache/screenshots/NAME.png."""

    def screenshot(page: Page, name: str) -> None:
        if os.environ.get("SCREENSHOTS"):
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return screenshot
