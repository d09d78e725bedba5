"""Private links of an event type: made, handed out, ended and taken away."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.scheduling.models import EventType, PrivateLink
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def address(host: User) -> str:
    """The page of Mara's only event type."""
    return f"/event-types/{host.event_types.get().pk}/links"


def test_a_link_is_made_listed_and_removed(browser: Client, address: str) -> None:
    assert "No private links." in browser.get(address).content.decode()
    typed = {"label": " For  Ada ", "last_day": "", "single_use": "on"}
    assert browser.post(address, typed)["Location"] == address
    link = PrivateLink.objects.get()
    assert (link.label, link.single_use, link.expires_at) == ("For Ada", True, None)
    page = browser.get(address).content.decode()
    for words in ("For Ada", "For one booking", f'data-copies="http://testserver/p/{link.token}"', "The link is made."):
        assert words in page
    assert browser.post(f"{address}/{link.pk}/remove")["Location"] == address
    assert not PrivateLink.objects.exists()


def test_a_link_is_good_until_the_end_of_its_last_day_where_the_host_is(browser: Client, address: str) -> None:
    today = timezone.now().astimezone(ZoneInfo("Europe/Berlin")).date()
    browser.post(address, {"last_day": today.isoformat()})
    after = today + timedelta(days=1)
    midnight = datetime(after.year, after.month, after.day, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert PrivateLink.objects.get().expires_at == midnight
    page = browser.get(address).content.decode()
    assert f"good until the end of {today:%A} {today.day} {today:%B} {today.year}" in page


@pytest.mark.parametrize(
    ("stored", "word"),
    [
        ({"single_use": True, "used_at": NOW}, ">Used<"),
        ({"expires_at": NOW - timedelta(days=1)}, ">Expired<"),
    ],
)
def test_an_ended_link_says_so_and_is_not_handed_out(
    browser: Client, host: User, address: str, stored: dict[str, object], word: str
) -> None:
    link = PrivateLink.objects.create(event_type=host.event_types.get(), created_at=NOW, **stored)
    page = browser.get(address).content.decode()
    assert word in page
    assert link.token not in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"label": "x" * 61}, "A label has up to 60 characters."),
        ({"label": "x" * 10_000}, "A label has up to 60 characters."),
        ({"last_day": "2020-01-01"}, "This date is past."),
        ({"last_day": "0001-01-01"}, "This date is past."),
        ({"last_day": "9999-12-31"}, "Choose a date before the year 3000."),
        ({"last_day": "tomorrow"}, "Enter a date such as 2026-12-24."),
        ({"last_day": "\x00"}, "Enter a date such as 2026-12-24."),
    ],
)
def test_what_cannot_be_made_is_named_and_kept(
    browser: Client, address: str, typed: dict[str, str], sentence: str
) -> None:
    answer = browser.post(address, {"label": "For Ada", "single_use": "on"} | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert typed.get("label", "For Ada") in page
    assert not PrivateLink.objects.exists()


def test_the_last_link_of_a_hidden_event_type_is_replaced(browser: Client, host: User, address: str) -> None:
    EventType.objects.update(hidden=True)
    link = PrivateLink.objects.create(event_type=host.event_types.get(), created_at=NOW)
    assert "only these links lead to it" in browser.get(address).content.decode()
    browser.post(f"{address}/{link.pk}/remove")
    assert PrivateLink.objects.get().token != link.token
