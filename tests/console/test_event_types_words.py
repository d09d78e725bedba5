"""The words for lengths and for the closed groups of the editor."""

from datetime import date, timedelta

import pytest

from sivient.console import event_types_words as words
from sivient.scheduling.models import EventType


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 minutes"), (1, "1 minute"), (90, "90 minutes"), (60, "1 hour"), (2880, "2 days"), (10080, "1 week")],
)
def test_a_length_is_said_in_the_largest_whole_unit(minutes: int, said: str) -> None:
    assert words.length(minutes) == said


@pytest.mark.parametrize(
    ("more", "said"), [([], "30 min"), ([60], "30 min or 1 h"), ([60, 15], "15 min, 30 min or 1 h")]
)
def test_durations_are_listed_in_order(more: list[int], said: str) -> None:
    assert words.durations(EventType(minutes=30, more_minutes=more)) == said


@pytest.mark.parametrize(
    ("group", "fields", "said"),
    [
        ("when", {}, "Notice of 4 hours, 56 days ahead"),
        ("when", {"minimum_notice": timedelta(), "window_days": 1}, "No notice, 1 day ahead"),
        ("when", {"window_kind": "business_days"}, "Notice of 4 hours, 56 business days ahead"),
        (
            "when",
            {"window_kind": "dates", "first_date": date(2026, 12, 1), "last_date": date(2027, 1, 9)},
            "Notice of 4 hours, 1 Dec 2026 to 9 Jan 2027",
        ),
        ("asked", {}, "Name and email only"),
        ("asked", {"questions": [{}], "most_others": 1}, "1 question, up to 1 other guest"),
        ("decides", {}, "Bookings stand at once"),
        ("decides", {"requires_approval": True}, "You approve each within 2 days"),
        ("after", {}, "Guests see their booking"),
        ("after", {"redirect_url": "https://nordlicht.example/x"}, "Guests go on to nordlicht.example"),
        ("links", {"hidden": True}, "Hidden: private links alone lead to it"),
        ("state", {"paused": True}, "Paused"),
        ("state", {"paused": True, "active": False}, "Off"),
    ],
)
def test_a_closed_group_says_what_is_set(group: str, fields: dict[str, object], said: str) -> None:
    assert words.of(EventType(**fields))[group] == said
