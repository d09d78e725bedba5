"""Time zones as people see them: a city and its offset. Names of zones come from strangers and may be anything."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from sivient.core import moments

# Every offset and every rule of summer time that many people live under. The page adds the reader's own zone;
# the browser, or `?zones=all`, the rest.
COMMON = (
    *("Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Phoenix", "America/Denver"),
    *("America/Mexico_City", "America/Chicago", "America/Bogota", "America/New_York", "America/Caracas"),
    *("America/Halifax", "America/Santiago", "America/St_Johns", "America/Sao_Paulo", "America/Argentina/Buenos_Aires"),
    *("Atlantic/Azores", "UTC", "Europe/Lisbon", "Europe/London", "Africa/Lagos", "Europe/Berlin", "Europe/Paris"),
    *("Africa/Johannesburg", "Africa/Cairo", "Europe/Athens", "Europe/Kyiv", "Asia/Jerusalem", "Europe/Istanbul"),
    *("Africa/Nairobi", "Asia/Riyadh", "Asia/Tehran", "Asia/Dubai", "Asia/Kabul", "Asia/Karachi", "Asia/Kolkata"),
    *("Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok", "Asia/Jakarta", "Asia/Shanghai"),
    *("Asia/Singapore", "Australia/Perth", "Asia/Tokyo", "Asia/Seoul", "Australia/Adelaide", "Australia/Brisbane"),
    *("Australia/Sydney", "Pacific/Auckland", "Pacific/Apia"),
)
# Not named after a place, or older names of regions that cannot be told apart without their country: US/Pacific.
_LEFT_OUT = ("Brazil/", "Canada/", "Chile/", "Etc/", "Mexico/", "SystemV/", "US/", "posix/", "right/")


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory", "posixrules"})


def known(name: str | None) -> str | None:
    """Return the IANA name if it is one, also when it arrives percent-encoded; else None."""
    name = unquote(name or "")
    return name if name in _known() else None


def label(zone: str, at: datetime) -> str:
    """Return the zone in words, with its offset at that instant: 'Lisbon, UTC+1'."""
    city, offset = moments.city(zone), moments.offset(at, zone)
    return city if city == offset else f"{city}, {offset}"


def choices(at: datetime, *wanted: str, everything: bool = False) -> list[tuple[str, str]]:
    """Return (name, label) for a select, from west to east; `wanted` zones are always among them."""
    quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)  # clocks change on a quarter
    listed = _listed(quarter, everything)
    more = {name for name in wanted if name not in listed}
    everywhere = [*listed.values(), *(_Choice.of(name, quarter) for name in more)]
    return [(choice.name, choice.label) for choice in sorted(everywhere)]


class _Choice(NamedTuple):
    """One zone; choices sort from west to east, then by city."""

    east: timedelta
    city: str
    name: str
    label: str

    @classmethod
    def of(cls, name: str, at: datetime) -> "_Choice":
        east = at.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
        return cls(east, moments.city(name), name, label(name, at))


@lru_cache(maxsize=4)  # reading fifty zones takes longer than the rest of the page
def _listed(at: datetime, everything: bool) -> dict[str, _Choice]:
    return {name: _Choice.of(name, at) for name in (_places() if everything else COMMON)}


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    """All zones that are named after a place."""
    return frozenset(name for name in _known() if "/" in name and not name.startswith(_LEFT_OUT)) | {"UTC"}
