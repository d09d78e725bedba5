"""The port that makes online meetings."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Ability(StrEnum):
    """What a vendor account may allow beyond making meetings."""

    MOVE = "move"
    DELETE = "delete"
    FIND = "find"  # look into the list of meetings before making one again


@dataclass(frozen=True, slots=True)
class MeetingRequest:
    """One meeting to make: `start` and `end` are aware instants, `timezone` an IANA name for display.

    `reference` stands in the agenda, and finds the meeting again in the vendor's list; those whose ids are `known`
    are not found again.
    """

    topic: str
    start: datetime
    end: datetime
    timezone: str
    agenda: str
    reference: str = ""
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MadeMeeting:
    """What a vendor made: its id and the link that guests open. Never a link that starts the meeting as host.

    `start` is the vendor's own date of it, None when it did not say.
    """

    external_id: str
    join_url: str
    passcode: str = ""
    start: datetime | None = None


class Conferencing(Protocol):
    """Makes meetings on one host's account. Errors: TryLater and its kinds, Reconnect, Rejected.

    What `abilities` does not name must not be asked for.
    """

    @property
    def abilities(self) -> frozenset[Ability]:
        """What the host's permission allows."""
        ...

    def create(self, meeting: MeetingRequest) -> MadeMeeting:
        """Make one meeting."""
        ...

    def move(self, external_id: str, meeting: MeetingRequest) -> None:
        """Give an existing meeting the time of `meeting`. Gone: it is not there any more."""
        ...

    def delete(self, external_id: str) -> None:
        """Remove a meeting; one that is gone already is removed."""
        ...

    def find(self, meeting: MeetingRequest) -> MadeMeeting | None:
        """Return the meeting that an earlier `create` of `meeting` made, by its reference; None when there is none."""
        ...
