"""The calendars of an account: which collections are some, and what they say about themselves (RFC 4791 5.2)."""

from urllib.parse import unquote, urlsplit

from sivient.core.ical_lines import NotACalendar, components, text_lines
from sivient.core.ical_zones import described, named
from sivient.core.text import clean_line
from sivient.ports.calendars import CalendarInfo
from sivient.ports.errors import Gone
from sivient.vendors.caldav.dav import CALDAV, DAV, Dav, Resource
from sivient.vendors.caldav.errors import WHO

NAME_LIMIT = 200
_ZONES = ("c:calendar-timezone", "c:calendar-timezone-id")
_WANTED = (
    "d:resourcetype",
    "d:displayname",
    "c:supported-calendar-component-set",
    "d:current-user-privilege-set",
    *_ZONES,
)
_WRITING = ("all", "write", "write-content", "bind")


def calendars(dav: Dav, home: str) -> list[CalendarInfo]:
    """Return the calendars in a home that can hold events; the first that may be written to is the primary one."""
    found = [each for each in dav.properties(home, *_WANTED, depth=1) if _holds_events(each)]
    primary = next((each.url for each in found if _writable(each)), "")
    return [_info(each, primary=each.url == primary) for each in found]


def properties(dav: Dav, calendar: str, *wanted: str) -> Resource:
    """Return what a calendar says about itself, with its zone. Gone: it is none any more."""
    found = next(iter(dav.properties(calendar, "d:resourcetype", *_ZONES, *wanted)), None)
    if found is None or not found.has(f"{DAV}resourcetype", f"{CALDAV}calendar"):
        raise Gone(f"{WHO} does not have this calendar any more.")
    return found


def zone(calendar: Resource) -> str:
    """Return the IANA name of a calendar's own zone, "" when it has none that is known."""
    said = named(calendar.text(f"{CALDAV}calendar-timezone-id"))
    if said is not None:
        return said.key
    try:
        found = list(components(text_lines(calendar.text(f"{CALDAV}calendar-timezone"))))
    except NotACalendar:
        return ""
    meant = next((described(each) for each in found if each.name == "VTIMEZONE"), None)
    return str(getattr(meant, "key", ""))


def _holds_events(found: Resource) -> bool:
    kinds = found.properties.get(f"{CALDAV}supported-calendar-component-set")
    events = kinds is None or any(each.get("name", "").upper() == "VEVENT" for each in kinds)
    return found.has(f"{DAV}resourcetype", f"{CALDAV}calendar") and events


def _writable(found: Resource) -> bool:
    """Say whether we may write; a server that does not tell is asked when there is something to write."""
    privileges = found.properties.get(f"{DAV}current-user-privilege-set")
    return privileges is None or any(found.has(privileges.tag, f"{DAV}{each}") for each in _WRITING)


def _info(found: Resource, *, primary: bool) -> CalendarInfo:
    last = unquote(urlsplit(found.url).path.rstrip("/").rpartition("/")[2])
    name = clean_line(found.text(f"{DAV}displayname"), NAME_LIMIT) or clean_line(last, NAME_LIMIT) or "Calendar"
    return CalendarInfo(found.url, name, zone(found), primary, _writable(found))
