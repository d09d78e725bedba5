"""Change meetings that exist at the vendor, where the host's permission allows it (Zoom contract 4.4)."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from sivient.booking.conferences import foreign, reaches
from sivient.booking.models import Booking, Conference
from sivient.booking.steps import DELETE, MOVE, plan_link, retire
from sivient.delivery.attempts import CALL_LEASE
from sivient.delivery.links import link_of
from sivient.delivery.work.meetings import CLAIM_LEASE, request_for
from sivient.delivery.work.standing import after_earlier, begun, earlier_keys, planned_for, start_of
from sivient.integrations.services import conferencing_for
from sivient.jobs.completion import renew, work_completion, write_down
from sivient.jobs.models import Work
from sivient.jobs.registry import handles
from sivient.ports.conferencing import Ability
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, Rejected
from sivient.scheduling.models import Platform

MAY_NOT = {"skipped": "The permission does not allow it any more."}
ASKED = {"asked": True}  # a request has left, or was about to: without another result, nobody knows what became of it
DELETE_PATIENCE = timedelta(days=30)


class _GivesWay(Exception):
    """The booking is not what it was when the step read it: the step of its present version goes on."""


@handles(MOVE, lease=CLAIM_LEASE, slow=True, until=start_of)
def move_conference(work: Work) -> None:
    """Give the booking's meeting the booking's time. One that is gone gives way to a new one.

    So does one that cannot be moved, if its link does not last until then.
    """
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None or begun(booking):
        return
    after_earlier(MOVE, earlier_keys(booking), doing="The meeting is being moved to the time before")
    conference = link_of(booking)
    if conference is None:
        with work_completion(work):
            plan_link(booking)
        return
    if conference.vendor != Platform.ZOOM or (conference.vendor_start == booking.start and not _lost(booking)):
        return
    _move(work, booking, conference)


@handles(DELETE, lease=CLAIM_LEASE, slow=True, patience=DELETE_PATIENCE)
def delete_conference(work: Work) -> None:
    """Delete a meeting that no booking uses (any more). One that is gone is deleted.

    It counts as deleted from before the request leaves: meanwhile, nobody makes it the link again.
    """
    conference = Conference.objects.select_related("booking__host").filter(pk=work.payload["conference"]).first()
    if conference is None or (conference.deleted_at is not None and "asked" not in work.result):
        return
    vendor = conferencing_for(conference.booking.host, conference.vendor)
    if foreign(conference) or Ability.DELETE not in vendor.abilities:
        with work_completion(work, result=MAY_NOT):
            return
    unheard = "asked" in work.result  # of an earlier request that may have deleted it
    if not _given_up(work, conference):
        return
    try:
        vendor.delete(conference.external_id)
    except IntegrationError as error:
        unheard = unheard or isinstance(error, OutcomeUnknown)
        if isinstance(error, Rejected) or not unheard:
            _kept(work, conference)
        raise
    with work_completion(work, result={"deleted": conference.external_id}):
        Conference.objects.filter(pk=conference.pk).update(deleted_at=Now())


def _move(work: Work, booking: Booking, conference: Conference) -> None:
    """Ask the vendor to move the meeting, where we may; or let it stay, or give way to a new one."""
    vendor = conferencing_for(booking.host, Platform.ZOOM)
    lasts = reaches(conference, booking.start)
    if foreign(conference) or Ability.MOVE not in vendor.abilities:
        _left(work, booking, conference, lasts=lasts)
        return
    try:
        vendor.move(conference.external_id, request_for(booking), before=lambda: _about_to_ask(work))
    except Gone:
        _replace(work, booking, conference, gone=True)
    except Rejected:
        if lasts:
            raise
        _replace(work, booking, conference)
    else:
        with work_completion(work, result={"moved": conference.external_id}):
            Conference.objects.filter(pk=conference.pk).update(vendor_start=booking.start)


def _about_to_ask(work: Work) -> None:
    """Hold the work for one more call, and write down that it leaves."""
    with transaction.atomic():
        renew(work, CALL_LEASE)
        write_down(work, work.result | ASKED)


def _lost(booking: Booking) -> bool:
    """Say whether a request of an earlier version may have moved the meeting without our hearing of it."""
    return Work.objects.filter(kind=MOVE, key__in=earlier_keys(booking), result__has_key="asked").exists()


def _given_up(work: Work, conference: Conference) -> bool:
    """Mark the meeting as deleted before the vendor is asked, unless a booking uses it; say whether it is marked."""
    with transaction.atomic():
        renew(work, CALL_LEASE)
        booking = Booking.objects.select_for_update().get(pk=conference.booking_id)
        conference.refresh_from_db(fields=["unused"])
        if not conference.unused and booking.status == Booking.Status.CONFIRMED:
            return False
        write_down(work, ASKED)
        Conference.objects.filter(pk=conference.pk).update(deleted_at=Now())
        return True


def _kept(work: Work, conference: Conference) -> None:
    """Take the mark back: the meeting is surely there."""
    with transaction.atomic():
        write_down(work, {})
        Conference.objects.filter(pk=conference.pk).update(deleted_at=None)


def _left(work: Work, booking: Booking, conference: Conference, *, lasts: bool) -> None:
    """Come to an end without the permission to move: the link stays if it lasts."""
    if not lasts:
        _replace(work, booking, conference)
        return
    with work_completion(work, result=MAY_NOT):
        pass


def _replace(work: Work, booking: Booking, conference: Conference, *, gone: bool = False) -> None:
    """Have a new meeting made in place of this one; when another link has taken its place, that one stays.

    The invites follow with the new link: no message in between says that there is none.
    """
    now = timezone.now()
    try:
        with work_completion(work, result={"replaced": conference.external_id}):
            plan_link(booking)  # its step, too, locks its own row before the booking's
            same = Booking.objects.select_for_update().get(pk=booking.pk)
            if (same.version, same.status) != (booking.version, booking.status):
                raise _GivesWay
            if gone:
                Conference.objects.filter(pk=conference.pk).update(deleted_at=now)
            present = link_of(booking)
            if present is not None and present.pk == conference.pk:
                retire(present, now=now)
    except _GivesWay:
        return
