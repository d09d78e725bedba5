"""What happens when a booking has no link in time: the fallback link, or a word to the host and to the guest."""

from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.steps import CONFERENCE, LINK_DUE, LINK_NEEDED, MOVE, plan_invites, step_key
from sivient.delivery import notices
from sivient.delivery.links import has_link, waiting_for_link
from sivient.delivery.readers import guest, host
from sivient.delivery.work.fallbacks import fall_back
from sivient.delivery.work.invites import NO_ADDRESS
from sivient.delivery.work.standing import first_said, first_sent_at, planned_for, sends_mail
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import handles
from sivient.site import mailer

LINK_LATE = "delivery.link_late"
FALLBACK_USED = {"fallback": True}


@sends_mail(LINK_DUE)
def ask_for_link(work: Work) -> None:
    """The booking needs a link now: its host's fallback link, or one that the host is asked for, once.

    Comes earlier than planned when it is clear that the vendor will not make the meeting in time; the payload then
    says why, and whether that is final. The guest hears of it when the meeting is near.
    """
    booking = _still_without_link(work)
    if booking is None or _fell_back(work, booking) or "asked" in work.result:
        return
    if booking.host.email:
        reason, final = _why(work, booking)
        said = first_said(work, reason=reason, final=final)
        mail = notices.no_link(booking, host(booking), at=first_sent_at(work), **said)
        mailer.send(mail, to=booking.host.email)
    asked = work.result | {"asked": bool(booking.host.email)}
    with work_completion(work, result=asked):
        near = max(timezone.now(), booking.start - LINK_NEEDED)
        enqueue(LINK_LATE, key=work.key, payload=work.payload, run_at=near)
        if "reason" in work.payload:  # no link comes soon: the invites wait for none
            plan_invites(booking)


@handles("delivery.fallback_saved")
def use_new_fallback(work: Work) -> None:
    """The host has saved a fallback link: bookings whose deadline went by without one get it now."""
    waiting = waiting_for_link(work.payload["user"], now=timezone.now())
    over = Work.objects.filter(kind=LINK_DUE, key__in=[step_key(booking) for booking in waiting])
    for due in over.exclude(state=Work.State.WAITING, trouble="").order_by("pk"):
        enqueue(due.kind, key=due.key, payload=due.payload)


@sends_mail(LINK_LATE)
def tell_guest_link_is_late(work: Work) -> None:
    """The meeting is near and there is still no link: the guest is told that it comes, once."""
    booking = _still_without_link(work)
    if booking is None or _fell_back(work, booking) or "told" in work.result:
        return
    if not booking.guest_email:
        with work_completion(work, result=NO_ADDRESS):
            return
    mailer.send(notices.link_late(booking, guest(booking), at=first_sent_at(work)), to=booking.guest_email)
    with work_completion(work, result=work.result | {"told": True}):
        pass


def _still_without_link(work: Work) -> Booking | None:
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None or booking.end <= timezone.now() or has_link(booking):
        return None
    return booking


def _fell_back(work: Work, booking: Booking) -> bool:
    """Say whether the booking has its host's fallback link now; the step is done then."""
    reason, final = _why(work, booking)
    if not fall_back(work, booking, reason=reason, final=final):
        return False
    with work_completion(work, result=work.result | FALLBACK_USED):
        return True


def _why(work: Work, booking: Booking) -> tuple[str, bool]:
    """Return what keeps the meeting from being made, as a sentence or '', and whether a retry would meet it again."""
    if reason := work.payload.get("reason"):
        return str(reason), bool(work.payload.get("final"))
    steps = Work.objects.filter(kind__in=(CONFERENCE, MOVE), key=step_key(booking))
    making = steps.exclude(state=Work.State.DONE).order_by("kind").first()
    return (making.last_error, making.state == Work.State.FAILED) if making else ("", False)
