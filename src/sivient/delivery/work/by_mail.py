"""Go over to mail: the guests of a booking are invited by us, because the calendar's provider did not do it.

The calendar's event goes away (RFC 5546 CANCEL in the old channel, REQUEST with another UID in the new one; contract
on calendars chapter 4.1), and never comes back: from then on everything about the booking is mailed.
"""

from datetime import datetime, timedelta

from sivient.audit.log import record
from sivient.booking.models import Booking
from sivient.booking.steps import EVENT_REMOVED, event_lane, plan_invites
from sivient.calendars.models import WrittenEvent
from sivient.delivery.calendar_words import calendar_label
from sivient.jobs.clock import database_now
from sivient.jobs.completion import work_completion, write_down
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.ports.calendars import WillNotInvite
from sivient.ports.errors import IntegrationError, Paused, TryLater

PATIENCE = timedelta(minutes=15)  # so long guests wait for an invitation of a calendar that is away


def mail_moment(work: Work, booking: Booking) -> datetime:
    """Return when the guests are invited by mail: after PATIENCE from the first trouble on, or half of what is left."""
    since = datetime.fromisoformat(work.result["since"]) if "since" in work.result else work.asked_at
    return since + min(PATIENCE, max(booking.start - since, timedelta()) / 2)


def worth_waiting(work: Work, booking: Booking, error: IntegrationError) -> bool:
    """Say whether the calendar may do in time what it was asked for; when the trouble began is noted."""
    if not isinstance(error, TryLater):
        return False
    now = database_now()
    if "since" not in work.result:
        write_down(work, work.result | {"since": now.isoformat()})
    again = error.until if isinstance(error, Paused) else now + (error.after or timedelta())
    return max(now, again) < mail_moment(work, booking)


def invite_by_mail(work: Work, booking: Booking, event: WrittenEvent, error: IntegrationError) -> None:
    """Invite everybody by mail from now on, and take the event away where there may be one. The timeline says why.

    A booking that has changed meanwhile is left to the steps of its new version.
    """
    label = calendar_label(event)
    said = {"by_mail": str(error), "label": label}
    may_be_there = bool(event.name or event.tried)
    told = not isinstance(error, WillNotInvite)
    removal = {"booking": booking.pk, "event": event.pk, "notify": told, "label": label}
    lane = event_lane(booking)
    with work_completion(work, result=work.result | {"sent": False} | said):
        booking.invites, booking.event = Booking.Invites.MAIL, None
        plan_invites(booking)  # the steps' rows first, then the booking, as everywhere in this room
        same = Booking.objects.filter(pk=booking.pk, version=booking.version, event=event)
        if same.update(invites=Booking.Invites.MAIL, event=None):
            if may_be_there:
                enqueue(EVENT_REMOVED, key=work.key, payload=removal, lane=lane)
            record("invited by mail", account=booking.host_id, actor="system", subject=f"booking:{booking.pk}")
