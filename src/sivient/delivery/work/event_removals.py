"""Take a booking's event out of its calendar: after a cancellation, or because the guests are invited by mail now.

Where the provider has invited, it tells the guests that it is cancelled. When it does not do so in time, or cannot, or
somebody had deleted the event there before (then nobody knows whom its calendar told), we mail them: plainly, for the
event is not ours. The event still goes as soon as it can, in silence.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.steps import EVENT, EVENT_REMOVED
from sivient.calendars import writing
from sivient.calendars.models import WrittenEvent
from sivient.delivery.readers import CANCELLATIONS, Role, readers
from sivient.delivery.told import invited_by_event
from sivient.delivery.work.by_mail import mail_moment, worth_waiting
from sivient.delivery.work.events import EVENT_LEASE
from sivient.delivery.work.standing import after_earlier, earlier_keys
from sivient.jobs.completion import work_completion, write_down
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import handles
from sivient.ports.calendars import WillNotInvite
from sivient.ports.errors import IntegrationError

NOT_THERE = {"skipped": "No event was there."}


def due_by_mail(work: Work) -> datetime | None:
    """Return when the guests are told by mail if the calendar has not done it by then."""
    booking = _booking(work)
    return mail_moment(work, booking) if booking and _provider_tells(work, booking) else None


@handles(EVENT_REMOVED, lease=EVENT_LEASE, slow=True, until=due_by_mail)
def remove_event(work: Work) -> None:
    """Remove the event; its guests hear of it once, by the provider or by us."""
    booking = _booking(work)
    if booking is None:
        return
    after_earlier(EVENT, earlier_keys(booking), doing="The event is being written")
    number: int | None = work.payload.get("event") or booking.event_id
    event = WrittenEvent.objects.filter(pk=number or 0).first()
    if event is None or not (event.name or event.tried):
        _nothing_there(work, booking)
        return
    if _provider_tells(work, booking) and _silent(event):
        _tell_by_mail(work, booking)
    notify = _provider_tells(work, booking) or bool(work.payload.get("notify") and "late" not in work.result)
    try:
        _take_away(work, booking, event, notify=notify)
    except IntegrationError as error:
        _met(work, booking, error)
        raise
    with work_completion(work):
        pass


def _booking(work: Work) -> Booking | None:
    """Return the booking whose event goes: cancelled at the step's version, or with another way to invite."""
    booking = Booking.objects.select_related("host__page", "event_type").filter(pk=work.payload["booking"]).first()
    if booking is None or "event" in work.payload:
        return booking
    same = booking.version == work.payload["version"] and booking.status == Booking.Status.CANCELLED
    return booking if same else None


def _provider_tells(work: Work, booking: Booking) -> bool:
    """Say whether guests have yet to hear of a cancellation, from the provider of the calendar."""
    cancelled = "event" not in work.payload and booking.invites == Booking.Invites.CALENDAR
    return cancelled and "by_mail" not in work.result


def _silent(event: WrittenEvent) -> bool:
    """Say whether the event is gone in a way of which nobody knows whether its guests have heard.

    One that is gone since we asked for its removal is gone by us: only the answer was lost.
    """
    lost = event.calendar is None or event.calendar.gone_at is not None
    return lost or (event.seen_gone_at is not None and not writing.removal_begun(event))


def _take_away(work: Work, booking: Booking, event: WrittenEvent, *, notify: bool) -> None:
    try:
        writing.take_away(event, notify=notify)
    except WillNotInvite:
        if not notify:
            raise
        if _provider_tells(work, booking):
            _tell_by_mail(work, booking)
        writing.take_away(event, notify=False)


def _met(work: Work, booking: Booking, error: IntegrationError) -> None:
    """Note trouble: from now on the event goes in silence, and guests are told by mail when it lasts too long."""
    if not _provider_tells(work, booking):
        write_down(work, work.result | {"late": True})
    elif not worth_waiting(work, booking, error):
        _tell_by_mail(work, booking)


def _nothing_there(work: Work, booking: Booking) -> None:
    """End the step: nobody was invited by an event. The guest, who knows of the booking, is told that it is off."""
    with work_completion(work, result=work.result | NOT_THERE):
        if _provider_tells(work, booking):
            _plan_mails(booking)


def _tell_by_mail(work: Work, booking: Booking) -> None:
    with transaction.atomic():
        write_down(work, work.result | {"by_mail": timezone.now().isoformat()})
        _plan_mails(booking)


def _plan_mails(booking: Booking) -> None:
    payload, invited = {"booking": booking.pk, "version": booking.version}, invited_by_event(booking)
    for each in readers(booking):
        if each.role is Role.GUEST or (each.role is Role.OTHER and invited):
            more = {} if each.number is None else {"other": each.number}
            enqueue(CANCELLATIONS[each.role], key=each.key(booking), payload=payload | more)
