"""The start page, Plan and Account."""

import pytest
from django.test import Client
from pytest_django import Settings

from sivient.accounts.models import Identity, Plan, User

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_the_start_page_tells_strangers_what_this_is(client: Client) -> None:
    page = client.get("/")
    assert "Let people book a time with you" in page.content.decode()
    assert "Sign in with Google" in page.content.decode()
    assert "https://google.test" in page["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [(Plan.FREE, "What Pro adds"), (Plan.PRO, "What Pro gives you"), (Plan.BUSINESS, "Scheduling included")],
)
def test_the_plan_page_says_what_the_account_has(browser: Client, plan: str, sentence: str) -> None:
    User.objects.update(plan=plan)
    page = browser.get("/settings/plan").content.decode()
    assert sentence in page
    assert Plan(plan).label in page
    assert "support@sivient.example" in page


def test_without_a_support_address_the_plan_page_names_the_operator(browser: Client, settings: Settings) -> None:
    settings.SUPPORT_EMAIL = ""
    page = browser.get("/settings/plan").content.decode()
    assert "Its operator changes plans; give them your handle" in page
    assert "mailto:" not in page


def test_the_profile_is_saved(browser: Client, host: User) -> None:
    typed = {"name": " Mara  Lindqvist-Ek ", "timezone": "Asia/Tokyo"}
    assert browser.post("/settings/account", typed)["Location"] == "/settings/account"
    host.refresh_from_db()
    assert (host.name, host.timezone) == ("Mara Lindqvist-Ek", "Asia/Tokyo")
    assert host.schedules.get().timezone == "Europe/Berlin"  # hours do not move because their host travels
    assert browser.post("/settings/account", {"name": "", "timezone": "Asia/Tokyo"}).status_code == 422


def test_the_profile_begins_with_the_name_and_no_hidden_field_pushes_it_down(browser: Client) -> None:
    page = browser.get("/settings/account").content.decode()
    begin = page.partition('form-sheet"')[2].partition(">")[2]
    assert begin.lstrip().startswith('<div class="field"><label for="id_name">')


def test_the_account_page_shows_the_ways_in_and_out(browser: Client, host: User) -> None:
    Identity.objects.create(user=host, provider="google", issuer="i", subject="secret-subject", email="m@x.example")
    page = browser.get("/settings/account").content.decode()
    for words in ("Google, m@x.example", "Sign out everywhere", "Download my data", "Delete account"):
        assert words in page
    assert "secret-subject" not in page


def test_the_colours_are_remembered_in_the_browser(browser: Client) -> None:
    browser.post("/settings/account/theme", {"theme": "dark"})
    assert 'data-theme="dark"' in browser.get("/settings/account").content.decode()
    browser.post("/settings/account/theme", {"theme": "<script>"})
    assert "data-theme" not in browser.get("/settings/account").content.decode()
