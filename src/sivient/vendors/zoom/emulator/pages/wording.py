"""How pages say times, numbers and settings."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sivient.vendors.zoom.emulator.markup import Html, html
from sivient.vendors.zoom.emulator.people import UserType, ZoomUser
from sivient.vendors.zoom.emulator.records import Meeting

RECORDING = {"none": "Off", "local": "Automatic, on the host's computer", "cloud": "Automatic, in the cloud"}
USER_TYPE = {UserType.BASIC: "Basic", UserType.LICENSED: "Licensed", UserType.UNASSIGNED: "No licence"}


def moment(at: datetime, zone: str = "UTC") -> str:
    """Return "Tue 24 Nov 2026, 14:00 Europe/Berlin"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {zone}"


def moment_of(seconds: float) -> str:
    """Return epoch seconds as a moment in UTC."""
    return moment(datetime.fromtimestamp(seconds, UTC))


def start_of(meeting: Meeting) -> datetime:
    """Return when the meeting starts."""
    return datetime.fromisoformat(str(meeting.body["start_time"]))


def when(meeting: Meeting) -> Html:
    """Return the start in UTC and, if it is another, in the meeting's own zone."""
    start, zone = start_of(meeting), str(meeting.body["timezone"])
    stamp = html('<time datetime="{iso}">{text}</time>', iso=meeting.body["start_time"], text=moment(start))
    if zone in ("UTC", "Etc/UTC"):
        return stamp
    local = start.astimezone(ZoneInfo(zone))
    words = f"{local:%H:%M} {zone}" if local.date() == start.date() else moment(start, zone)
    return html('{stamp}<br><span class="muted">{local}</span>', stamp=stamp, local=words)


def spaced(meeting_id: int) -> str:
    """Return "912 3456 7890", as Zoom writes ids for people."""
    digits = str(meeting_id)
    return f"{digits[:3]} {digits[3:-4]} {digits[-4:]}"


def on_off(value: object) -> str:
    """Return On or Off."""
    return "On" if value else "Off"


def defaults_of(user: ZoomUser) -> str:
    """Return what this user's meetings inherit, in one line."""
    own = user.defaults
    parts = [
        f"waiting room {on_off(own.waiting_room).lower()}",
        f"passcode {on_off(own.passcode).lower()}",
        f"recording {RECORDING[own.auto_recording].lower()}",
    ]
    if own.use_pmi:
        parts.append("personal meeting ID by default")
    line = ", ".join(parts)
    return line[0].upper() + line[1:]


def type_tag(user: ZoomUser) -> Html:
    """Return the licence of a user as a tag."""
    if not user.may_host:
        return html('<span class="tag warn">{word}</span>', word="May not host")
    return html('<span class="tag">{word}</span>', word=USER_TYPE[user.type])
