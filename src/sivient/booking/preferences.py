"""What a guest's browser says about how times should look. Everything here is typed by strangers: never an error."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from sivient.core.interval import require_bookable
from sivient.core.text import clean_line
from sivient.site import zones

PREFILL = ("name", "email", "note")
CLOCKS = ("12", "24")
_LONGEST_PREFILL = 1000  # characters of one value that a link hands on
_MOST_HANDED_ON = 12
_LONGEST_ZONE = 60  # characters of a wrong name that are shown again
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


def handed_on(query: Iterable[tuple[str, object]]) -> list[tuple[str, str]]:
    """Return the parameters that every link of the page carries on: prefilled fields and campaign names."""
    carried = [(name, str(value)) for name, value in query if name in PREFILL or name.startswith("utm_")]
    return [(name, value[:_LONGEST_PREFILL]) for name, value in carried[:_MOST_HANDED_ON]]


def chosen(query: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the zone and the clock that the address itself names, where it names them rightly."""
    zone, clock = zones.known(query.get("tz")), query.get("clock", "")
    return [*([("tz", zone)] if zone else []), *([("clock", clock)] if clock in CLOCKS else [])]


def link_query(preferences: Preferences, query: Iterable[tuple[str, object]]) -> str:
    """Return what the links of the page carry: zone, clock and what is handed on."""
    return urlencode([("tz", preferences.zone), ("clock", preferences.clock), *handed_on(query)])


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
