"""What Zoom says about a meeting, believed only when it is whole (Zoom contract 4.2)."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sivient.core.invite import fits_invite
from sivient.ports.conferencing import MadeMeeting

LINK_LIMIT = 2048
PASSCODE_LIMIT = 64
NOT_FOR_GUESTS = ("/u/", "/s/")  # dial-in numbers, and links that start the meeting as its host


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the meetings of one Zoom user. `plain_links`: the API itself is plain http, an emulator on this machine."""

    personal_meeting_id: int | None = None
    plain_links: bool = False

    def read(self, body: dict[str, Any]) -> MadeMeeting | None:
        """Keep id, link, passcode and start; None when it is no meeting of its own that guests can join.

        Everything else goes, above all `start_url`: it lets anyone be the host.
        """
        number, link = self.number(body), body.get("join_url")
        if not number or not isinstance(link, str) or not self._is_join_link(link):
            return None
        passcode = body.get("password")  # missing on some paid accounts (contract 11, row 18)
        return MadeMeeting(
            external_id=number,
            join_url=link,
            passcode=passcode[:PASSCODE_LIMIT] if isinstance(passcode, str) else "",
            start=_moment(body.get("start_time")),
        )

    def number(self, body: dict[str, Any]) -> str:
        """Return the id of a meeting; empty when there is none, or when it is the host's personal room."""
        number = _whole(body.get("id"))
        return "" if number is None or number == self.personal_meeting_id else str(number)

    def _is_join_link(self, link: str) -> bool:
        if len(link) > LINK_LIMIT or not fits_invite(link):
            return False
        try:
            parts = urlsplit(link)
            host = parts.hostname or ""
        except ValueError:
            return False
        if parts.path.startswith(NOT_FOR_GUESTS):
            return False
        return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and self.plain_links and _here(host)))


def _whole(value: object) -> int | None:
    """Return a meeting id; newer parts of Zoom write it as text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 19:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _moment(said: object) -> datetime | None:
    if not isinstance(said, str):
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
