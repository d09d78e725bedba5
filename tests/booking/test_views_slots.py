"""The free times as JSON: what programs get, and what they are told when they ask for nonsense."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from sivient.scheduling.models import EventType
from tests.factories import BERLIN, MONDAY_10, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
FEED = "/schedule/mara/intro/slots.json"
MONDAY = MONDAY_10.astimezone(BERLIN).date()


@pytest.fixture(autouse=True)
def intro() -> EventType:
    """Mara's event type, with two durations."""
    return make_event_type(make_host(handle="mara"), slug="intro", more_minutes=[45])


def ask(client: Client, **query: str) -> Any:
    """Ask for the times; `from` is written `since`."""
    if "since" in query:
        query["from"] = query.pop("since")
    return client.get(f"{FEED}?{urlencode(query)}")


def slots(client: Client, **query: str) -> list[str]:
    """The times."""
    answer = ask(client, **query)
    assert answer.status_code == 200, answer.content
    found: list[str] = answer.json()["slots"]
    return found


def error(client: Client, **query: str) -> str:
    """The sentence of a refusal."""
    answer = ask(client, **query)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    sentence: str = answer.json()["error"]
    assert sentence.endswith(".")
    return sentence


def test_an_answer_says_zone_and_duration_and_the_times_in_utc(client: Client) -> None:
    day, next_day = str(MONDAY), str(MONDAY + timedelta(days=1))
    answer = ask(client, since=day, to=next_day).json()
    nine = datetime.combine(MONDAY, datetime.min.time(), BERLIN).replace(hour=9).astimezone(UTC)
    assert (answer["timezone"], answer["duration"]) == ("Europe/Berlin", 30)
    assert answer["slots"][0] == f"{nine:%Y-%m-%dT%H:%M:%SZ}"
    assert len(answer["slots"]) == 16


def test_without_a_range_it_is_the_next_62_days(client: Client, intro: EventType) -> None:
    EventType.objects.filter(pk=intro.pk).update(window_days=365)
    every = slots(client)
    reached = datetime.fromisoformat(every[-1]) - datetime.now(UTC)
    assert timedelta(days=58) < reached <= timedelta(days=62)
    parts = [
        slots(client, since=str(MONDAY + timedelta(days=n)), to=str(MONDAY + timedelta(days=n + 1))) for n in (0, 1)
    ]
    assert set(parts[0] + parts[1]) < set(every)


def test_dates_are_local_and_the_last_one_is_no_longer_part_of_it(client: Client) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    found = slots(client, since=str(MONDAY), to=str(MONDAY + timedelta(days=1)), tz="Asia/Tokyo")
    assert found
    assert {datetime.fromisoformat(slot).astimezone(tokyo).date() for slot in found} == {MONDAY}


@pytest.mark.parametrize("plus", ["+01:00", " 01:00"])
def test_instants_may_carry_their_offset_and_the_end_is_not_part_of_it(client: Client, plus: str) -> None:
    ten, eleven = (at.astimezone(ZoneInfo("Etc/GMT-1")) for at in (MONDAY_10, MONDAY_10 + timedelta(hours=1)))
    found = slots(client, since=f"{ten:%Y-%m-%dT%H:%M:%S}{plus}", to=f"{eleven:%Y-%m-%dT%H:%M:%S}{plus}")
    assert found == [f"{MONDAY_10 + timedelta(minutes=m):%Y-%m-%dT%H:%M:%SZ}" for m in (0, 30)]


def test_a_start_without_an_end_reaches_62_days_and_an_end_without_a_start_begins_now(client: Client) -> None:
    assert (
        slots(client, since=str(MONDAY))[0] == slots(client, since=str(MONDAY), to=str(MONDAY + timedelta(days=1)))[0]
    )
    assert slots(client, to=str(MONDAY + timedelta(days=1)))[-16:] == slots(
        client, since=str(MONDAY), to=str(MONDAY + timedelta(days=1))
    )


def test_another_duration_has_other_times(client: Client) -> None:
    assert ask(client, duration="45").json()["duration"] == 45
    assert slots(client, duration="45") != slots(client)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"since": "soon"}, "from"),
        ({"since": ""}, "from"),
        ({"since": "0001-01-01", "to": "0001-01-02"}, "from"),
        ({"since": "1899-12-31"}, "from"),
        ({"since": "2026-11-24", "to": "9999-12-31"}, "to"),
        ({"to": "3000-01-01"}, "to"),
        ({"since": "9999-12-31T23:59:59Z"}, "from"),
        ({"since": "2999-12-30"}, "from"),
        ({"since": "2026-02-30"}, "from"),
        ({"since": "2026-W48-1"}, "from"),
        ({"since": "20261124"}, "from"),
        ({"since": "2026-11-24T10:00:00"}, "from"),
        ({"since": "2026-11-24", "to": "2026-11-24"}, "to"),
        ({"since": "2026-11-24", "to": "2026-11-23"}, "to"),
        ({"to": "2020-01-01"}, "to"),
        ({"since": "2026-11-01", "to": "2027-01-03"}, "to"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": ""}, "tz"),
        ({"duration": "20"}, "duration"),
        ({"duration": ""}, "duration"),
        ({"duration": "30.0"}, "duration"),
        ({"duration": "9" * 5000}, "duration"),
        ({"durations": "30"}, '"durations"'),
        ({"form": "short"}, "form"),
        ({"form": ""}, "form"),
        ({"since": "\x00"}, "from"),
        ({"since": "2011-12-30", "to": "2011-12-31", "tz": "Pacific/Apia"}, "to must be later than from: no time lies"),
    ],
)
def test_nonsense_gets_a_sentence_that_names_the_parameter(client: Client, query: dict[str, str], names: str) -> None:
    took = []
    for _ in range(3):  # the least of them: in between, Python may tidy up after a thousand other tests
        begun = time.thread_time()
        assert error(client, **query).startswith(names)
        took.append(time.thread_time() - begun)
    assert min(took) < 0.2


def test_a_parameter_may_stand_there_only_once(client: Client) -> None:
    answer = client.get(f"{FEED}?tz=Asia/Tokyo&tz=Europe/Berlin")
    assert (answer.status_code, answer.json()["error"]) == (400, "tz must be given only once.")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo", "Pacific/Kiritimati", "America/St_Johns"])
def test_sixty_two_dates_are_a_range_whatever_the_clocks_do(client: Client, zone: str) -> None:
    for day in range(0, 365, 30):
        first = datetime(2026, 1, 1, tzinfo=UTC).date() + timedelta(days=day)
        ask(client, since=str(first), to=str(first + timedelta(days=62)), tz=zone)
        assert slots(client, since=str(first), to=str(first + timedelta(days=62)), tz=zone) is not None
        assert "62 days" in error(client, since=str(first), to=str(first + timedelta(days=63)), tz=zone)


@pytest.mark.parametrize("year", [1900, 2999])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_years_far_away_have_no_times(client: Client, year: int, zone: str) -> None:
    assert slots(client, since=f"{year}-01-01", to=f"{year}-02-01", tz=zone) == []
    assert slots(client, since=f"{year}-12-01", to=f"{year}-12-31", tz=zone) == []


def test_a_paused_event_type_has_no_times(client: Client, intro: EventType) -> None:
    EventType.objects.filter(pk=intro.pk).update(paused=True)
    assert slots(client) == []
    assert ask(client, form="packed").json()["times"] is None
