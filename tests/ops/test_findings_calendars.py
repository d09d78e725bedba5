"""`sivient doctor` finds calendars that nobody has read for long."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from sivient.calendars.models import Calendar
from sivient.integrations.models import Grant
from sivient.jobs.clock import database_now
from sivient.jobs.models import Work
from sivient.ops.findings import Finding, calendars, connections
from tests.factories import make_host
from tests.scheduling.calendars import connect_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def found() -> list[Finding]:
    return list(calendars.look(database_now()))


def age(minutes: int) -> None:
    Calendar.objects.update(synced_at=Now() - timedelta(minutes=minutes))


def test_a_calendar_that_was_not_read_for_an_hour_is_found_and_read_again() -> None:
    calendar = connect_calendar(make_host())
    age(59)
    assert found() == []
    age(61)
    (finding,) = found()
    assert (finding.code, finding.examples) == ("calendars-unread", (f"calendar {calendar.pk}",))
    assert "1 calendar of 1 host" in finding.what
    assert finding.fix is not None
    assert "1 calendar" in finding.fix()
    assert Work.objects.get(kind="calendars.sync").key == f"calendar:{calendar.pk}"


def test_what_only_the_host_can_mend_is_told_elsewhere() -> None:
    connect_calendar(make_host())
    age(61)
    Calendar.objects.update(gone_at=timezone.now())
    assert found() == []
    Calendar.objects.update(gone_at=None)
    Grant.objects.update(state=Grant.State.NEEDS_RECONNECT)
    assert found() == []


def test_a_calendar_that_was_chosen_a_moment_ago_is_no_finding() -> None:
    connect_calendar(make_host(), synced_at=None)
    assert found() == []
    Calendar.objects.update(round=1)
    assert [each.code for each in found()] == ["calendars-unread"]


def test_a_password_does_not_come_near_its_end() -> None:
    connect_calendar(make_host(), vendor="caldav")
    Grant.objects.update(refreshed_at=timezone.now() - timedelta(days=90))
    assert "grants-near-end" not in [each.code for each in connections.look(database_now())]
