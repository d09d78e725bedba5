"""iCalendar files in a line or two, and what they come to."""

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sivient.core.ical_events import Expansion, Reading, events
from sivient.core.ical_lines import text_lines
from sivient.core.ical_zones import Zones
from sivient.core.interval import Interval, moment

WINDOW = Interval(datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC))
BERLIN = "Europe/Berlin"


def file(*bodies: str, zones: str = "") -> str:
    """Return a file with an event of each body, its lines parted by blanks; all have one UID."""
    inside = [f"BEGIN:VEVENT\nUID:one@x\n{body.strip().replace(' ', chr(10))}\nEND:VEVENT" for body in bodies]
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", *([zones.strip()] if zones else []), *inside, "END:VCALENDAR", ""]
    return "\r\n".join("\n".join(whole).splitlines()) + "\r\n"


def read(
    text: str, *, mine: tuple[str, ...] = (), late: bool = False, window: Interval = WINDOW, zone: str = BERLIN
) -> tuple[Reading, Counter[str]]:
    """Return what a file comes to, and what was wrong with it."""
    troubles: Counter[str] = Counter()
    floating = ZoneInfo(zone)
    expansion = Expansion(window, floating, lambda: mine, lambda: late)
    reading = expansion.read(events(text_lines(text), Zones(floating, expansion.late), troubles))
    return reading, troubles + Counter(reading.troubles)


def busy(*bodies: str, zones: str = "", mine: tuple[str, ...] = ()) -> list[str]:
    """Return the times that the events take, in UTC."""
    return spans(read(file(*bodies, zones=zones), mine=mine)[0])


def spans(reading: Reading) -> list[str]:
    """Return the times of a reading, like "01-31 09:00-10:00"."""
    return [_span(moment(start), moment(end)) for start, end in reading.busy]


def _span(start: datetime, end: datetime) -> str:
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%m-%d %H:%M}"
    return f"{start:%m-%d %H:%M}-{last}"
