"""A server whose operator has registered no app at Zoom: the card says so, and leads to what can be done."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.served import Served, served

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


def login_link(running: Served, handle: str) -> str:
    """The address with which the operator lets somebody in."""
    command = [sys.executable, "-m", "sivient.cli", "login-link", handle]
    done = subprocess.run(command, env=dict(running.environment), capture_output=True, text=True, check=True)
    found = re.search(r"http\S+", done.stdout)
    assert found
    return found[0]


def test_zoom_turned_off_leads_to_its_entry_and_from_there_to_how_it_is_turned_on(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with served(tmp_path, ZOOM_CLIENT_ID="", ZOOM_CLIENT_SECRET="", ZOOM_WEBHOOK_SECRET_TOKEN="") as running:
        page = open_page()
        page.goto(login_link(running, "mara"))
        page.get_by_role("button", name="Sign in as mara").click()
        page.goto(f"{running.url}/settings/integrations")
        card = page.locator("#zoom")
        expect(card).to_contain_text("Zoom is turned off on this server.")
        expect(card.get_by_role("button", name=re.compile("Connect"))).to_have_count(0)
        card.get_by_role("link", name="More about this").first.click()
        entry = page.get_by_role("heading", name="Zoom is turned off on this server")
        expect(entry).to_be_in_viewport()
        assert page.url.endswith("/docs/zoom#turned-off")
        page.locator("#turned-off ~ p").first.get_by_role("link", name="For operators").click()
        expect(page.get_by_role("heading", name="For operators: your own Zoom app")).to_be_in_viewport()
