"""Event types: the list in the host's order, copying one, moving one, and taking one away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sivient.accounts.access import HostRequest, host_page
from sivient.console.address import page_address, private_address
from sivient.console.event_types_fit import without_times
from sivient.console.event_types_words import durations
from sivient.console.event_types_zoom import forty_minutes, too_long
from sivient.integrations.queries import connected
from sivient.scheduling import queries
from sivient.scheduling.event_types import (
    MOST_EVENT_TYPES,
    TooManyEventTypes,
    delete_event_type,
    duplicate_event_type,
    move_event_type,
)
from sivient.scheduling.models import EventType, Platform, PrivateLink
from sivient.site.said import redirect_saying, take

DELETED = "Deleted. Bookings that were made stand."
COPIED = "This is the copy. It is off until you switch it on."
MOVES = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class Row:
    """One event type of the list; `address` is what the host gives to guests, "" when nothing leads to it."""

    event_type: EventType
    address: str
    durations: str
    platform: str
    private_links: int  # that are open
    too_long: bool
    no_times: bool
    impossible: str  # why no time can be offered at all, "" if that is not the reason


@require_safe
@host_page
def event_types(request: HostRequest) -> HttpResponse:
    """List what can be booked, and what is switched off, in the order in which guests see it."""
    rows = list(_rows(request, timezone.now()))
    context = {
        "rows": rows,
        "published": queries.bookable(request.user),
        "done": take(request),
        "full": len(rows) >= MOST_EVENT_TYPES,
    }
    return render(request, "console/event_types.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def event_type_delete(request: HostRequest, number: int) -> HttpResponse:
    """Ask, then take an event type away."""
    event_type = get_object_or_404(request.user.event_types, pk=number)
    if request.method == "POST":
        delete_event_type(request.user, event_type)
        return redirect_saying(request, reverse("event-types"), DELETED)
    return render(request, "console/event_type_delete.html", {"event_type": event_type})


@require_POST
@host_page
def event_type_duplicate(request: HostRequest, number: int) -> HttpResponse:
    """Copy an event type, and go on in the editor of the copy."""
    event_type = get_object_or_404(request.user.event_types, pk=number)
    try:
        copy = duplicate_event_type(request.user, event_type)
    except TooManyEventTypes:
        return redirect("event-types")  # which says how many a page lists
    return redirect_saying(request, reverse("event-type-edit", args=[copy.pk]), COPIED)


@require_POST
@host_page
def event_type_move(request: HostRequest, number: int) -> HttpResponse:
    """Move an event type one place up or down."""
    event_type = get_object_or_404(request.user.event_types, pk=number)
    if by := MOVES.get(request.POST.get("to", "")):
        move_event_type(request.user, event_type, by=by)
    return redirect(f"{reverse('event-types')}#event-type-{number}")


def _rows(request: HostRequest, now: datetime) -> Iterator[Row]:
    zoom_works, note = connected(request.user, "zoom"), forty_minutes(request.user, now)
    listed = list(
        queries.event_types_loaded().filter(host=request.user).prefetch_related("private_links"),
    )
    empty = without_times(request.user, listed, now)
    for each in listed:
        links = [link for link in each.private_links.all() if link.is_open(now)]
        yield Row(
            event_type=each,
            address=_address(request, each, links),
            durations=durations(each),
            platform=_platform_label(each, zoom_works=zoom_works),
            private_links=len(links),
            too_long=too_long(each, note) is not None,
            no_times=each.pk in empty,
            impossible=empty.get(each.pk, ""),
        )


def _address(request: HostRequest, event_type: EventType, links: Sequence[PrivateLink]) -> str:
    """Return the address to hand out: of a hidden event type the first of its open private links."""
    if not event_type.active:
        return ""
    if not event_type.hidden:
        return page_address(request.user, event_type.slug)
    return private_address(links[0]) if links else ""


def _platform_label(event_type: EventType, *, zoom_works: bool) -> str:
    """Return where its meetings happen, in words."""
    meeting = queries.meeting_of(event_type)
    if not meeting.platform:
        return "No Meeting Platform chosen"
    waits = meeting.platform == Platform.ZOOM and not zoom_works
    return Platform(meeting.platform).label + (" (not connected)" if waits else "")
