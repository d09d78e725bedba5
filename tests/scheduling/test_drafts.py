"""What an event type may be: a sentence beside each field that cannot stay."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from sivient.core.limits import Limit
from sivient.scheduling.drafts import EventTypeDraft, problems, tidied
from sivient.scheduling.models import EventType
from sivient.scheduling.questions import Kind, Question
from tests.factories import NOW

TODAY = NOW.date()
DAY = timedelta(days=1)
GOOD = EventTypeDraft(title="Call", minutes=30)
TOPIC = Question("", "What is it about?", Kind.SHORT)
PICK = Question("", "Which?", Kind.CHOICE, options=("One", "Two"))


def wrong(**fields: Any) -> dict[str, str]:
    return problems(tidied(replace(GOOD, **fields)), now=NOW)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"title": "x" * 120, "description": "x" * 1000, "slug": "a-1", "pause_note": "x" * 300},
        {"minutes": 5, "more_minutes": (1440, 10, 15, 20, 25, 30, 45)},
        {"minutes": 30, "more_minutes": (30, 60)},
        {"step_minutes": 5},
        {"step_minutes": 1440},
        {"buffer_before": timedelta(hours=24), "buffer_after": timedelta()},
        {"minimum_notice": timedelta(days=365), "reschedule_notice": timedelta(days=365)},
        {"window_days": 730},
        {"window_kind": "business_days", "window_days": 520},
        {"window_kind": "dates", "first_date": TODAY - 90 * DAY, "last_date": TODAY},
        {"window_kind": "dates", "first_date": TODAY + 730 * DAY, "last_date": TODAY + 730 * DAY},
        {"limits": (Limit("day", count=1), Limit("week", minutes=1), Limit("month", 3, 90), Limit("year", 10))},
        {"most_per_day": 100},
        {"questions": (TOPIC, PICK, replace(PICK, kind=Kind.CHOICES)), "most_others": 5},
        {"questions": (TOPIC,) * 20},
        {"redirect_url": " https://example.org/thanks?a=b "},
        {"approval_patience": timedelta(hours=1)},
        {"approval_patience": timedelta(days=30)},
    ],
)
def test_what_a_host_may_wish_stays(fields: dict[str, Any]) -> None:
    assert wrong(**fields) == {}


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("title", {"title": " \n "}),
        ("title", {"title": "x" * 121}),
        ("description", {"description": "x" * 1001}),
        ("slug", {"slug": "Call"}),
        ("slug", {"slug": "-call"}),
        ("slug", {"slug": "x" * 61}),
        ("pause_note", {"pause_note": "x" * 301}),
        ("color", {"color": "octarine"}),
        ("minutes", {"minutes": 4}),
        ("minutes", {"minutes": 1441}),
        ("more_minutes", {"more_minutes": (0,)}),
        ("more_minutes", {"more_minutes": (60, 1441)}),
        ("more_minutes", {"more_minutes": (5, 10, 15, 20, 25, 35, 40, 45)}),
        ("step_minutes", {"step_minutes": 4}),
        ("step_minutes", {"step_minutes": 1441}),
        ("buffer_before", {"buffer_before": timedelta(hours=24, minutes=1)}),
        ("buffer_after", {"buffer_after": -timedelta(minutes=1)}),
        ("minimum_notice", {"minimum_notice": timedelta(days=366)}),
        ("reschedule_notice", {"reschedule_notice": -timedelta(minutes=1)}),
        ("cancel_notice", {"cancel_notice": timedelta(days=365, minutes=1)}),
        ("cancel_notice", {"cancel_notice": timedelta(milliseconds=1)}),
        ("window_kind", {"window_kind": "moons"}),
        ("window_days", {"window_days": 0}),
        ("window_days", {"window_days": 731}),
        ("window_days", {"window_kind": "business_days", "window_days": 521}),
        ("window_days", {"window_kind": "business_days", "window_days": 0}),
        ("first_date", {"window_kind": "dates", "last_date": TODAY}),
        ("last_date", {"window_kind": "dates", "first_date": TODAY}),
        ("last_date", {"window_kind": "dates", "first_date": TODAY, "last_date": TODAY - DAY}),
        ("last_date", {"window_kind": "dates", "first_date": TODAY - 9 * DAY, "last_date": TODAY - 2 * DAY}),
        ("last_date", {"window_kind": "dates", "first_date": TODAY, "last_date": TODAY + 731 * DAY}),
        ("first_date", {"window_kind": "dates", "first_date": TODAY - DAY, "last_date": TODAY + 730 * DAY}),
        ("first_date", {"window_kind": "dates", "first_date": date(27, 1, 1), "last_date": TODAY}),
        ("first_date", {"window_kind": "days", "first_date": date(1899, 12, 31)}),
        ("last_date", {"window_kind": "days", "last_date": date(3000, 1, 1)}),
        ("limits", {"limits": (Limit("day", count=0),)}),
        ("limits", {"limits": (Limit("day", minutes=0),)}),
        ("limits", {"limits": (Limit("day", count=10_001),)}),
        ("limits", {"limits": (Limit("day", count=1), Limit("day", minutes=60))}),
        ("most_per_day", {"most_per_day": 0}),
        ("most_per_day", {"most_per_day": 101}),
        ("most_others", {"most_others": -1}),
        ("most_others", {"most_others": 6}),
        ("questions", {"questions": (TOPIC,) * 21}),
        ("questions", {"questions": (replace(TOPIC, label=" "),)}),
        ("questions", {"questions": (replace(TOPIC, label="x" * 201),)}),
        ("questions", {"questions": (replace(TOPIC, key="a"), replace(PICK, key="a"))}),
        ("questions", {"questions": (replace(TOPIC, key="a b"),)}),
        ("questions", {"questions": (replace(TOPIC, options=("One", "Two")),)}),
        ("questions", {"questions": (replace(PICK, options=("One",)),)}),
        ("questions", {"questions": (replace(PICK, options=("One", "One ")),)}),
        ("questions", {"questions": (replace(PICK, options=("One", "")),)}),
        ("questions", {"questions": (replace(PICK, options=tuple(str(n) for n in range(51))),)}),
        ("approval_patience", {"approval_patience": timedelta(minutes=59)}),
        ("approval_patience", {"approval_patience": timedelta(days=31)}),
        ("redirect_url", {"redirect_url": "javascript:alert(1)"}),
        ("redirect_url", {"redirect_url": "ftp://example.org"}),
        ("redirect_url", {"redirect_url": "https://"}),
        ("redirect_url", {"redirect_url": "https://example.org/a\tb"}),
        ("redirect_url", {"redirect_url": "https://[::1"}),
        ("redirect_url", {"redirect_url": "https://example.org/" + "x" * 500}),
    ],
)
def test_what_cannot_stay_is_named(field: str, fields: dict[str, Any]) -> None:
    found = wrong(**fields)
    assert list(found) == [field]
    assert found[field].endswith(".")


def test_dates_that_stand_may_be_over_and_others_may_not() -> None:
    over: dict[str, Any] = {"window_kind": "dates", "first_date": TODAY - 9 * DAY, "last_date": TODAY - 3 * DAY}
    stored = EventType(**over)
    renamed = replace(GOOD, **over, title="Renamed", paused=True)
    assert problems(renamed, now=NOW, stored=stored) == {}
    earlier = replace(renamed, last_date=TODAY - 4 * DAY)
    assert problems(earlier, now=NOW, stored=stored) == {"last_date": "These dates are over."}
    stored.window_kind = "days"  # the dates were kept, and are now chosen
    assert problems(renamed, now=NOW, stored=stored) == {"last_date": "These dates are over."}
