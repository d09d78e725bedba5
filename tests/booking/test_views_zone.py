"""The zone and the clock that an address names: they hold until the guest chooses others."""

import re
from html import unescape

import pytest
from django.test import Client

from sivient.scheduling.models import EventType, Hours
from tests.factories import MONDAY_10, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def intro() -> EventType:
    """One of Mara's two event types."""
    host = make_host(handle="mara")
    make_event_type(host, slug="review", title="Design review")
    return make_event_type(host, slug="intro")


def text_of(client: Client, address: str) -> str:
    """A page, entities resolved."""
    return unescape(client.get(address).content.decode())


def test_the_next_page_is_in_the_zone_and_clock_of_the_address(client: Client, intro: EventType) -> None:
    text = text_of(client, "/schedule/mara?tz=Asia/Tokyo&clock=12&utm_source=mail")
    link = re.search(r'href="(/schedule/mara/intro\?[^"]+)"', text)
    assert link
    assert link[1] == "/schedule/mara/intro?tz=Asia%2FTokyo&clock=12&utm_source=mail"
    assert "5:00<small>pm</small>" in text_of(client, f"{link[1]}&date={MONDAY_10:%Y-%m-%d}")


def test_what_the_address_does_not_name_is_left_to_the_browser(client: Client, intro: EventType) -> None:
    client.cookies["tz"] = "Asia%2FTokyo"
    assert 'href="/schedule/mara/intro"' in text_of(client, "/schedule/mara?tz=Mars/Phobos&clock=13")


def test_the_zone_leads_on_from_a_page_without_free_times(client: Client, intro: EventType) -> None:
    Hours.objects.filter(schedule=intro.schedule).delete()
    text = text_of(client, "/schedule/mara/intro?tz=Asia/Tokyo")
    assert 'href="/schedule/mara/review?tz=Asia%2FTokyo"' in text
