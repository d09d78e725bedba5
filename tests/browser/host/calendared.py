"""Hosts whose calendars are connected: in order, and in every trouble."""

from datetime import timedelta
from typing import Any

LONG = "Vertretungen und Urlaubsplanung der Abteilung Nord (geteilt)"


def give_calendars(well: Any, troubled: Any) -> None:
    """Connect the calendars of two hosts."""
    _make_calendars(well)
    _make_troubled_calendars(troubled)


def _make_calendars(host: Any) -> None:
    """Two Google accounts, an iCloud one and a published calendar, all in order; bookings go into the first."""
    from sivient.scheduling.models import SchedulingPage
    from tests.console.calendaring import connect_calendars

    work, *_ = connect_calendars(host, "Mara Lindqvist", "Family", LONG, label="mara@work.example")
    connect_calendars(host, "Private", label="mara.lindqvist.and.family@a-long-name.example")
    connect_calendars(host, "Home", vendor="caldav", label="mara@icloud.example")
    connect_calendars(host, "Fixtures", vendor="ics", label="calendars.example")
    SchedulingPage.objects.filter(host=host).update(calendar=work)


def _make_troubled_calendars(host: Any) -> None:
    """An account to reconnect, calendars that are gone, not read and partly read, and fewer permissions."""
    from django.utils import timezone

    from sivient.calendars.models import Calendar
    from sivient.scheduling.models import SchedulingPage
    from tests.console.calendaring import connect_calendars

    now = timezone.now()
    lost, late, partly = connect_calendars(host, "Team", "Rooms", "Mara", vendor="microsoft", label="mara@work.example")
    ended = {"state": "needs_reconnect", "reason": "The password was changed.", "state_since": now}
    connect_calendars(host, label="mara@home.example", **ended)
    connect_calendars(host, "Home", vendor="caldav", label="mara@cloud.example", scope="")
    change = Calendar.objects.filter(host=host)
    change.filter(pk=lost.pk).update(gone_at=now, synced_at=None, trouble="This calendar was deleted there.")
    hours = {"blocks": True, "synced_at": now - timedelta(hours=3)}
    change.filter(pk=late.pk).update(trouble="Microsoft Outlook did not answer.", **hours)
    skipped = {"an event ends before it begins.": {"names": ["1", "2"], "others": 0}}
    change.filter(pk=partly.pk).update(blocks=True, synced_at=now, skipped=skipped)
    SchedulingPage.objects.filter(host=host).update(calendar=lost)
