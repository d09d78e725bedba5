"""Signing in by clicking, at the emulated Google and Microsoft, under the real content security policy."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from sivient.demo.stage import Stage
from tests.browser.conftest import OpenPage, Problems
from tests.demoed import demoed

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The demo, fresh."""
    with demoed(tmp_path_factory.mktemp("sign-in")) as demo:
        yield demo.stage


def choose(page: Page, provider: str, press: str) -> None:
    """Press a provider's button, and then one of its own."""
    page.get_by_role("button", name=f"Sign in with {provider}").click()
    page.get_by_role("button", name=re.compile(press)).first.click()


def test_the_mara_of_another_tenant_does_not_get_into_the_account_of_mara(open_page: OpenPage, stage: Stage) -> None:
    page = open_page()
    page.goto(stage.web)
    choose(page, "Google", "Mara Lindqvist")
    expect(page.get_by_role("heading", name="Bookings")).to_be_visible()
    page.goto(f"{stage.web}/settings/account")
    expect(page.get_by_text("mara@nordlicht.example").first).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()

    choose(page, "Microsoft", "Mara Lindqvist")
    expect(page.get_by_role("heading", name="Set up your page")).to_be_visible()
    expect(page.get_by_text("Signed in as mara@nordlicht.example.")).to_be_visible()
    expect(page.get_by_label("Handle")).not_to_have_value("mara")


def test_cancelling_leads_back_to_a_calm_page(open_page: OpenPage, stage: Stage, problems: Problems) -> None:
    problems.expect("status of 400")
    page = open_page()
    page.goto(f"{stage.web}/availability")
    choose(page, "Microsoft", "Cancel")
    expect(page.get_by_role("alert")).to_contain_text("The sign-in at Microsoft was cancelled. Nothing has changed.")
    choose(page, "Google", "Mara Lindqvist")
    expect(page.get_by_role("heading", name="Bookings")).to_be_visible()


def test_a_page_that_was_asked_for_comes_after_signing_in(open_page: OpenPage, stage: Stage) -> None:
    page = open_page()
    page.goto(f"{stage.web}/availability")
    choose(page, "Google", "Mara Lindqvist")
    expect(page.get_by_role("heading", name="Availability")).to_be_visible()
