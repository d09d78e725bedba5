"""A calendar that is not there any more."""

from django.db.models.functions import Now

from sivient.audit.log import record
from sivient.calendars.models import BusyStore, Calendar
from sivient.jobs.queue import enqueue

GONE = "This calendar was deleted, or is not shared with you any more."


def lose(calendar: Calendar) -> None:
    """Note that a calendar is gone, in the caller's transaction: if it blocks, no time is known to be free any more."""
    there = Calendar.objects.filter(pk=calendar.pk, gone_at=None)
    if there.update(gone_at=Now(), synced_at=None, cursor="", trouble=GONE):
        record("calendar gone", account=calendar.host_id, actor="vendor", subject=f"calendar:{calendar.pk}")
        enqueue("delivery.tell_calendar_gone", key=f"calendar:{calendar.pk}", payload={"calendar": calendar.pk})
        if calendar.blocks:
            BusyStore.grow(calendar.host_id)
