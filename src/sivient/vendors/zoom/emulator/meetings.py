"""The book of meetings: what is created, what it inherits, who may find it (contract 4.1 to 4.4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sivient.vendors.zoom.emulator import validation
from sivient.vendors.zoom.emulator.clock import Clock, zoom_time
from sivient.vendors.zoom.emulator.mint import Mint
from sivient.vendors.zoom.emulator.people import ZoomUser
from sivient.vendors.zoom.emulator.records import Meeting
from sivient.vendors.zoom.emulator.store import Store

KEPT_AFTER = timedelta(days=30)
"""A one-time id expires this long after its date or its last use, whichever is later."""

LISTED_AGENDA = 250
"""Characters of an agenda in a list, as Zoom's API reference says; the contract has no number."""

Body = dict[str, Any]


class MeetingBook:
    """Creates and keeps meetings. `join_base` replaces Zoom's hosts in links when it is given."""

    def __init__(self, store: Store, clock: Clock, mint: Mint, join_base: str | None) -> None:
        self._store = store
        self._clock = clock
        self._mint = mint
        self._join_base = join_base

    def create(self, host: ZoomUser, fields: Body) -> Meeting:
        """Make a meeting of checked fields; what they leave out comes from the host's own settings."""
        now = self._clock.now()
        zone = fields.get("timezone") or host.timezone or "UTC"
        kind, start = fields.get("type", validation.SCHEDULED), now
        if "start_time" in fields:
            start = validation.parse_start(fields["start_time"], zone)
        # No start_time, or one in the past, silently becomes a meeting that runs now.
        if kind == validation.SCHEDULED and start <= now:
            kind, start = validation.INSTANT, now
        settings = _settings(host, fields.get("settings", {}))
        personal = bool(settings["use_pmi"])
        body: Body = {
            "uuid": self._mint.meeting_uuid(),
            "id": host.pmi if personal else self._new_id(),
            "host_id": host.id,
            "host_email": host.email,
            "topic": fields.get("topic", "Zoom Meeting"),
            "type": kind,
            "status": "waiting",
            "start_time": zoom_time(start),
            "duration": fields.get("duration", 60),
            "timezone": zone,
            "agenda": fields.get("agenda", ""),
            "created_at": zoom_time(now),
            "creation_source": "open_api",
            "settings": settings,
        }
        if personal:
            body["pmi"] = str(host.pmi)
        body |= self._links(host, body["id"], fields.get("password", ""))
        expires_at = None if personal else (start + KEPT_AFTER).timestamp()
        return self._store.meetings.put(body["uuid"], Meeting(body, expires_at))

    def update(self, meeting: Meeting, fields: Body) -> None:
        """Change a meeting by checked fields; the link and the id stay."""
        plain = ("topic", "duration", "agenda", "timezone", "password")
        meeting.body |= {name: fields[name] for name in plain if name in fields}
        if "start_time" in fields:
            start = validation.parse_start(fields["start_time"], meeting.body["timezone"])
            meeting.body["start_time"] = zoom_time(start)
            if meeting.expires_at is not None:
                meeting.expires_at = (start + KEPT_AFTER).timestamp()
        meeting.body["settings"] |= _known(fields.get("settings", {}))
        self._store.meetings.put(meeting.body["uuid"], meeting)

    def delete(self, meeting: Meeting) -> None:
        """Forget a meeting."""
        self._store.meetings.drop(meeting.body["uuid"])

    def find(self, meeting_id: str, *, host: ZoomUser | None = None) -> Meeting | None:
        """Return the newest unexpired meeting with this id (of this host), or None."""
        now = self._clock.seconds()
        for meeting in reversed(list(self._store.meetings)):
            mine = host is None or meeting.host_id == host.id
            alive = meeting.expires_at is None or now < meeting.expires_at
            if mine and alive and str(meeting.id) == meeting_id:
                return meeting
        return None

    def of(self, host: ZoomUser) -> list[Meeting]:
        """Return the host's meetings that have not expired, by start."""
        now = self._clock.seconds()
        mine = [m for m in self._store.meetings if m.host_id == host.id]
        alive = [m for m in mine if m.expires_at is None or now < m.expires_at]
        return sorted(alive, key=lambda meeting: str(meeting.body["start_time"]))

    def planned(self, host: ZoomUser, *, upcoming: bool) -> list[Meeting]:
        """Return what lists show: no instant meetings, and of `upcoming` only what has not ended."""
        now = self._clock.now()
        planned = [meeting for meeting in self.of(host) if meeting.body["type"] != validation.INSTANT]
        return [meeting for meeting in planned if not upcoming or _end(meeting) > now]

    def join(self, meeting: Meeting) -> None:
        """Count a person who opened the link; use keeps the id alive."""
        meeting.joins += 1
        if meeting.expires_at is not None:
            used = (self._clock.now() + KEPT_AFTER).timestamp()
            meeting.expires_at = max(meeting.expires_at, used)
        self._store.meetings.put(meeting.body["uuid"], meeting)

    def _new_id(self) -> int:
        taken = {meeting.id for meeting in self._store.meetings}
        while (drawn := self._mint.meeting_id()) in taken:
            pass
        return drawn

    def _links(self, host: ZoomUser, meeting_id: int, password: str) -> Body:
        base = self._join_base or self._zoom_host(host)
        links = {"start_url": f"{base}/s/{meeting_id}?zak={self._mint.word(180)}"}
        if not password and not host.defaults.passcode:
            return links | {"join_url": f"{base}/j/{meeting_id}"}
        in_link = self._mint.link_passcode()
        password = password or self._mint.passcode()
        return links | {
            "join_url": f"{base}/j/{meeting_id}?pwd={in_link}",
            "password": password,
            "h323_password": password,
            "pstn_password": password,
            "encrypted_password": in_link,
        }

    def _zoom_host(self, host: ZoomUser) -> str:
        """Vary the host of links as live Zoom does; clients must not expect one."""
        names = ("us05web", "", host.account.vanity, "us02web")
        name = names[len(self._store.meetings) % len(names)]
        return f"https://{name}.zoom.us" if name else "https://zoom.us"


def shown(meeting: Meeting, *, created: bool = False) -> Body:
    """Return the meeting as the API shows it; the answer to a create has no `status`."""
    hidden = {"status"} if created else {"host_email"}
    return {name: value for name, value in meeting.body.items() if name not in hidden}


def listed(meeting: Meeting) -> Body:
    """Return the meeting as a list shows it: short, its agenda cut, and without a way to start it."""
    names = (
        "uuid", "id", "host_id", "topic", "type", "start_time", "duration", "timezone", "agenda",
        "created_at", "join_url",
    )  # fmt: skip
    body = {name: meeting.body[name] for name in names}
    return body | {"agenda": str(body["agenda"])[:LISTED_AGENDA]}


def _end(meeting: Meeting) -> datetime:
    start = datetime.fromisoformat(str(meeting.body["start_time"]))
    return start + timedelta(minutes=int(meeting.body["duration"]))


def _settings(host: ZoomUser, wanted: Body) -> Body:
    settings = host.defaults.settings() | _known(wanted)
    if settings["waiting_room"]:
        settings["join_before_host"] = False
    return settings


def _known(wanted: Body) -> Body:
    return {name: value for name, value in wanted.items() if name in validation.SETTINGS}
