"""Write a booking into its host's calendar, whose provider invites the guests by it where it can.

What is done when the calendar does not take the event, and its provider was to invite:

- Away for a moment (`TryLater`: outage, limit, lost answer): wait, and try the same key again, for a quarter of an
  hour or half of the time that is left until the meeting, whichever is shorter; then the guests are invited by mail.
  A limit that is known to last longer is not waited for.
- Nobody knows when (`Reconnect`: the permission ended; no calendar any more): by mail at once. The host may take days.
- A clear no (`WillNotInvite`, `Rejected`, the calendar is gone): by mail at once.
- Its host has moved it, and is asked what that means: it stays as it is until that is answered.
- The event was written, and is not found now: it is looked for. If its host has deleted it, they are asked what that
  means, and nobody is invited anew before it is answered; if the whole calendar is gone, by mail, as above.

Going over to mail is for good (`work.by_mail`). Where our mails invite anyhow (CalDAV), the event is only the host's
copy: then it waits as long as it takes, for the host, too.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.steps import EVENT, plan_invites
from sivient.calendars import writing
from sivient.calendars.models import WrittenEvent
from sivient.calendars.plans import EVENT_CHANGED, plan_look
from sivient.calendars.tried import heard
from sivient.delivery.edition import Edition, Told, next_edition, present_edition
from sivient.delivery.event_draft import event_draft
from sivient.delivery.links import link_of
from sivient.delivery.told import told_by_event
from sivient.delivery.work.by_mail import invite_by_mail, mail_moment, worth_waiting
from sivient.delivery.work.event_mails import plan_guest_page
from sivient.delivery.work.invites import OVER, mark_invited, needs_host
from sivient.delivery.work.standing import SETTLES, after_earlier, earlier_keys, planned_for
from sivient.jobs.completion import work_completion, write_down
from sivient.jobs.models import Work
from sivient.jobs.queue import AT_ONCE
from sivient.jobs.registry import handles
from sivient.jobs.retry import Follows
from sivient.ports.errors import Gone, IntegrationError, Reconnect, TryLater

EVENT_LEASE = timedelta(minutes=2)  # longer than the few calls of one write, and the renewal of a token
DELETED = {"skipped": "The event was deleted in the calendar."}  # until it is back: then what is missing is written
MOVED = {"skipped": "The event was moved in the calendar."}  # until it is answered: then the same


def due_by_mail(work: Work) -> datetime | None:
    """Return when the guests are invited by mail if the calendar has not done it by then."""
    booking = planned_for(work, Booking.Status.CONFIRMED)
    return mail_moment(work, booking) if booking and booking.invites == Booking.Invites.CALENDAR else None


@handles(EVENT, lease=EVENT_LEASE, slow=True, until=due_by_mail)
def write_event(work: Work) -> None:
    """Let the event say what the booking says now. Written again, it is the same event and invites nobody twice."""
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None:
        return
    if booking.event is None:  # whoever asked for this did not know yet that everything is mailed now
        with work_completion(work):
            plan_invites(booking)
            return
    if booking.end <= timezone.now():
        with work_completion(work, result=OVER):
            return
    after_earlier(EVENT, earlier_keys(booking), doing="The event at the time before is being written")
    if asked := _host_is_asked(booking, booking.event):
        with work_completion(work, result=work.result | asked):
            return
    before = told_by_event(booking)
    edition = _edition(work, booking, booking.event, before)
    followed = "sequence" not in work.result and _stands(booking, booking.event)
    if edition is None and "skipped" in work.result:  # the event is back, and nothing is missing in it
        with work_completion(work, result={key: value for key, value in work.result.items() if key != "skipped"}):
            return
    if edition is None or not _written_down(work, booking, edition):
        return
    try:
        _write(booking, booking.event, edition, followed=followed)
    except IntegrationError as error:
        _met(work, booking, booking.event, error)
        return
    with work_completion(work, result=edition.record(start=booking.start, sent=True)):
        if booking.invites == Booking.Invites.CALENDAR:
            plan_guest_page(booking)
            mark_invited(booking, link=edition.link is not None)


def _host_is_asked(booking: Booking, event: WrittenEvent) -> Mapping[str, str]:
    """Return why nothing is written for now: the host is asked what they have done to the event; {} if they are not.

    An attempt that is open comes to its end first. Raises Follows while a change is yet to be looked into.
    """
    if event.seen_gone_at and event.name:
        return DELETED
    if event.tried or not event.name:
        return {}
    if booking.calendar_asks == Booking.CalendarAsks.MOVED:
        return MOVED
    moved = (event.seen_start, event.seen_end) not in ((None, None), (event.start, event.end))
    if moved and Work.objects.filter(kind=EVENT_CHANGED, key=f"event:{event.pk}", state=Work.State.WAITING).exists():
        raise Follows("The event was moved in the calendar, which is being looked into.", after=SETTLES)
    return {}


def _edition(work: Work, booking: Booking, event: WrittenEvent, before: Told) -> Edition | None:
    """Return what the event has to say, None when it says it: also after somebody has changed it in the calendar."""
    conference, now = link_of(booking), timezone.now()
    number = conference.pk if conference else None
    unlinked = needs_host(booking, conference)
    edition = next_edition(work.result, before=before, link=number, now=now, needs_host=unlinked)
    if edition is None and not _stands(booking, event):
        return present_edition(work.result, before=before, link=number, now=now, needs_host=unlinked)
    return edition


def _stands(booking: Booking, event: WrittenEvent) -> bool:
    """Say whether the calendar has the event where the booking is, as far as we know."""
    there = bool(event.name) and event.removed_at is None and event.seen_gone_at is None
    time = booking.start, booking.end
    return there and (event.start, event.end) == time and (event.seen_start, event.seen_end) in ((None, None), time)


def _write(booking: Booking, event: WrittenEvent, edition: Edition, *, followed: bool) -> None:
    """Write this edition. Guests hear of another time, place or link than they know, and of nothing else.

    `followed`: the host has moved the event, and the booking with it. Then there is nothing to write, but for a link
    that did not stay: some providers mail at each change.
    """
    if event.calendar is None:
        raise Reconnect("The calendar is not connected any more.")
    draft = event_draft(booking, event, link_of(booking), edition)
    if followed and event.written == heard(draft):
        return
    seen = event.seen_start, event.seen_end
    moved = event.seen_start is not None and seen != (event.start, event.end)  # by somebody in the calendar
    writing.write(event, draft, notify=moved or writing.guests_hear(event, draft))


def _met(work: Work, booking: Booking, event: WrittenEvent, error: IntegrationError) -> None:
    """Decide what trouble with the calendar means: see the module's words. Raises what is to be waited for."""
    event.refresh_from_db()
    if isinstance(error, Gone) and event.name and event.calendar and event.calendar.gone_at is None:
        plan_look(event, wait=AT_ONCE)
        error = TryLater(str(error), after=SETTLES)
    if booking.invites == Booking.Invites.MAIL or worth_waiting(work, booking, error):
        raise error
    invite_by_mail(work, booking, event, error)


def _written_down(work: Work, booking: Booking, edition: Edition) -> bool:
    """Keep the edition before it leaves. False: the booking has changed since it was read, so it may not leave."""
    before = work.result
    kept = {key: before[key] for key in ("since", "told") if key in before} | (
        {"told": True} if before.get("sent") else {}
    )
    same = Booking.objects.filter(pk=booking.pk, version=booking.version, status=Booking.Status.CONFIRMED)
    with transaction.atomic():
        write_down(work, edition.record(start=booking.start, sent=False) | kept)
        if same.select_for_update().exists():
            return True
        transaction.set_rollback(True)
    work.result = before
    return False
