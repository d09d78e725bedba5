"""What browsers and links say about how times should look; none of it is ever an error."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from sivient.booking.preferences import Preferences, handed_on, link_query, read_date, read_instant, written


def read(
    query: dict[str, str] | None = None, cookies: dict[str, str] | None = None, languages: str = "en-GB"
) -> Preferences:
    """Preferences for a page of a host in Berlin."""
    return Preferences.read(query or {}, cookies or {}, languages, fallback="Europe/Berlin")


def test_the_address_wins_over_the_cookie_and_the_cookie_over_the_host() -> None:
    assert read({"tz": "Asia/Tokyo"}, {"tz": "Europe/Lisbon"}).zone == "Asia/Tokyo"
    assert read({}, {"tz": "Europe%2FLisbon"}).zone == "Europe/Lisbon"
    assert read() == Preferences("Europe/Berlin", 24, guessed=True)


def test_an_unknown_zone_is_passed_over() -> None:
    assert read({"tz": "Mars/Olympus"}, {"tz": "Asia/Tokyo"}) == Preferences("Asia/Tokyo", 24, guessed=False)
    assert read({"tz": "Mars/Olympus"}).guessed


@pytest.mark.parametrize(
    ("query", "cookies", "languages", "clock"),
    [
        ({"clock": "12"}, {"clock": "24"}, "de", 12),
        ({"clock": "13"}, {"clock": "12"}, "de", 12),
        ({}, {"clock": "noon"}, "en-US,en;q=0.9", 12),
        ({}, {}, "en-GB,en-US;q=0.9", 24),
        ({}, {}, "", 24),
    ],
)
def test_the_clock_is_the_chosen_one_or_that_of_the_region(
    query: dict[str, str], cookies: dict[str, str], languages: str, clock: int
) -> None:
    assert read(query, cookies, languages).clock == clock


def test_links_carry_prefilled_fields_and_campaigns_and_nothing_else() -> None:
    query = QueryDict(f"name=Ada+%26+Bo&utm_source=news&next=//evil.example&note={'x' * 2000}&at=y")
    assert handed_on(query) == [("name", "Ada & Bo"), ("utm_source", "news"), ("note", "x" * 1000)]
    assert parse_qsl(link_query(read(), query))[:3] == [("tz", "Europe/Berlin"), ("clock", "24"), ("name", "Ada & Bo")]


def test_links_carry_answers_each_value_of_them() -> None:
    assert handed_on(QueryDict("q-topic=a&q-topic=b&q-company=Nord")) == [
        ("q-topic", "a"),
        ("q-topic", "b"),
        ("q-company", "Nord"),
    ]


def test_links_carry_the_chosen_duration() -> None:
    assert link_query(read(), QueryDict("name=Ada"), [("duration", "45")]).endswith("clock=24&duration=45&name=Ada")


def test_links_do_not_grow_without_end() -> None:
    assert len(handed_on(QueryDict("&".join(f"utm_{n}=x" for n in range(150))))) < 30
    long = handed_on(QueryDict("&".join(f"q-{n}={'x' * 900}" for n in range(24))))
    assert sum(len(name) + len(value) for name, value in long) <= 4000
    assert handed_on(QueryDict("utm_" + "x" * 5000 + "=1&name=Ada")) == [("name", "Ada")]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T13:00Z",
        "2026-11-24T13:00:00Z",
        "2026-11-24T14:00+01:00",
        "2026-11-24T14:00 01:00",
        " 2026-11-24T13:00Z ",
    ],
)
def test_an_instant_is_read_with_its_offset(text: str) -> None:
    assert read_instant(text) == datetime(2026, 11, 24, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "now", "2026-11-24", "2026-11-24T13:00", "2026-13-24T13:00Z", "0001-01-01T00:00+14:00"),
        *(
            "9999-12-31T23:59-12:00",
            "2026-11-24T13:00:00.5Z",
            "2026-11-24T25:00Z",
            "\x00",
            "2026-11-24T13:00Z\x00x",
            "1" * 10_000,
        ),
    ],
)
def test_what_names_no_instant_is_none(text: str | None) -> None:
    assert read_instant(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    assert read_instant(text) is None or read_instant(text)
    assert read_date(text) is None or read_date(text)
    assert read({"tz": text, "clock": text}, {"tz": text}, text).zone


def test_a_date_is_read_or_is_none() -> None:
    assert read_date("2026-11-24") == date(2026, 11, 24)
    assert [read_date(text) for text in (None, "", "2026-02-30", "tomorrow")] == [None] * 4


def test_an_instant_is_written_as_it_is_read() -> None:
    assert written(datetime(2026, 11, 24, 13, tzinfo=UTC)) == "2026-11-24T13:00Z"
    assert written(datetime(2026, 11, 24, 13, 0, 7, tzinfo=UTC)) == "2026-11-24T13:00:07Z"
