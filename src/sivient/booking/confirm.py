"""What the page shows on which a guest gives their details."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse

from sivient.booking import services
from sivient.booking.forms import BookingForm
from sivient.booking.places import place
from sivient.booking.preferences import Preferences, link_query, unknown_zone, written
from sivient.core import moments
from sivient.core.interval import Interval, moment
from sivient.scheduling import queries
from sivient.scheduling.models import EventType
from sivient.site import form_token, zones
from sivient.site.ticket import Ticket


class Refusal(StrEnum):
    """Why the time of the form cannot be had."""

    TAKEN = "taken"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class OtherTime:
    """A free time near the one that was refused."""

    at: str
    words: str
    href: str


def is_offered(event_type: EventType, start: datetime | None, now: datetime) -> bool:
    """Say whether a guest may book this instant."""
    if start is None:
        return False
    instant = Interval(start, start + timedelta(seconds=1))
    return bool(queries.offered(event_type, window=instant, now=now))


def confirm_context(
    request: HttpRequest, form: BookingForm, now: datetime, refusal: Refusal | None = None
) -> dict[str, object]:
    """Return what `booking/confirm.html` shows. A refused time is struck, and the nearest free ones stand beside."""
    event_type, start = form.event_type, form.start
    host = event_type.host
    typed = request.POST or request.GET
    look = Preferences.read(
        typed,
        request.COOKIES,
        request.headers.get("Accept-Language", ""),
        fallback=host.timezone,
    )
    query = link_query(look, request.GET.items())
    return {
        "host": host,
        "event_type": event_type,
        "place": place(queries.meeting_of(event_type).platform),
        "look": look,
        "unknown_zone": unknown_zone(typed),
        "shown_in": zones.label(look.zone, start or now),
        "form": form,
        "wrong": [form[name] for name in ("name", "email", "note") if name in form.errors],
        "stale": "token" in form.errors,
        "token": form_token.issue(form.about),
        "at": written(start) if start else "",
        "ticket": _ticket(event_type, start, look, off=refusal is not None) if start else None,
        "refusal": refusal,
        "nearest": _nearest(event_type, start or now, look, query, now) if refusal else [],
        "back": _back(event_type, start, look, query),
    }


def _ticket(event_type: EventType, start: datetime, look: Preferences, *, off: bool) -> Ticket:
    return Ticket(
        title=event_type.title,
        start=start,
        end=start + event_type.duration,
        zone=look.zone,
        clock=look.clock,
        other_name=event_type.host.name,
        other_zone=event_type.host.timezone,
        off=off,
    )


def _nearest(event_type: EventType, start: datetime, look: Preferences, query: str, now: datetime) -> list[OtherTime]:
    """Return the free times around `start`: with their day, because it may be another one."""
    page = reverse("confirm", args=[event_type.host.handle, event_type.slug])
    found = []
    for seconds in services.nearest_free(event_type, start, now=now):
        at = moment(seconds)
        local = at.astimezone(ZoneInfo(look.zone))
        words = f"{local:%a} {local.day} {local:%b}, {moments.clock(at, look.zone, look.clock)}"
        found.append(OtherTime(written(at), words, f"{page}?at={written(at)}&{query}"))
    return found


def _back(event_type: EventType, start: datetime | None, look: Preferences, query: str) -> str:
    """Return the way back to the times of the day that was chosen."""
    page = reverse("event-page", args=[event_type.host.handle, event_type.slug])
    day = f"date={start.astimezone(ZoneInfo(look.zone)):%Y-%m-%d}&" if start else ""
    return f"{page}?{day}{query}#times"
