"""Make a booking's one meeting."""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import close_old_connections, transaction
from django.db.models import Q
from django.utils import timezone

from sivient.booking.conferences import vendor_user
from sivient.booking.models import Booking, Conference
from sivient.booking.steps import (
    CONFERENCE,
    DELETE,
    EVENT,
    EVENT_REMOVED,
    LINK_DUE,
    LINK_NEEDED,
    MOVE,
    grant_lane,
    lane_of,
    plan_deletion,
    plan_invites,
    plan_move,
    step_key,
)
from sivient.core.text import clean_line
from sivient.delivery import mails
from sivient.delivery.attempts import Asking, lost
from sivient.delivery.links import link_of, waiting_for_link
from sivient.delivery.work.pauses import plan_word
from sivient.delivery.work.standing import after_earlier, begun, earlier_keys, planned_for, start_of
from sivient.integrations.live import LiveConferencing
from sivient.integrations.models import Grant
from sivient.integrations.queries import abilities, link_lasts
from sivient.integrations.services import conferencing_for
from sivient.jobs.completion import LeaseLost, renew, work_completion, write_down
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue, pull_forward
from sivient.jobs.registry import handles
from sivient.jobs.worker import DATABASE_AWAY
from sivient.ports.conferencing import Ability, MadeMeeting, MeetingRequest
from sivient.ports.errors import IntegrationError, OutcomeUnknown, Paused, Reconnect, Rejected, TryLater, Unusable
from sivient.scheduling.models import Platform

CLAIM_LEASE = timedelta(seconds=45)  # until the first request; each request holds the work for as long as it may take
FIND_LEASE = timedelta(minutes=2)  # longer than a look through all pages of a list: nothing is lost by waiting
STORES, STORE_AGAIN = 3, 1.0  # how often the database is asked to keep a meeting, and seconds in between
PASSING = (Work.Trouble.UNKNOWN, Work.Trouble.LATER)


@handles(CONFERENCE, lease=CLAIM_LEASE, slow=True, until=start_of)
def make_conference(work: Work) -> None:
    """Make the booking's one meeting. The first stored one is the link; a later one is kept as unused.

    A step that began before the booking was moved may have stored a link that is good at the new time, too. Of a
    booking that ended meanwhile, what a lost answer has left is looked for.
    """
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None:
        _put_away(work)
        return
    after_earlier(CONFERENCE, earlier_keys(booking), doing="The meeting of the time before is being made")
    asking = Asking(work, booking)
    made = None if link_of(booking) else _made(asking)
    _complete(asking, made)
    if made:  # the vendor works: what waits for it goes soon
        pull_forward(CONFERENCE, lane=lane_of(booking), troubles=PASSING)


@handles("delivery.links_wanted")
def make_waiting_links(work: Work) -> None:
    """The host has connected (again): every booking of theirs that waits for a link gets it now.

    What else waited for the permission goes on, too: for that of the calendar's account as well.
    """
    host = work.payload["user"]
    for booking in waiting_for_link(host, now=timezone.now()):
        payload = {"booking": booking.pk, "version": booking.version}
        enqueue(CONFERENCE, key=step_key(booking), payload=payload, lane=lane_of(booking))
    grants = Grant.objects.filter(connections__user=host).values_list("pk", flat=True)
    of_zoom = Q(kind__in=(MOVE, DELETE), lane=f"{Platform.ZOOM}:{host}")
    of_calendar = Q(kind__in=(EVENT, EVENT_REMOVED), lane__in=[grant_lane(grant) for grant in grants])
    for each in Work.objects.filter(of_zoom | of_calendar, state=Work.State.PARKED).order_by("pk"):
        enqueue(each.kind, key=each.key, payload=each.payload, lane=each.lane)


def request_for(booking: Booking) -> MeetingRequest:
    """Return what the vendor is asked for."""
    return MeetingRequest(
        topic=clean_line(booking.title, 200),
        start=booking.start,
        end=booking.end,
        timezone=booking.host.timezone,
        agenda=mails.agenda(booking),
        reference=mails.reference(booking),
    )


def _complete(asking: Asking, made: MadeMeeting | None) -> None:
    """End the step. What the vendor has made is not forgotten because the database is away for a moment."""
    for left in reversed(range(STORES)):
        try:
            _end(asking, made)
        except DATABASE_AWAY:
            if made is None or not left:
                raise
            close_old_connections()
            time.sleep(STORE_AGAIN)
        else:
            return


def _end(asking: Asking, made: MadeMeeting | None) -> None:
    try:
        with work_completion(asking.work, result={"meeting": made.external_id} if made else None):
            # The invites first: their steps, too, lock their own row before the booking's.
            plan_invites(asking.booking)
            if made:
                _store(asking, made)
    except LeaseLost:  # or the answer to an earlier commit was lost
        if made:
            _store_spare(asking, made)
        raise


def _made(asking: Asking) -> MadeMeeting:
    booking = asking.booking
    try:
        if begun(booking):  # a start in the past would make an instant meeting
            raise Rejected("The meeting's time has come without a link.")
        asking.vendor_user = vendor_user(booking.host, Platform.ZOOM)
        vendor, request = conferencing_for(booking.host, Platform.ZOOM), request_for(booking)
        return _found(asking, vendor, request) or _created(asking, vendor, request)
    except IntegrationError as error:
        asking.failed(error)
        believed = _believed(asking, error)
        if isinstance(believed, Paused):
            plan_word(booking.host, believed)
        _ask_for_a_link_early(asking, believed)
        raise believed from error


def _created(asking: Asking, vendor: LiveConferencing, request: MeetingRequest) -> MadeMeeting:
    made = vendor.create(request, before=asking.before)
    if not _serves(asking.booking, made.start or request.start):
        raise Unusable("Zoom made the meeting for another day.", external_id=made.external_id)
    return made


def _found(asking: Asking, vendor: LiveConferencing, request: MeetingRequest) -> MadeMeeting | None:
    """Return the meeting of an earlier request whose answer was lost, if the vendor's list may be read and has it.

    One that was made for a time before, which its link does not outlast, is put aside.
    """
    booking = asking.booking
    while Ability.FIND in vendor.abilities and (attempt := lost(booking).last()) is not None:
        renew(asking.work, FIND_LEASE)
        known = frozenset(booking.conferences.exclude(external_id="").values_list("external_id", flat=True))
        found = _looked_up(vendor, replace(request, known=known))
        if found is None:
            return None
        asking.found(attempt)
        if _serves(booking, found.start or request.start):
            return found
        renew(asking.work, CLAIM_LEASE)
        _store_spare(asking, found)
        asking.put_aside()
    return None


def _put_away(work: Work) -> None:
    """Keep as unused, and so delete where we may, what was made for a booking that ended before we heard of it."""
    booking = Booking.objects.select_related("host__page").filter(pk=work.payload["booking"]).first()
    if booking is None or booking.stands or begun(booking) or not lost(booking).exists():
        return
    asking = Asking(work, booking, vendor_user=vendor_user(booking.host, Platform.ZOOM))
    with suppress(Reconnect, Rejected):  # nobody waits for it: the host is shown what may have been left
        vendor, request = conferencing_for(booking.host, Platform.ZOOM), request_for(booking)
        while (found := _found(asking, vendor, request)) is not None:
            renew(work, CLAIM_LEASE)
            _store_spare(asking, found)
            asking.put_aside()


def _looked_up(vendor: LiveConferencing, request: MeetingRequest) -> MadeMeeting | None:
    try:
        return vendor.find(request)
    except OutcomeUnknown as error:  # of a look nothing can be left over
        raise TryLater(str(error), after=error.after) from error


def _believed(asking: Asking, error: IntegrationError) -> IntegrationError:
    """Return the error to act on: after a second meeting that nobody can use there is no third (contract 4.2)."""
    if not isinstance(error, Unusable):
        return error
    before = asking.work.result.get("unusable", 0)
    write_down(asking.work, asking.work.result | {"unusable": before + 1})
    return Rejected("Zoom has twice made a meeting without a link that guests can use.") if before else error


def _ask_for_a_link_early(asking: Asking, error: IntegrationError) -> None:
    """Go on without the vendor at once when it is clear that it will not have made the meeting in time."""
    work, final = asking.work, isinstance(error, Rejected)
    too_late = isinstance(error, Paused) and error.until > asking.booking.start - LINK_NEEDED
    if final or too_late:
        enqueue(LINK_DUE, key=work.key, payload=work.payload | {"reason": str(error), "final": final})


def _store(asking: Asking, made: MadeMeeting, *, spare: bool = False) -> None:
    """Store the meeting, as the booking's link or as unused. `spare`: whatever it is like, another one is the link."""
    before = asking.booking
    now = Booking.objects.select_for_update(of=("self",)).select_related("host").get(pk=before.pk)
    at = made.start or before.start  # the vendor's own date counts: its link lasts from there
    good = not spare and _is_good_for(now, at)
    conference = Conference.objects.create(
        booking=now,
        vendor=Platform.ZOOM,
        external_id=made.external_id,
        join_url=made.join_url,
        passcode=made.passcode,
        vendor_start=at,
        vendor_user=asking.vendor_user,
        unused=not good,
        created_at=timezone.now(),
    )
    asking.settle(asking.succeeded)
    if not good:
        plan_deletion(conference)
    elif at != now.start and Ability.MOVE in abilities(now.host, Platform.ZOOM):
        plan_move(now)


def _is_good_for(now: Booking, at: datetime) -> bool:
    """Say whether a meeting is the link of the booking as it stands now; it may have moved or ended meanwhile."""
    if now.status != Booking.Status.CONFIRMED or link_of(now) is not None:
        return False
    return _serves(now, at)


def _serves(booking: Booking, at: datetime) -> bool:
    """Say whether the link of a meeting at that time lasts until the booking, or the meeting can be moved there."""
    in_time = booking.start <= at + link_lasts(Platform.ZOOM)
    return in_time or Ability.MOVE in abilities(booking.host, Platform.ZOOM)


def _store_spare(asking: Asking, made: MadeMeeting) -> None:
    """Keep as unused what was made after the lease was lost, or for another time, unless it is stored already."""
    with transaction.atomic():
        booking = Booking.objects.select_for_update().get(pk=asking.booking.pk)
        if not booking.conferences.filter(external_id=made.external_id).exists():
            _store(asking, made, spare=True)
