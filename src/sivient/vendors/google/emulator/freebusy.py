"""`freeBusy.query` (contract 1.4): times of up to 50 calendars over 90 days; errors stand inside a 200."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sivient.vendors.calendar_emulator import CalendarEmulator, Call
from sivient.vendors.google.emulator.errors import ApiError, required

LONGEST = timedelta(days=90)
MOST = 50


def busy_times(emulator: CalendarEmulator, call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Return the busy times by calendar."""
    begin, end = (_edge(body, name) for name in ("timeMin", "timeMax"))
    if end <= begin:
        raise ApiError(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
    if end - begin > LONGEST:
        raise ApiError(400, "timeRangeTooLong", "The requested time range is too long.", domain="calendar")
    names = [str(item.get("id", "")) for item in body.get("items", [])]
    missing = emulator.calls.strike("freebusy-missing", call)
    broken = emulator.calls.strike("freebusy-error", call)
    found = {}
    for number, name in enumerate(names):
        if missing and missing.settings["calendar"] in ("", name):
            continue
        if broken and broken.settings["calendar"] in ("", name):
            found[name] = _error(broken.settings["reason"])
        elif number >= MOST:
            found[name] = _error("tooManyCalendarsRequested")
        else:
            found[name] = _of(emulator, call.account, name, (begin, end))
    return {"kind": "calendar#freeBusy", "timeMin": _text(begin), "timeMax": _text(end), "calendars": found}


def _of(emulator: CalendarEmulator, account: str, name: str, window: tuple[datetime, datetime]) -> dict[str, Any]:
    world = emulator.world
    calendar = world.primary(account) if name == "primary" else world.calendars.get(name)
    if calendar is None or calendar.account != account or calendar.deleted:
        return _error("notFound")
    times = world.busy(calendar.id, window)
    return {"busy": [{"start": _text(start), "end": _text(end)} for start, end in times]}


def _error(reason: str) -> dict[str, Any]:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _edge(body: dict[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(body.get(name, ""))
    except (ValueError, TypeError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise required(f"Missing or wrong {name}.")
    return moment.astimezone(UTC)


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
