"""The page of one booking, which every verb of the host comes back to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from sivient.accounts.access import HostRequest
from sivient.accounts.models import User
from sivient.booking.conferences import allowed
from sivient.booking.models import Booking, Conference
from sivient.core import moments
from sivient.delivery.calendar_words import question
from sivient.delivery.clock_words import clock_question
from sivient.delivery.links import possibly_unused
from sivient.delivery.mails import reference
from sivient.delivery.meeting_steps import in_force
from sivient.delivery.readers import host
from sivient.delivery.step_words import Help
from sivient.delivery.timeline import timeline
from sivient.integrations.queries import to_reconnect
from sivient.ports.conferencing import Ability
from sivient.scheduling.models import Platform
from sivient.site import said, zones
from sivient.site.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing was done: what has happened, and what it means."""

    happened: str
    means: str


_EVENT = ("event__calendar__connection",)
OF_THE_LINK = {Help.ADD_LINK, Help.RECONNECT}
BEGUN = Problem("This meeting has begun.", "It cannot be cancelled or rescheduled any more.")
ENDED = Problem("This booking stands no more.", "Nothing was changed.")
UNREAD = Problem("Nothing was changed.", "Look at the booking as it stands here, and answer again.")
ANSWERS = {
    Booking.Status.CANCELLED: Problem("This request was cancelled meanwhile.", "There is nothing left to answer."),
    Booking.Status.DECLINED: Problem("You have declined this request already.", "The guest is told."),
    Booking.Status.EXPIRED: Problem("The time to answer this request is over.", "The guest is told."),
    Booking.Status.CONFIRMED: Problem("You have approved this request already.", "You can still cancel the meeting."),
}


def own(host: User, pk: int) -> Booking:
    """Return the host's own booking, or 404: another host's number looks like no number at all."""
    bookings = host.bookings.select_related("hold", "event_type__schedule", "event_type__host__page", "host", *_EVENT)
    return get_object_or_404(bookings.prefetch_related("conferences"), pk=pk)


def page(request: HostRequest, booking: Booking, *, status: int = 200, problem: Problem | None = None) -> HttpResponse:
    """Show the booking as it stands, and why nothing was done, if so."""
    now = timezone.now()
    steps = timeline(booking, now)
    lost = possibly_unused(booking)
    silent = [attempt for attempt in lost if not attempt.external_id]
    context: dict[str, Any] = {
        "booking": booking,
        "problem": problem,
        "said": said.take(request),
        "zone": zones.label(booking.host.timezone, now),
        "ticket": ticket_of(booking),
        "conference": in_force(booking),
        "stuck": any(step.state == "needs_you" and OF_THE_LINK & {*step.helps} for step in steps),
        "unused": _left_in_zoom(booking),
        "unusable": [attempt for attempt in lost if attempt.external_id],
        "lost": silent,
        "last_lost": silent[-1] if silent else None,
        "reference": reference(booking),
        "steps": steps,
        "reconnects": any(Help.RECONNECT in step.helps for step in steps) and to_reconnect(booking.host, now=now),
        "moving": any(step.moves(now) for step in steps),
        "question": question(booking, host(booking)),
        "clocks": clock_question(booking, now),
        "invited_by_calendar": booking.stands and booking.invites == Booking.Invites.CALENDAR and booking.invited_at,
        "asks": booking.status == Booking.Status.PENDING,
        "can_cancel": booking.status == Booking.Status.CONFIRMED and booking.start > now,
        "can_reschedule": fixed(booking, now) is None,
        "can_link": linkable(booking, now),
    }
    return render(request, "delivery/booking.html", context, status=status)


def _left_in_zoom(booking: Booking) -> list[Conference]:
    """Return the meetings that nobody uses and that are still there; all of them once the booking stands no more."""
    meetings = [each for each in booking.conferences.all() if each.external_id and not each.deleted_at]
    return [each for each in meetings if each.unused or not booking.stands]


def fixed(booking: Booking, now: datetime) -> Problem | None:
    """Return why the host can no longer move the booking, or None."""
    if not booking.stands:
        return ENDED
    if booking.answer_is_due(now):
        return ANSWERS[Booking.Status.EXPIRED]
    return BEGUN if booking.start <= now else None


def about_link(booking: Booking) -> dict[str, object]:
    """Return what pages say that take a link away: which meeting it leads to, and whether that is deleted in Zoom."""
    conference = in_force(booking)
    return {"conference": conference, "deletes": conference is not None and Ability.DELETE in allowed(conference)}


def linkable(booking: Booking, now: datetime) -> bool:
    """Say whether a link of the host's own can take the place of what the booking has."""
    return booking.platform == Platform.ZOOM and booking.status == Booking.Status.CONFIRMED and booking.end > now


def saying(request: HostRequest, booking: Booking, sentence: str) -> HttpResponse:
    """Lead to the booking's page, which says once what was done."""
    return said.redirect_saying(request, reverse("booking-detail", args=[booking.pk]), sentence)


def moved(booking: Booking) -> Problem:
    """Return what is said to a form of another version: nobody answers for a time that they have not seen."""
    verb = "rescheduled meanwhile to" if booking.rescheduled_at else "changed meanwhile. It is at"
    return Problem(f"It was {verb} {moment(booking)}.", "Nothing was changed by you. Look at the new time first.")


def moment(booking: Booking) -> str:
    """Return the start in the host's words: 'Tuesday 24 November 2026, 14:00'."""
    zone = booking.host.timezone
    return f"{moments.day(booking.start, zone)}, {moments.clock(booking.start, zone)}"


def ticket_of(booking: Booking) -> Ticket:
    """Return the booking as the host sees it."""
    return Ticket(
        title=booking.title,
        start=booking.start,
        end=booking.end,
        zone=booking.host.timezone,
        clock=24,
        other_name=booking.guest_name,
        other_zone=booking.guest_timezone,
        off=not booking.stands,
    )
