"""What a guest's browser says about how times should look. Everything here is typed by strangers: never an error."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.http import QueryDict

from sivient.core.interval import require_bookable
from sivient.core.text import clean_line
from sivient.site import zones

PREFILL = ("name", "email", "note")
ANSWERS, CAMPAIGNS = "q-", "utm_"  # how the names of prefilled answers and of campaigns begin
CLOCKS = ("12", "24")
_LONGEST_PREFILL = 1000  # characters of one value that a link hands on
_MOST_HANDED_ON = 24
_LARGEST_HANDED_ON = 4000  # characters of all names and values: every link of the page carries them
_LONGEST_ZONE = 60  # characters of a wrong name that are shown again
_LONGEST_DATE = 20
_TWELVE_HOURS = re.compile(r"\s*en-(US|CA|AU|NZ|IN|PH|PK|MY|SG|ZA)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preferences:
    """The zone (IANA) and clock (12 or 24) of one guest. `guessed`: the zone is the host's, for want of another."""

    zone: str
    clock: int
    guessed: bool

    @classmethod
    def read(
        cls, query: Mapping[str, str], cookies: Mapping[str, str], languages: str, *, fallback: str
    ) -> "Preferences":
        """Ask the address, then the cookies, then the browser's language; at last take the host's zone."""
        zone = zones.known(query.get("tz")) or zones.known(cookies.get("tz"))
        clock = next((c for c in (query.get("clock"), cookies.get("clock")) if c in CLOCKS), None)
        if clock is None:
            clock = "12" if _TWELVE_HOURS.match(languages) else "24"
        return cls(zone or fallback, int(clock), guessed=zone is None)


def unknown_zone(query: Mapping[str, str]) -> str:
    """Return the zone that was asked for and does not exist, short enough to be shown; else nothing."""
    asked = query.get("tz", "")
    return "" if zones.known(asked) else clean_line(asked, _LONGEST_ZONE)


def unknown_date(query: Mapping[str, str]) -> str:
    """Return the date that was asked for and does not exist, short enough to be shown; else nothing."""
    asked = query.get("date", "")
    return "" if read_date(asked) else clean_line(asked, _LONGEST_DATE)


def handed_on(query: QueryDict) -> list[tuple[str, str]]:
    """Return the parameters that every link of the page carries on: prefilled fields, answers and campaign names.

    What no link can carry is left out as a whole, so that nothing arrives in part; a long text arrives cut.
    """
    carried: list[tuple[str, str]] = []
    room = _LARGEST_HANDED_ON
    for name, value in _pairs(query):
        value = value[:_LONGEST_PREFILL]
        if len(name) + len(value) <= room and len(carried) < _MOST_HANDED_ON:
            carried.append((name, value))
            room -= len(name) + len(value)
    return carried


def chosen(query: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the zone and the clock that the address itself names, where it names them rightly."""
    zone, clock = zones.known(query.get("tz")), query.get("clock", "")
    return [*([("tz", zone)] if zone else []), *([("clock", clock)] if clock in CLOCKS else [])]


def link_query(preferences: Preferences, query: QueryDict, duration: Iterable[tuple[str, str]] = ()) -> str:
    """Return what the links of the page carry: zone, clock, the chosen duration and what is handed on."""
    return urlencode([("tz", preferences.zone), ("clock", preferences.clock), *duration, *handed_on(query)])


def read_date(text: str | None) -> date | None:
    """Return the date that `?date=` names, or None."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def read_instant(text: str | None) -> datetime | None:
    """Return the instant that `at` names (RFC 3339, seconds may be missing), or None. Whole seconds only."""
    try:
        # A plus sign that was not encoded arrives as a space. Python stops reading at a NUL: a ? is no part of a time.
        at = datetime.fromisoformat((text or "").strip().replace(" ", "+").replace("\0", "?"))
        require_bookable(at)
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None if at.microsecond else at


def written(at: datetime) -> str:
    """Return an instant as `at` carries it: 2026-11-24T13:00Z, with seconds where there are any."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}{f':{at.second:02}' if at.second else ''}Z"


def _pairs(query: QueryDict) -> Iterable[tuple[str, str]]:
    """Return the parameters that may be handed on; one that stands there twice is two."""
    for name, values in query.lists():
        if name in PREFILL or name.startswith((ANSWERS, CAMPAIGNS)):
            yield from ((name, str(value)) for value in values)
