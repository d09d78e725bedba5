"""Whatever is sent, the sentences beside the fields are ours, not those of the framework."""

import pytest
from django.test import Client

from sivient.accounts.models import User
from tests.console.editing import TYPED

pytestmark = [pytest.mark.django_db, pytest.mark.db]
FRAMEWORK = ("This field is required", "Null characters", "Ensure this value", "Select a valid choice", "Enter a valid")
SETTINGS = dict.fromkeys(("handle", "platform", "phone", "address", "link", "pause_note"), "")
FORMS: dict[str, dict[str, str]] = {
    "/settings/account": dict.fromkeys(("name", "timezone"), ""),
    "/settings/scheduling": SETTINGS,
    "/availability": dict.fromkeys(("name", "timezone", "from-0", "to-0"), ""),
    "/availability/dates/new": dict.fromkeys(("schedule", "day", "kind", "from-date", "to-date"), ""),
    "/availability/dates/time-off": dict.fromkeys(("first", "last", "note"), ""),
    "/availability/dates/travel": dict.fromkeys(("first", "last", "timezone"), ""),
    "/availability/dates/holidays": dict.fromkeys(("country", "region"), ""),
    "/event-types/new": dict.fromkeys(TYPED, "") | {"schedule": ""},
}


@pytest.mark.parametrize("rubbish", ["", "\x00", "x" * 5000, "-1", "0001-01-01", "phone"])
@pytest.mark.parametrize("address", FORMS)
def test_no_sentence_is_the_framework_s(browser: Client, host: User, address: str, rubbish: str) -> None:
    host.schedules.create(name="Evenings", timezone="UTC")
    for typed in (dict.fromkeys(FORMS[address], rubbish), FORMS[address] | {"platform": "phone", "phone": rubbish}):
        answer = browser.post(address, typed)
        assert answer.status_code in (200, 302, 422)
        page = answer.content.decode()
        assert [words for words in FRAMEWORK if words in page] == []


def test_the_private_link_and_the_question_about_a_time_are_asked_in_our_words(browser: Client, host: User) -> None:
    address = f"/event-types/{host.event_types.get().pk}"
    for rubbish in ("", "\x00", "x" * 5000, "-1"):
        made = browser.post(f"{address}/links", {"label": rubbish, "last_day": rubbish}).content.decode()
        asked = browser.get(f"{address}/times", {"date": rubbish, "time": rubbish, "minutes": rubbish}).content.decode()
        assert [words for words in FRAMEWORK if words in made + asked] == []


def test_what_is_too_long_is_refused_not_cut(browser: Client, host: User) -> None:
    page = browser.post("/settings/account", {"name": "x" * 101, "timezone": "UTC"}).content.decode()
    assert "A name has up to 100 characters." in page
    typed = {"handle": "mara", "platform": "in_person", "address": "x" * 501}
    assert "An address has up to 500 characters." in browser.post("/settings/scheduling", typed).content.decode()
