"""A served product with hosts in every state, and their browsers."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.served import served


@dataclass(frozen=True, slots=True)
class World:
    """The product's address, and the cookie of each host's session."""

    url: str
    cookies: dict[str, str]


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The server. Pages that change something belong to a host whom no other test uses."""
    with served(tmp_path_factory.mktemp("host")) as running:
        made = subprocess.run(
            [sys.executable, "-m", "tests.browser.host.seed"],
            env=dict(running.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        yield World(running.url, json.loads(made.stdout))


OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(open_page: OpenPage, world: World) -> OpenAs:
    """Open a page in the browser of a host, or of nobody."""

    def open_as(who: str | None, path: str, **how: Any) -> Page:
        page = open_page(**how)
        if who is not None:
            page.context.add_cookies([{"name": "session", "value": world.cookies[who], "url": world.url}])
        page.goto(world.url + path)
        return page

    return open_as
