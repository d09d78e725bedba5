"""Make a booking's one meeting, and tell the host when none will come."""

from datetime import timedelta

from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.booking.services import step_key
from sivient.core.text import clean_line
from sivient.delivery import mails, notices
from sivient.delivery.readers import INVITES, host, readers
from sivient.delivery.work.standing import MAIL_LEASE, after_earlier, link_of, planned_for
from sivient.integrations.queries import link_lasts
from sivient.integrations.services import conferencing_for
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import handles
from sivient.ports.conferencing import MadeMeeting, MeetingRequest
from sivient.ports.errors import Rejected
from sivient.scheduling.models import Platform
from sivient.site import mailer

# Longer than all the calls a step may make one after the other (tests/delivery/test_leases.py adds them up).
CREATE_LEASE = timedelta(minutes=4)
CONFERENCE = "delivery.conference"


@handles(CONFERENCE, lease=CREATE_LEASE, slow=True)
def make_conference(work: Work) -> None:
    """Make the booking's one meeting. The first stored one is the link; a later one is kept as unused.

    A step that began before the booking was moved may have stored a link that is good at the new time, too.
    """
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None:
        return
    earlier = [f"booking:{booking.pk}:{version}" for version in range(1, booking.version)]
    after_earlier(CONFERENCE, earlier, doing="The meeting of the time before is being made")
    made = None if link_of(booking) else _made(work, booking)
    with work_completion(work, result={"meeting": made.external_id} if made else None):
        # The invites first: their steps, too, lock their own row before the booking's.
        _plan_invites(booking)
        if made:
            _store(booking, made)


@handles("delivery.no_link", lease=MAIL_LEASE)
def tell_host_no_link(work: Work) -> None:
    """Tell the host that a booking has no link and will not get one by itself."""
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None or link_of(booking) or not booking.host.email:
        return
    mail = notices.no_link(booking, host(booking), work.payload["reason"], at=work.created_at)
    mailer.send(mail, to=booking.host.email)


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
        enqueue(CONFERENCE, key=step_key(booking), payload={"booking": booking.pk, "version": booking.version})


def _made(work: Work, booking: Booking) -> MadeMeeting:
    try:
        if booking.start <= timezone.now():  # a start in the past would make an instant meeting
            raise Rejected("The meeting's time has come without a link.")
        return conferencing_for(booking.host, Platform.ZOOM).create(_request(booking))
    except Rejected as refused:
        enqueue("delivery.no_link", key=work.key, payload=work.payload | {"reason": str(refused)})
        raise


def _plan_invites(booking: Booking) -> None:
    payload = {"booking": booking.pk, "version": booking.version}
    for each in readers(booking):
        more = {} if each.number is None else {"other": each.number}
        enqueue(INVITES[each.role], key=each.key(booking), payload=payload | more)


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
        unused=not _is_good_for(now, made_for=booking),
        created_at=timezone.now(),
    )


def _is_good_for(now: Booking, *, made_for: Booking) -> bool:
    """Say whether a meeting is the link of the booking as it stands now; it may have moved or ended meanwhile."""
    in_time = now.start <= made_for.start + link_lasts(Platform.ZOOM)
    return now.status == Booking.Status.CONFIRMED and in_time and link_of(now) is None
