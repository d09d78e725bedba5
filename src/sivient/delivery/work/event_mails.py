"""Plain mails around a booking that stands in its host's calendar: none of them is an invite, for there is one."""

from dataclasses import asdict

from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.steps import CALENDAR_ASKS, step_key
from sivient.delivery import event_notices
from sivient.delivery.calendar_words import Question, question
from sivient.delivery.edition import next_edition
from sivient.delivery.links import link_of
from sivient.delivery.readers import Reader, guest, host
from sivient.delivery.rows import GUEST_PAGE
from sivient.delivery.told import told_by_mail
from sivient.delivery.work.standing import first_said, first_sent_at, planned_for, sends_mail
from sivient.jobs.completion import work_completion, write_down
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.site import mailer

OPEN = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


def tell_host(work: Work, booking: Booking, to: Reader) -> None:
    """Tell the host of the booking, once at each of its versions: what comes later stands in their calendar."""
    begun, before = "plain" in work.result, told_by_mail(booking, to, plain=True)
    if begun and work.result.get("sent"):
        return
    conference = booking.conferences.filter(pk=work.result["link"]).first() if begun else link_of(booking)
    link = conference.pk if conference else None
    edition = next_edition(work.result, before=before, link=link, now=timezone.now())
    if edition is None:
        return
    write_down(work, edition.record(start=booking.start, sent=False) | {"plain": True})
    mailer.send(event_notices.host_notice(booking, conference, reader=to, told=before, at=edition.at), to=to.address)
    with work_completion(work, result=edition.record(start=booking.start, sent=True) | {"plain": True}):
        pass


def plan_guest_page(booking: Booking) -> None:
    """Have the guest mailed the way to their page, if others read the event, too, and it stands there for nobody."""
    if booking.others and booking.guest_email:
        payload = {"booking": booking.pk, "version": booking.version}
        enqueue(GUEST_PAGE, key=step_key(booking, 1), payload=payload)


@sends_mail(GUEST_PAGE)
def tell_guest_page(work: Work) -> None:
    """Mail the guest the link to their page, once for each booking."""
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None or "sent" in work.result or booking.end <= timezone.now():
        return
    mailer.send(event_notices.guest_page(booking, guest(booking), at=first_sent_at(work)), to=booking.guest_email)
    with work_completion(work, result=work.result | {"sent": True}):
        pass


@sends_mail(CALENDAR_ASKS)
def tell_calendar_asks(work: Work) -> None:
    """Mail the host what their calendar has made of a booking, and what happens without an answer: once each time."""
    bookings = Booking.objects.select_related("host__page", "event_type", "event__calendar__connection")
    booking = bookings.filter(pk=work.payload["booking"], status__in=OPEN).first()
    if booking is None or booking.calendar_asked_at is None:
        return
    asked, now = f"{booking.calendar_asks} {booking.calendar_asked_at.isoformat()}", timezone.now()
    if not booking.calendar_asks or work.result.get("told") == asked or booking.end <= now:
        return
    now_asked = question(booking, host(booking))
    if now_asked is None:
        return
    if not booking.host.email:  # the page asks, and the timeline says what was asked
        with work_completion(work, result={"told": asked}):
            return
    words = Question(**first_said(work, mail=asked, **asdict(now_asked)))
    mail = event_notices.calendar_asks(booking, host(booking), words, at=booking.calendar_asked_at)
    mailer.send(mail, to=booking.host.email)
    with work_completion(work, result={"told": asked}):
        pass
