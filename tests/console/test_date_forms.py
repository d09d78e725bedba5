"""The edges of the dates that a host may type."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sivient.accounts.models import User
from sivient.console.date_forms import PAST, TimeOffForm, today_of
from sivient.scheduling.models import Schedule

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def mistakes(first: date, last: date | str = "") -> list[tuple[str, str]]:
    """What is wrong with these dates on `TODAY`."""
    return TimeOffForm({"first": str(first), "last": str(last)}, today=TODAY).mistakes()


def test_today_is_not_past_and_yesterday_is() -> None:
    assert mistakes(TODAY) == []
    assert mistakes(TODAY - DAY) == [("id_first", PAST)]


def test_the_last_day_may_be_the_first_and_not_the_one_before() -> None:
    assert mistakes(TODAY + DAY, TODAY + DAY) == []
    assert mistakes(TODAY + DAY, TODAY) == [("id_last", "The last day is before the first day.")]


def test_ten_years_ahead_are_enough() -> None:
    assert mistakes(date(2036, 12, 31)) == []
    assert mistakes(date(2037, 1, 1)) == [("id_first", "Choose a date up to the end of 2036.")]


@pytest.mark.db
@pytest.mark.django_db
def test_a_day_is_past_when_it_is_over_in_the_zone_of_every_schedule(host: User) -> None:
    now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
    assert today_of(host, now) == TODAY
    Schedule.objects.create(host=host, timezone="America/Los_Angeles")
    assert today_of(host, now) == TODAY - DAY
