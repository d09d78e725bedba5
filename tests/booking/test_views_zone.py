"""The zone and the clock that an address names: they hold until the guest chooses others."""

import re
from html import unescape

import pytest
from django.test import Client

from sivient.scheduling.models import EventType, Hours
from tests.factories import MONDAY_10, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"


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


def line_of(html: str) -> str:
    """The line about a zone that does not exist, as it is read aloud."""
    found = re.search(r'role="status">.*?<p>(There is no time zone .*?)</p>', html, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


@pytest.mark.parametrize("page", ["/schedule/mara", "/schedule/mara/intro", "/schedule/mara/intro/confirm"])
def test_a_zone_that_does_not_exist_is_named_with_the_one_instead(client: Client, intro: EventType, page: str) -> None:
    html = client.get(page, {"tz": "Mars/Phobos", "at": AT}).content.decode()
    assert line_of(html).startswith("There is no time zone called Mars/Phobos. Times are shown in Berlin, UTC+")
    client.cookies["tz"] = "Asia%2FTokyo"
    html = client.get(page, {"tz": "<b>" + "x" * 100, "at": AT}).content.decode()
    assert line_of(html) == f"There is no time zone called &lt;b&gt;{'x' * 57}. Times are shown in Tokyo, UTC+9."


@pytest.mark.parametrize("page", ["/schedule/mara", "/schedule/mara/intro", "/schedule/mara/intro/confirm"])
@pytest.mark.parametrize("zone", ["", " ", "\0", "Asia/Tokyo", "Asia%2FTokyo"])
def test_a_zone_that_exists_or_is_empty_needs_no_words(client: Client, intro: EventType, page: str, zone: str) -> None:
    assert "no time zone" not in client.get(page, {"tz": zone, "at": AT}).content.decode()


def test_a_form_that_comes_back_says_it_too(client: Client, intro: EventType) -> None:
    answer = client.post("/schedule/mara/intro/confirm", {"tz": "Mars/Phobos", "at": AT, "name": ""})
    assert answer.status_code == 422
    assert line_of(answer.content.decode()).startswith("There is no time zone called Mars/Phobos.")
