"""The port that makes online meetings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MeetingRequest:
    """One meeting to make: `start` and `end` are aware instants, `timezone` an IANA name for display."""

    topic: str
    start: datetime
    end: datetime
    timezone: str
    agenda: str


@dataclass(frozen=True, slots=True)
class MadeMeeting:
    """What a vendor made: its id and the link that guests open. Never a link that starts the meeting as host."""

    external_id: str
    join_url: str
    passcode: str = ""


class Conferencing(Protocol):
    """Makes meetings on one host's account. Errors: TryLater, Reconnect, Rejected."""

    def create(self, meeting: MeetingRequest) -> MadeMeeting:
        """Make one meeting."""
        ...
