"""The steps of a delivery, registered with the worker. Each is safe to run again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.booking.services import step_key
from sivient.core.text import clean_line
from sivient.delivery import mails
from sivient.delivery.edition import Edition, next_edition
from sivient.integrations.services import conferencing_for
from sivient.jobs.completion import work_completion, write_down
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import handles
from sivient.ports.conferencing import MadeMeeting, MeetingRequest
from sivient.ports.errors import Rejected, TryLater
from sivient.scheduling.models import Platform
from sivient.site import mailer

# Longer than all the calls a step may make one after the other (tests/delivery/test_leases.py adds them up).
CREATE_LEASE = timedelta(minutes=4)
MAIL_LEASE = timedelta(seconds=90)
INVITE_LEAVES = timedelta(seconds=5)  # how long a cancellation waits for an invite that is being sent
NO_ADDRESS = {"skipped": "no address"}


@handles("delivery.conference", lease=CREATE_LEASE, slow=True)
def make_conference(work: Work) -> None:
    """Make the booking's one meeting. The first stored one is the link for ever; a later one is kept as unused."""
    booking = _promised(work)
    if booking is None or _conference(booking) is not None:
        return
    try:
        if booking.start <= timezone.now():  # a start in the past would make an instant meeting
            raise Rejected("The meeting's time has come without a link.")
        made = conferencing_for(booking.host, Platform.ZOOM).create(_request(booking))
    except Rejected as refused:
        payload = {"booking": booking.pk, "reason": str(refused)}
        enqueue("delivery.no_link", key=work.key, payload=payload)
        raise
    with work_completion(work, result={"meeting": made.external_id}):
        # The invites first: their steps, too, lock their own row before the booking's.
        payload = {"booking": booking.pk, "version": booking.version}
        for kind in ("delivery.invite", "delivery.host_invite"):
            enqueue(kind, key=work.key, payload=payload)
        _store(booking, made)


@handles("delivery.invite", lease=MAIL_LEASE)
def invite_guest(work: Work) -> None:
    """Bring the guest's calendar up to date: a first invite, or one more when the link came after it."""
    _invite(work, to_host=False)


@handles("delivery.host_invite", lease=MAIL_LEASE)
def invite_host(work: Work) -> None:
    """Bring the host's calendar up to date in the same way."""
    _invite(work, to_host=True)


@handles("delivery.cancellation", lease=MAIL_LEASE)
def cancel_invite(work: Work) -> None:
    """Take the event out of the guest's calendar. Who was never invited gets a plain notice."""
    _cancel(work, to_host=False)


@handles("delivery.host_cancellation", lease=MAIL_LEASE)
def cancel_host_invite(work: Work) -> None:
    """Tell the host in the same way, also that the meeting's entry stays in Zoom."""
    _cancel(work, to_host=True)


@handles("delivery.no_link", lease=MAIL_LEASE)
def tell_host_no_link(work: Work) -> None:
    """Tell the host that a booking has no link and will not get one by itself."""
    booking = Booking.objects.select_related("host").filter(pk=work.payload["booking"]).first()
    if booking is None or booking.status != Booking.Status.CONFIRMED or _conference(booking) or not booking.host.email:
        return
    mailer.send(mails.no_link(booking, work.payload["reason"]), to=booking.host.email)


@handles("delivery.links_wanted")
def make_waiting_links(work: Work) -> None:
    """The host has connected (again): every booking of theirs that waits for a link gets it now."""
    waiting = Booking.objects.filter(
        host=work.payload["user"],
        status=Booking.Status.CONFIRMED,
        platform=Platform.ZOOM,
        start__gt=timezone.now(),
    ).exclude(conferences__unused=False)
    for booking in waiting:
        payload = {"booking": booking.pk, "version": booking.version}
        enqueue("delivery.conference", key=step_key(booking), payload=payload)


def _invite(work: Work, *, to_host: bool) -> None:
    booking = _promised(work)
    if booking is None or booking.end <= timezone.now():
        return
    address = booking.host.email if to_host else booking.guest_email
    if not address:
        with work_completion(work, result=NO_ADDRESS):
            return
    conference = _conference(booking)
    edition = next_edition(work.result, link=conference is not None, now=timezone.now())
    if edition is None:
        return
    _write_down(work, booking, edition)
    mailer.send(mails.invite(booking, conference, edition, to_host=to_host), to=address)
    with work_completion(work, result=edition.record(sent=True)):
        if not to_host:
            _mark_invited(booking, link=edition.link)


def _write_down(work: Work, booking: Booking, edition: Edition) -> None:
    """Keep the edition before it leaves: a retry repeats it, and a cancellation can go beyond its SEQUENCE."""
    highest = Greatest(Coalesce("sequence", Value(0)), Value(edition.sequence))
    with transaction.atomic():
        write_down(work, edition.record(sent=False))
        Booking.objects.filter(pk=booking.pk).update(sequence=highest)


def _mark_invited(booking: Booking, *, link: bool) -> None:
    own = Booking.objects.filter(pk=booking.pk)
    own.filter(invited_at=None).update(invited_at=timezone.now())
    if link:
        own.update(link_invited_at=timezone.now())


def _cancel(work: Work, *, to_host: bool) -> None:
    booking = Booking.objects.select_related("host").filter(pk=work.payload["booking"]).first()
    if booking is None or booking.status != Booking.Status.CANCELLED:
        return
    address = booking.host.email if to_host else booking.guest_email
    if not address:
        with work_completion(work, result=NO_ADDRESS):
            return
    kind = "delivery.host_invite" if to_host else "delivery.invite"
    invites = Work.objects.filter(kind=kind, key__in=_earlier_keys(booking))
    if invites.filter(lease_until__gt=Now()).exists():
        raise TryLater("The invite is being sent; the cancellation follows it.", after=INVITE_LEAVES)
    booking.refresh_from_db(fields=["sequence"])
    invited = any("sequence" in invite.result for invite in invites)
    mail = mails.cancellation(booking, _conference(booking), to_host=to_host, invited=invited)
    mailer.send(mail, to=address)


def _earlier_keys(booking: Booking) -> list[str]:
    return [f"booking:{booking.pk}:{version}" for version in range(1, booking.version)]


def _promised(work: Work) -> Booking | None:
    """Return the booking if it still stands as it was when the step was planned."""
    booking = Booking.objects.select_related("host", "event_type").filter(pk=work.payload["booking"]).first()
    if booking is None or booking.status != Booking.Status.CONFIRMED or booking.version != work.payload["version"]:
        return None
    return booking


def _conference(booking: Booking) -> Conference | None:
    return booking.conferences.filter(unused=False).first()


def _request(booking: Booking) -> MeetingRequest:
    return MeetingRequest(
        topic=clean_line(booking.title, 200),
        start=booking.start,
        end=booking.end,
        timezone=booking.host.timezone,
        agenda=mails.agenda(booking),
    )


def _store(booking: Booking, made: MadeMeeting) -> None:
    """Store the meeting, as the booking's link or as unused. Runs inside the step's transaction."""
    now = Booking.objects.select_for_update().get(pk=booking.pk)
    Conference.objects.create(
        booking=now,
        vendor=Platform.ZOOM,
        external_id=made.external_id,
        join_url=made.join_url,
        passcode=made.passcode,
        vendor_start=booking.start,
        unused=now.status == Booking.Status.CANCELLED or _conference(now) is not None,
        created_at=timezone.now(),
    )
