"""The link of a booking: which one is in force, and the links that its host gives in place of Zoom's.

Lock order: the steps' rows of work first, then the booking, as everywhere in this room.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from sivient.audit.log import record
from sivient.booking.conferences import reaches, without_link
from sivient.booking.models import Booking, Conference, ConferenceAttempt
from sivient.booking.steps import plan_invites, retire
from sivient.delivery.attempts import CALL_LEASE
from sivient.scheduling.meeting_link import LinkUnfit, require_link
from sivient.scheduling.models import Platform

LONGEST_LINK = 2048  # characters


class NotReplaceable(Exception):
    """The booking needs no link of its host's: not in Zoom, not confirmed, or over. A sentence for the host."""


def link_of(booking: Booking) -> Conference | None:
    """Return the meeting whose link everybody has or gets."""
    return booking.conferences.filter(unused=False).first()


def has_link(booking: Booking) -> bool:
    """Say whether the booking has a link that reaches its start: only then does it wait for none."""
    return reaches(link_of(booking), booking.start)


def waiting_for_link(host_id: int, *, now: datetime) -> QuerySet[Booking]:
    """Return the host's bookings ahead that have no join link that lasts although they need one."""
    confirmed = Booking.objects.filter(host=host_id, status=Booking.Status.CONFIRMED, platform=Platform.ZOOM)
    return without_link(confirmed.filter(start__gt=now))


def possibly_unused(booking: Booking) -> list[ConferenceAttempt]:
    """Return the requests that may have made a meeting of which we know nothing, oldest first.

    A worker holds its work for CALL_LEASE from each request on: after that, one that has said nothing is gone.
    """
    outcome = ConferenceAttempt.Outcome
    silent = Q(outcome=outcome.OPEN, asked_at__lt=Now() - CALL_LEASE)
    return list(booking.conference_attempts.filter(Q(outcome=outcome.LOST) | silent).order_by("pk"))


def replace_link(booking: Booking, url: str, *, now: datetime) -> Conference:
    """Let the host's own link take the place of whatever there is, and tell everybody once.

    The same link again changes nothing. Raises LinkUnfit, NotReplaceable.
    """
    url = url.strip()
    require_link(url, longest=LONGEST_LINK)
    _require_replaceable(booking, now)
    present = link_of(booking)
    if present is not None and present.join_url == url:
        return present
    with transaction.atomic():
        conference = _put_in_force(booking, Conference.BY_HAND, url, now=now)
        record("link replaced", account=booking.host_id, actor="host", subject=f"booking:{booking.pk}")
    return conference


def use_fallback(booking: Booking, *, now: datetime) -> Conference | None:
    """Give a booking without a link its host's fallback link, and tell everybody.

    None: the host has set none that is good, the booking has a link by now, or it needs none any more.
    """
    page = getattr(booking.host, "page", None)
    url = page.fallback_link if page else ""
    if not url or has_link(booking):
        return None
    try:
        with transaction.atomic():
            conference = _put_in_force(booking, Conference.FALLBACK, url, now=now, over=False)
            record("fallback link used", account=booking.host_id, actor="system", subject=f"booking:{booking.pk}")
    except (NotReplaceable, LinkUnfit):
        return None
    return conference


def _require_replaceable(booking: Booking, now: datetime) -> None:
    if booking.platform != Platform.ZOOM:
        raise NotReplaceable("This meeting does not take place in Zoom.")
    if booking.status != Booking.Status.CONFIRMED:
        raise NotReplaceable("This booking does not stand, so it needs no link.")
    if booking.end <= now:
        raise NotReplaceable("This meeting is over.")


def _put_in_force(booking: Booking, vendor: str, url: str, *, now: datetime, over: bool = True) -> Conference:
    """Make `url` the link. `over`: also over one that is good; without, NotReplaceable when there is one."""
    plan_invites(booking)
    same = Booking.objects.select_for_update().get(pk=booking.pk)
    if same.version != booking.version:
        raise NotReplaceable("The booking has just been changed. Look at it again.")
    present = link_of(same)
    if not over and reaches(present, same.start):
        raise NotReplaceable("The booking has a link by now.")
    if present is not None:
        retire(present, now=now)
    return _known_before(same, url) or Conference.objects.create(
        booking=same, vendor=vendor, join_url=url, vendor_start=same.start, created_at=now
    )


def _known_before(booking: Booking, url: str) -> Conference | None:
    """Return the booking's earlier meeting of that link, in force again. Raises LinkUnfit if it is there no more."""
    earlier = booking.conferences.filter(join_url=url, unused=True).order_by("pk").last()
    if earlier is not None:
        if earlier.deleted_at is not None:
            raise LinkUnfit("This meeting is being deleted, or was deleted in Zoom. Give another link.")
        earlier.unused, earlier.replaced_at = False, None
        earlier.save(update_fields=["unused", "replaced_at"])
    return earlier
