"""What the templates of choosing show: a host's event types, and the free times of one."""

from dataclasses import asdict, astuple, dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse

from sivient.accounts.models import User
from sivient.booking.pages import DAY_PARTS, duration_words, event_times, packed, window_words
from sivient.booking.places import Place, place
from sivient.booking.preferences import Preferences, chosen, handed_on, link_query, read_date, unknown_zone
from sivient.scheduling import queries
from sivient.scheduling.models import EventType
from sivient.site import zones

WORDS = {
    "today": "today",
    "none": "no times",
    "one": "1 time free",
    "many": "{n} times free",
    "in": "Times are shown in {zone}.",
    "zone": "Times are now shown for {zone}.",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of a host's list; `first_day` is None when nothing is free."""

    event_type: EventType
    place: Place
    first_day: date | None


def look_of(request: HttpRequest, host: User) -> Preferences:
    """Return how this guest wants to see times."""
    return Preferences.read(
        request.GET, request.COOKIES, request.headers.get("Accept-Language", ""), fallback=host.timezone
    )


def offered_now(event_type: EventType, now: datetime) -> list[int]:
    """Return all starts that are offered, in epoch seconds."""
    return queries.offered(event_type, window=queries.whole_window(event_type, now), now=now)


def handle_context(request: HttpRequest, host: User, event_types: list[EventType], now: datetime) -> dict[str, object]:
    """Return what `booking/handle.html` shows."""
    look = look_of(request, host)
    zone = ZoneInfo(look.zone)
    first = queries.first_offered(host, event_types, now=now)
    days = {number: datetime.fromtimestamp(start, zone).date() for number, start in first.items()}
    offers = [Offer(each, place(queries.meeting_of(each).platform), days.get(each.pk)) for each in event_types]
    return {
        "host": host,
        "offers": offers,
        "query": _as_asked(request),
        "unknown_zone": unknown_zone(request.GET),
        "shown_in": zones.label(look.zone, now),
    }


def event_context(request: HttpRequest, event_type: EventType, now: datetime) -> dict[str, object]:
    """Return what `booking/event.html` shows."""
    host = event_type.host
    look = look_of(request, host)
    starts = offered_now(event_type, now)
    wanted = read_date(request.GET.get("date"))
    times = event_times(starts, look, now=now, wanted=wanted)
    return {
        "host": host,
        "event_type": event_type,
        "place": place(queries.meeting_of(event_type).platform),
        "duration": duration_words(event_type.minutes),
        "window": window_words(event_type.window_days),
        "look": look,
        "unknown_zone": unknown_zone(request.GET),
        "shown_in": zones.label(look.zone, now),
        "times": times,
        "zones": zones.choices(now, look.zone, host.timezone, everything=request.GET.get("zones") == "all"),
        "handed_on": handed_on(request.GET.items()),
        "query": link_query(look, request.GET.items()),
        "module": _for_module(request, event_type, look, starts, wanted) if times else None,
        "as_asked": _as_asked(request),
        "others": [other for other in queries.event_types(host) if other.pk != event_type.pk] if not times else [],
    }


def _as_asked(request: HttpRequest) -> str:
    """Return what a link to another page of the host carries: the zone and clock of the address, and no guess."""
    return urlencode([*chosen(request.GET), *handed_on(request.GET.items())])


def _for_module(
    request: HttpRequest, event_type: EventType, look: Preferences, starts: list[int], wanted: date | None
) -> dict[str, object]:
    """Return what the page's module needs to choose days, weeks, zone and clock without asking again."""
    address = [event_type.host.handle, event_type.slug]
    return {
        **asdict(look),
        "date": wanted,
        "starts": packed(starts),
        "parts": [astuple(part) for part in DAY_PARTS],
        "confirm": reverse("confirm", args=address),
        "feed": reverse("event-starts", args=address),
        "query": urlencode(handed_on(request.GET.items())),
        "words": WORDS,
    }
