"""What Zoom accepts as a meeting (contract 4.1): types and limits. Unknown fields are let through."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from sivient.vendors.zoom.emulator.errors import not_json, validation_failed

Check = Callable[[object], bool]
INSTANT, SCHEDULED, RECURRING, RECURRING_FIXED = 1, 2, 3, 8
# No later than 2999, so that adding a zone or thirty days stays within the calendar.
START_TIME = re.compile(r"(19[789]|2\d\d)\d-\d\d-\d\dT\d\d:\d\d:\d\dZ?", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")
PASSCODE = re.compile(r"[A-Za-z0-9@_*-]{1,10}")


def read_object(body: bytes) -> dict[str, object]:
    """Return the JSON object of a request body, or refuse it with 300."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise not_json() from None
    if not isinstance(value, dict):
        raise not_json()
    return value


def check_meeting(fields: Mapping[str, object]) -> None:
    """Refuse wrong types and limits with 300, naming every wrong field."""
    wrong = _wrong(fields, FIELDS, "")
    settings = fields.get("settings")
    if isinstance(settings, dict):
        wrong += _wrong(settings, SETTINGS, "settings.")
    if wrong:
        raise validation_failed(wrong)


def parse_start(text: str, zone: str) -> datetime:
    """Return the instant: with `Z` as it stands, without as wall time in `zone` (contract 4.1)."""
    wall = datetime.strptime(text.removesuffix("Z"), "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007
    return wall.replace(tzinfo=UTC if text.endswith("Z") else ZoneInfo(zone)).astimezone(UTC)


@cache
def time_zones() -> frozenset[str]:
    """The zones that Zoom knows; here, all of IANA's."""
    return frozenset(available_timezones())


def _wrong(fields: Mapping[str, object], rules: Mapping[str, tuple[Check, str]], prefix: str) -> list[dict[str, str]]:
    return [
        {"field": f"{prefix}{name}", "message": message}
        for name, (holds, message) in rules.items()
        if name in fields and not holds(fields[name])
    ]


def _text(shortest: int, longest: int) -> Check:
    """Count code points; half of a surrogate pair is none, and could not be answered in UTF-8."""
    return lambda value: isinstance(value, str) and shortest <= len(value) <= longest and not SURROGATE.search(value)


def _whole(allowed: range | tuple[int, ...]) -> Check:
    # bool is an int to Python, not to JSON.
    return lambda value: type(value) is int and value in allowed


def _one_of(*words: str) -> Check:
    return lambda value: isinstance(value, str) and value in words


def _boolean(value: object) -> bool:
    return isinstance(value, bool)


def _zone(value: object) -> bool:
    return isinstance(value, str) and value in time_zones()


def _passcode(value: object) -> bool:
    return isinstance(value, str) and (value == "" or PASSCODE.fullmatch(value) is not None)


def _start_time(value: object) -> bool:
    if not isinstance(value, str) or not START_TIME.fullmatch(value):
        return False
    try:
        parse_start(value, "UTC")
    except ValueError:
        return False
    return True


FIELDS: dict[str, tuple[Check, str]] = {
    "topic": (_text(1, 200), "The topic must have 1 to 200 characters."),
    "type": (_whole((INSTANT, SCHEDULED, RECURRING, RECURRING_FIXED)), "Invalid meeting type."),
    "start_time": (_start_time, "Use yyyy-MM-ddTHH:mm:ssZ, or yyyy-MM-ddTHH:mm:ss with a timezone."),
    "duration": (_whole(range(1, 1441)), "The duration must be 1 to 1440 minutes."),
    "timezone": (_zone, "Invalid timezone."),
    "agenda": (_text(0, 2000), "The agenda must have at most 2000 characters."),
    "password": (_passcode, "The passcode must have at most 10 characters of [a-z A-Z 0-9 @ - _ *]."),
    "default_password": (_boolean, "Must be a boolean."),
    "settings": (lambda value: isinstance(value, dict), "Must be an object."),
}
SWITCHES = (
    "host_video", "participant_video", "join_before_host", "mute_upon_entry", "waiting_room",
    "use_pmi", "watermark", "meeting_authentication", "private_meeting",
)  # fmt: skip
SETTINGS: dict[str, tuple[Check, str]] = dict.fromkeys(SWITCHES, (_boolean, "Must be a boolean.")) | {
    "auto_recording": (_one_of("none", "local", "cloud"), "Must be none, local or cloud."),
    "audio": (_one_of("both", "telephony", "voip", "thirdParty"), "Invalid audio."),
}
