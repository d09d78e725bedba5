"""The steps of a delivery, registered with the worker. Each is safe to run again."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.booking.services import step_key
from sivient.core.text import clean_line
from sivient.delivery import mails
from sivient.integrations.services import conferencing_for
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import handles
from sivient.ports.conferencing import MadeMeeting, MeetingRequest
from sivient.ports.errors import Rejected
from sivient.scheduling.models import Platform
from sivient.site import mailer

CREATE_LEASE = timedelta(seconds=120)  # the call may take 35 s, twice, with a token refresh (Zoom contract 8, 9)
MAIL_LEASE = timedelta(seconds=60)


@handles("delivery.conference", lease=CREATE_LEASE)
def make_conference(work: Work) -> None:
    """Make the booking's one meeting. The first stored one is the link for ever; a later one is kept as unused."""
    booking = _promised(work)
    if booking is None or _conference(booking) is not None:
        return
    if booking.start <= timezone.now():
        raise Rejected("The meeting has begun without a link.")  # a start in the past would be an instant meeting
    made = conferencing_for(booking.host, Platform.ZOOM).create(_request(booking))
    with work_completion(work, result={"meeting": made.external_id}):
        if _store(booking, made):
            payload = {"booking": booking.pk, "version": booking.version}
            for kind in ("delivery.invite", "delivery.host_invite"):
                enqueue(kind, key=step_key(booking), payload=payload)


@handles("delivery.invite", lease=MAIL_LEASE)
def invite_guest(work: Work) -> None:
    """Bring the guest's calendar up to date: a first invite, or one more when the link came after it."""
    booking = _promised(work)
    if booking is None:
        return
    link = _link(booking)
    due = booking.invited_at is None or (link and booking.link_invited_at is None)
    if not due:
        return
    sequence = booking.sequence + (1 if booking.invited_at else 0)
    mailer.send(mails.invite(booking, link=link, sequence=sequence, to_host=False), to=booking.guest_email)
    now = timezone.now()
    marks = {"sequence": sequence, "invited_at": booking.invited_at or now}
    if link:
        marks["link_invited_at"] = now
    with work_completion(work, result={"sequence": sequence, "link": bool(link)}):
        Booking.objects.filter(pk=booking.pk, version=booking.version).update(**marks)


@handles("delivery.host_invite", lease=MAIL_LEASE)
def invite_host(work: Work) -> None:
    """Send the host the same invite; what was sent last is in the work's own result."""
    booking = _promised(work)
    if booking is None or not booking.host.email:
        return
    link = _link(booking)
    sent = work.result
    if sent and (sent.get("link") or not link):
        return
    sequence = sent["sequence"] + 1 if sent else 0
    mailer.send(mails.invite(booking, link=link, sequence=sequence, to_host=True), to=booking.host.email)
    with work_completion(work, result={"sequence": sequence, "link": bool(link)}):
        pass


@handles("delivery.cancellation", lease=MAIL_LEASE)
def cancel_invite(work: Work) -> None:
    """Take the event out of the guest's calendar. Who was never invited gets a plain notice."""
    booking = Booking.objects.select_related("host").filter(pk=work.payload["booking"]).first()
    if booking is None or booking.status != Booking.Status.CANCELLED:
        return
    mailer.send(mails.cancellation(booking, sequence=booking.sequence + 1), to=booking.guest_email)


@handles("delivery.host_cancellation", lease=MAIL_LEASE)
def tell_host_cancelled(work: Work) -> None:
    """Tell the host, also that the meeting's entry stays in Zoom."""
    booking = Booking.objects.select_related("host").filter(pk=work.payload["booking"]).first()
    if booking is None or booking.status != Booking.Status.CANCELLED or not booking.host.email:
        return
    mailer.send(
        mails.host_cancellation(booking, sequence=booking.sequence + 1, meeting=_conference(booking)),
        to=booking.host.email,
    )


@handles("delivery.links_wanted")
def make_waiting_links(work: Work) -> None:
    """The host has connected (again): every booking of theirs that waits for a link gets it now."""
    waiting = Booking.objects.filter(
        host=work.payload["user"],
        status=Booking.Status.CONFIRMED,
        platform=Platform.ZOOM,
        start__gt=timezone.now(),
    ).exclude(conferences__unused=False)
    with transaction.atomic():
        for booking in waiting:
            payload = {"booking": booking.pk, "version": booking.version}
            enqueue("delivery.conference", key=step_key(booking), payload=payload)


def _promised(work: Work) -> Booking | None:
    """Return the booking if it still stands as it was when the step was planned."""
    booking = Booking.objects.select_related("host", "event_type").filter(pk=work.payload["booking"]).first()
    if booking is None or booking.status != Booking.Status.CONFIRMED or booking.version != work.payload["version"]:
        return None
    return booking


def _conference(booking: Booking) -> Conference | None:
    return booking.conferences.filter(unused=False).first()


def _link(booking: Booking) -> str:
    conference = _conference(booking)
    return conference.join_url if conference else ""


def _request(booking: Booking) -> MeetingRequest:
    return MeetingRequest(
        topic=clean_line(booking.title, 200),
        start=booking.start,
        end=booking.end,
        timezone=booking.host.timezone,
        agenda=mails.agenda(booking),
    )


def _store(booking: Booking, made: MadeMeeting) -> bool:
    """Store the meeting; return whether it became the booking's link. Runs inside the step's transaction."""
    now = Booking.objects.select_for_update().get(pk=booking.pk)
    unused = now.status == Booking.Status.CANCELLED or _conference(now) is not None
    Conference.objects.create(
        booking=now,
        vendor=Platform.ZOOM,
        external_id=made.external_id,
        join_url=made.join_url,
        passcode=made.passcode,
        vendor_start=booking.start,
        unused=unused,
        created_at=timezone.now(),
    )
    return not unused
