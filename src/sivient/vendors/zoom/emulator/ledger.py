"""The ledger: a line for every request of the app, and what really came of it. A judge compares it with the app."""

from __future__ import annotations

import re
from typing import Any

import httpx

from sivient.vendors.zoom.emulator.clock import Clock
from sivient.vendors.zoom.emulator.faults import Call, Outcome
from sivient.vendors.zoom.emulator.meetings import MeetingBook
from sivient.vendors.zoom.emulator.records import Entry

REFERENCE = re.compile(r"Booking ref (\S+)")
"""What an agenda says of its booking (contract 4.1)."""

MEETING = "/v2/meetings/"
PAGE = 1000
EFFECTS = {"POST": "made", "PATCH": "changed", "DELETE": "deleted"}
KINDS = {"authorization_code": "exchange", "refresh_token": "refresh"}


class Ledger:
    """Writes one entry for each request, in the order in which the work was done. Holds no token."""

    def __init__(self, clock: Clock, meetings: MeetingBook) -> None:
        self._entries: list[Entry] = []
        self._clock = clock
        self._meetings = meetings

    def about(self, request: httpx.Request) -> dict[str, Any]:
        """Return the meeting that a request names, as it is before something happens to it."""
        path = request.url.path
        meeting = self._meetings.find(path.removeprefix(MEETING)) if path.startswith(MEETING) else None
        return dict(meeting.body) if meeting is not None else {}

    def write(self, call: Call, outcome: Outcome, told: int | None, named: dict[str, Any]) -> None:
        """Append what became of a call; `told` is the status that was answered, None for a cut connection."""
        touched = outcome.status in (201, 204) and not call.is_oauth
        meeting = (outcome.body if outcome.status == 201 else named) if touched else {}
        reference = REFERENCE.search(str(meeting.get("agenda", "")))
        number = meeting.get("id")
        entry = Entry(
            number=len(self._entries) + 1,
            at=self._clock.now().isoformat(timespec="milliseconds"),
            outside=self._clock.outside().isoformat(timespec="milliseconds"),
            method=call.request.method,
            route=call.endpoint.partition(" ")[2],
            user_id=call.user_id,
            status="dropped" if told is None else told,
            late=outcome.wait,
            done=outcome.status,
            faults=list(outcome.struck),
            effect=EFFECTS.get(call.request.method, "") if touched else "",
            meeting_id=number if isinstance(number, int) else None,
            reference=reference[1] if reference else "",
            kind=_kind(call),
            issued="access_token" in outcome.body,
        )
        self._entries.append(entry)

    def page(self, after: int) -> tuple[list[Entry], bool]:
        """Return the entries that follow a number, oldest first, and whether there are more."""
        return self._entries[after : after + PAGE], len(self._entries) > after + PAGE


def _kind(call: Call) -> str:
    if not call.is_oauth:
        return ""
    return "revoke" if call.endpoint.endswith("/revoke") else KINDS.get(call.route.rpartition(" ")[2], "other")
