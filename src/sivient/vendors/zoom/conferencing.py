"""Makes Zoom meetings (Zoom contract chapter 4)."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from sivient.core.invite import fits_invite
from sivient.core.text import clean_line, clean_text
from sivient.ports.conferencing import MadeMeeting, MeetingRequest
from sivient.ports.errors import OutcomeUnknown
from sivient.ports.http import Patience, client
from sivient.ports.vendor import Access, App
from sivient.vendors.zoom.api import call
from sivient.vendors.zoom.errors import FieldsRefused

CREATE = Patience(connect=5, answer=30)  # creation is slow at times (contract chapter 9)
SCHEDULED_MEETING = 2
TOPIC_LIMIT = 200  # code points
AGENDA_LIMIT = 2000
LINK_LIMIT = 2048
NOT_FOR_GUESTS = ("/u/", "/s/")  # dial-in numbers, and links that start the meeting as its host
OPTIONAL = frozenset({"timezone", "agenda"})  # left out when Zoom's own list refuses them
CLOSE_ENOUGH = timedelta(seconds=60)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ZoomConferencing:
    """Meetings of one Zoom user. `plain_links`: the API itself is plain http, an emulator on this machine."""

    http: httpx.Client
    token: str = field(repr=False)
    personal_meeting_id: int | None = None
    plain_links: bool = False

    def create(self, meeting: MeetingRequest) -> MadeMeeting:
        """Make one meeting that inherits every setting from the host's Zoom account."""
        details = _details(meeting)
        try:
            body = self._post(details)
        except FieldsRefused as refused:
            if not refused.fields & OPTIONAL & details.keys():
                raise
            body = self._post({name: value for name, value in details.items() if name not in refused.fields & OPTIONAL})
        return self._made(body, meeting)

    def _post(self, details: dict[str, Any]) -> dict[str, Any]:
        return call(self.http, self.token, "POST", "/v2/users/me/meetings", patience=CREATE, json=details)

    def _made(self, body: dict[str, Any], meeting: MeetingRequest) -> MadeMeeting:
        """Keep id, link and passcode. Everything else goes, above all `start_url`: it lets anyone be the host."""
        number, link = _number(body.get("id")), body.get("join_url")
        personal = number is not None and number == self.personal_meeting_id
        if number is None or personal or not self._is_join_link(link):
            said = "personal meeting" if personal else number  # the personal number opens the host's room to anybody
            log.warning("zoom made a meeting that cannot be used", extra={"key": f"zoom:{said}"})
            raise OutcomeUnknown("Zoom made a meeting but gave no link to it.")
        if not _starts_near(body.get("start_time"), meeting.start):
            log.warning("zoom names another start than it was asked for", extra={"key": f"zoom:{number}"})
        passcode = body.get("password")
        return MadeMeeting(str(number), str(link), passcode[:64] if isinstance(passcode, str) else "")

    def _is_join_link(self, link: object) -> bool:
        if not isinstance(link, str) or len(link) > LINK_LIMIT or not fits_invite(link):
            return False
        try:
            parts = urlsplit(link)
            host = parts.hostname or ""
        except ValueError:
            return False
        if parts.path.startswith(NOT_FOR_GUESTS):
            return False
        return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and self.plain_links and _here(host)))


def connect_conferencing(app: App, access: Access) -> ZoomConferencing:
    """Return the meetings of the host whose access it is."""
    plain = app.api_base.startswith("http://")
    return ZoomConferencing(client(app.api_base), access.token, access.personal_meeting_id, plain)


def _details(meeting: MeetingRequest) -> dict[str, Any]:
    """Return the body of contract 4.1: these keys and no others, so that the rest inherits."""
    details: dict[str, Any] = {
        "topic": clean_line(meeting.topic, TOPIC_LIMIT) or "Meeting",
        "type": SCHEDULED_MEETING,
        "start_time": f"{meeting.start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",  # without Z it would be wall time
        "duration": max(1, int((meeting.end - meeting.start).total_seconds() // 60)),
        "timezone": meeting.timezone,
        "agenda": clean_text(meeting.agenda, AGENDA_LIMIT),
        "settings": {"use_pmi": False},
    }
    return {name: value for name, value in details.items() if value != ""}


def _number(value: object) -> int | None:
    """Return a meeting id; newer parts of Zoom write it as text."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= 19:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _starts_near(said: object, start: datetime) -> bool:
    if not isinstance(said, str):
        return True
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return False
    return moment.tzinfo is not None and abs(moment - start) < CLOSE_ENOUGH


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
