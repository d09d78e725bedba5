"""What the templates of choosing show: a host's event types, and the free times of one."""

from dataclasses import asdict, astuple, dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.templatetags.static import static

from sivient.accounts.models import User
from sivient.booking import markup
from sivient.booking.booked import ticket_of
from sivient.booking.entrance import Entrance
from sivient.booking.models import Booking
from sivient.booking.pages import (
    DAY_PARTS,
    EventTimes,
    Length,
    duration_words,
    event_times,
    instead,
    length,
    or_words,
    window_words,
)
from sivient.booking.places import Place, place
from sivient.booking.preferences import (
    Preferences,
    chosen,
    handed_on,
    link_query,
    read_date,
    unknown_date,
    unknown_zone,
)
from sivient.core import moments
from sivient.core.interval import moment
from sivient.scheduling import queries
from sivient.scheduling.models import EventType
from sivient.site import zones
from sivient.site.ticket import Ticket

WORDS = {
    "today": "today",
    "none": "no times",
    "one": "1 time free",
    "many": "{n} times free",
    "in": "Times are shown in {zone}.",
    "zone": "Times are now shown for {zone}.",
    "loading": "Loading times",
    "failed": "These times could not be loaded. Try again.",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of a host's list; `first_day` ('Tue 24 Nov') is None when nothing is free."""

    event_type: EventType
    place: Place
    first_day: str | None
    paused: bool

    @property
    def durations(self) -> str:
        """The durations to choose from: '30 minutes, 45 minutes or 1 hour 30 minutes'; '' for only one."""
        durations = self.event_type.durations
        return or_words([duration_words(each) for each in durations]) if len(durations) > 1 else ""

    @property
    def length(self) -> Length:
        """How long it takes, for the face of the line."""
        return length(self.event_type.durations)


@dataclass(frozen=True, slots=True)
class Other:
    """A line of what else there is to book."""

    event_type: EventType
    length: Length


@dataclass(frozen=True, slots=True)
class Duration:
    """One of the durations to choose from: its words, and the link that chooses it."""

    words: str
    href: str
    chosen: bool


def look_of(request: HttpRequest, entrance: Entrance) -> Preferences:
    """Return how this guest wants to see times; who reschedules has said so before."""
    booking, host = entrance.moves, entrance.event_type.host
    kept = {} if booking is None else {"tz": booking.guest_timezone, "clock": str(booking.guest_clock)}
    cookies = {**kept, **request.COOKIES}
    language = request.headers.get("Accept-Language", "")
    return Preferences.read(request.POST or request.GET, cookies, language, fallback=host.timezone)


def kept_ticket(booking: Booking, look: Preferences, *, off: bool = False) -> Ticket:
    """Return the ticket of a booking that is being rescheduled, as its other times are shown; `off` strikes it."""
    return replace(ticket_of(booking, off=off), zone=look.zone, clock=look.clock)


def handle_context(request: HttpRequest, host: User, event_types: list[EventType], now: datetime) -> dict[str, object]:
    """Return what `booking/handle.html` shows."""
    language = request.headers.get("Accept-Language", "")
    look = Preferences.read(request.GET, request.COOKIES, language, fallback=host.timezone)
    unread = any(queries.unread(each) for each in event_types[:1])  # the calendars are the host's, whatever is booked
    first = {} if unread else queries.first_offered(host, event_types, now=now)
    days = {number: moments.short_day(moment(start), look.zone, now) for number, start in first.items()}
    offers = [
        Offer(each, place(queries.meeting_of(each).platform), days.get(each.pk), each.paused) for each in event_types
    ]
    return {
        "host": host,
        "offers": offers,
        "unread": unread,
        "query": _as_asked(request),
        "unknown_zone": unknown_zone(request.GET),
        "shown_in": zones.label(look.zone, now),
        "note": (host.page.pause_note or queries.PAUSED) if host.page.paused else "",
    }


def event_context(request: HttpRequest, entrance: Entrance, now: datetime) -> dict[str, object]:
    """Return what `booking/event.html` shows."""
    event_type = entrance.event_type
    host = event_type.host
    look = look_of(request, entrance)
    minutes = entrance.minutes(request.GET)
    wanted = read_date(request.GET.get("date"))
    times = event_times(entrance.offering(now, minutes), look, now=now, wanted=wanted or _present(entrance, look))
    duration = entrance.duration_query(minutes)
    query = link_query(look, request.GET, duration)
    return {
        "host": host,
        "event_type": event_type,
        "entrance": entrance,
        "moved": kept_ticket(entrance.moves, look) if entrance.moves else None,
        "place": place(queries.meeting_of(event_type).platform),
        "duration": duration_words(minutes),
        "durations": _durations(request, entrance, look, minutes),
        "window": window_words(event_type),
        "look": look,
        "unknown_zone": unknown_zone(request.GET),
        "unknown_date": unknown_date(request.GET),
        **(instead(times, wanted, look, now) if times and wanted else {}),
        "shown_in": zones.label(look.zone, now),
        "times": times,
        "handed_on": [*duration, *handed_on(request.GET)],
        "query": query,
        "as_asked": _as_asked(request),
        **(_picker(request, entrance, look, times, now, query) if times else {}),
        "module": _for_module(request, entrance, look, times) if times else None,
        "others": [] if times or entrance.secret else _others(host, event_type),
    }


def _picker(
    request: HttpRequest, entrance: Entrance, look: Preferences, times: EventTimes, now: datetime, query: str
) -> dict[str, object]:
    """Return the parts of the page that are HTML already."""
    every_zone = request.GET.get("zones") == "all"
    return {
        "zones": markup.zone_options(now, look, entrance.event_type.host.timezone, everything=every_zone),
        "weeks": markup.weeks(times, query),
        "parts": [(each.part, markup.slots(each.times, entrance.confirm, query)) for each in times.parts],
    }


def paused_context(request: HttpRequest, entrance: Entrance, note: str) -> dict[str, object]:
    """Return what `booking/paused.html` shows: the host's sentence, and what else there is to book."""
    event_type = entrance.event_type
    others = [] if entrance.secret else _others(event_type.host, event_type)
    return {
        "host": event_type.host,
        "event_type": event_type,
        "note": note,
        "as_asked": _as_asked(request),
        "others": [other for other in others if not other.event_type.paused],
    }


def ended_context(request: HttpRequest, host: User) -> dict[str, object]:
    """Return what `booking/ended.html` shows: the note that was typed, and what else there is to book."""
    return {
        "host": host,
        "typed": request.POST.get("note", "").strip(),
        "as_asked": _as_asked(request),
        "others": [other for other in _others(host) if not other.event_type.paused],
    }


def unread_context(request: HttpRequest, entrance: Entrance) -> dict[str, object]:
    """Return what `booking/unread.html` shows. A host who looks at their own page is told where to look."""
    host = entrance.event_type.host
    return {
        "host": host,
        "event_type": entrance.event_type,
        "moved": entrance.moves,
        "own": getattr(request, "user", None) == host,
    }


def _others(host: User, but: EventType | None = None) -> list[Other]:
    """Return what else the host offers, unless nothing can be booked there at all."""
    if host.page.paused:
        return []
    return [Other(other, length(other.durations)) for other in queries.event_types(host) if other != but]


def _durations(request: HttpRequest, entrance: Entrance, look: Preferences, minutes: int) -> list[Duration]:
    """Return the durations to choose from, if there is a choice."""
    if len(entrance.durations) == 1:
        return []
    day = read_date(request.GET.get("date"))
    begins = f"{entrance.page}?{f'date={day}&' if day else ''}"
    links = {each: link_query(look, request.GET, entrance.duration_query(each)) for each in entrance.durations}
    return [Duration(duration_words(each), begins + query, each == minutes) for each, query in links.items()]


def _present(entrance: Entrance, look: Preferences) -> date | None:
    """Return the guest's date of the booking that is being rescheduled: its other times open there."""
    return entrance.moves.start.astimezone(ZoneInfo(look.zone)).date() if entrance.moves else None


def _as_asked(request: HttpRequest) -> str:
    """Return what a link to another page of the host carries: the zone and clock of the address, and no guess."""
    return urlencode([*chosen(request.GET), *handed_on(request.GET)])


def _for_module(request: HttpRequest, entrance: Entrance, look: Preferences, times: EventTimes) -> dict[str, object]:
    """Return what the page's module needs to choose days, weeks, zone and clock without asking again."""
    minutes = entrance.minutes(request.GET)
    duration = entrance.duration_query(minutes)
    return {
        **asdict(look),
        "date": read_date(request.GET.get("date")) or _present(entrance, look),
        "times": times.known.packed(),
        "parts": [astuple(part) for part in DAY_PARTS],
        "later": static("booking/later.js"),
        "confirm": entrance.confirm,
        "duration": minutes,
        "feed": f"{entrance.feed}?{urlencode([('form', 'packed'), *duration])}",
        "query": urlencode([*duration, *handed_on(request.GET)]),
        "words": WORDS,
    }
