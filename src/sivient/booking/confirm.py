"""What the page shows on which a guest gives their details."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from sivient.booking.entrance import Entrance
from sivient.booking.event_page import look_of
from sivient.booking.forms import BookingForm
from sivient.booking.pages import duration_words, limits_words, or_words
from sivient.booking.places import place
from sivient.booking.preferences import Preferences, handed_on, link_query, unknown_zone, written
from sivient.booking.refusals import nearest_free
from sivient.core import moments
from sivient.core.interval import moment
from sivient.scheduling import queries
from sivient.site import form_token, zones
from sivient.site.ticket import Ticket


class Refusal(StrEnum):
    """Why the time of the form cannot be had."""

    TAKEN = "taken"
    NOT_OFFERED = "not_offered"
    OVER_LIMIT = "over_limit"
    DURATION = "duration"  # it was changed while the form was open


@dataclass(frozen=True, slots=True)
class OtherTime:
    """A free time near the one that was refused."""

    at: str
    words: str
    href: str


def confirm_context(
    request: HttpRequest,
    form: BookingForm,
    now: datetime,
    refusal: Refusal | None = None,
    free: Sequence[int] | None = None,
) -> dict[str, object]:
    """Return what `booking/confirm.html` shows. A refused time is struck, and the nearest `free` ones stand beside."""
    entrance, event_type, start = form.entrance, form.event_type, form.start
    look, minutes = look_of(request, entrance), form.minutes
    query = link_query(look, request.GET, entrance.duration_query(minutes))
    if refusal and free is None:
        free = nearest_free(entrance.event_type, start or now, now=now, minutes=minutes, moving=entrance.moves)
    return {
        "host": event_type.host,
        "event_type": event_type,
        "entrance": entrance,
        "action": _with(entrance.confirm, urlencode(handed_on(request.GET))),
        "place": place(queries.meeting_of(event_type).platform),
        "look": look,
        "unknown_zone": unknown_zone(request.POST or request.GET),
        "shown_in": zones.label(look.zone, start or now),
        "form": form,
        "stale": "token" in form.errors,
        "token": form_token.issue(form.about),
        "at": written(start) if start else "",
        "minutes": minutes,
        "lengths": or_words([duration_words(each) for each in entrance.durations]),
        "duration": duration_words(minutes),
        "limits": limits_words(event_type),
        "ticket": new_ticket(entrance, start, minutes, look, off=refusal is not None) if start else None,
        "refusal": refusal,
        "nearest": other_times(entrance, free or (), look, query, now),
        "back": back(entrance, start, look, query),
    }


def new_ticket(entrance: Entrance, start: datetime, minutes: int, look: Preferences, *, off: bool = False) -> Ticket:
    """Return the ticket of a time that is not booked yet; `off` strikes it."""
    host = entrance.event_type.host
    return Ticket(
        title=entrance.moves.title if entrance.moves else entrance.event_type.title,
        start=start,
        end=start + timedelta(minutes=minutes),
        zone=look.zone,
        clock=look.clock,
        other_name=host.name,
        other_zone=host.timezone,
        off=off,
    )


def other_times(
    entrance: Entrance, free: Sequence[int], look: Preferences, query: str, now: datetime
) -> list[OtherTime]:
    """Return free times for their buttons and links: with their day, because it may be another one."""
    found = []
    for seconds in free:
        at = moment(seconds)
        words = f"{moments.short_day(at, look.zone, now)}, {moments.clock(at, look.zone, look.clock)}"
        found.append(OtherTime(written(at), words, f"{entrance.confirm}?at={written(at)}&{query}"))
    return found


def back(entrance: Entrance, start: datetime | None, look: Preferences, query: str) -> str:
    """Return the way back to the times of the day that was chosen."""
    day = f"date={start.astimezone(ZoneInfo(look.zone)):%Y-%m-%d}&" if start else ""
    return f"{entrance.page}?{day}{query}#times"


def _with(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address
