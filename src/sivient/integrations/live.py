"""A vendor's conferencing on a host's connection: renews a refused token once, and notes when the permission ends.

It keeps to the vendor's pause, and counts what it changes. Nothing is asked before the first call.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sivient.integrations import limits, tokens
from sivient.integrations.tokens import Held
from sivient.jobs.clock import database_now
from sivient.ports.conferencing import Ability, Conferencing, MadeMeeting, MeetingRequest
from sivient.ports.errors import OutcomeUnknown, Paused, Reconnect, Rejected, TokenRefused
from sivient.ports.vendor import Access, App

T = TypeVar("T")
Before = Callable[[], None]


def _nothing() -> None:
    """Do nothing before a request leaves."""


@dataclass(frozen=True, slots=True)
class LiveConferencing:
    """Makes, moves, deletes and finds the meetings of one grant, with whatever its tokens are at that moment.

    `before` is called right before each request leaves, also before the one that is repeated with a new token.
    Besides the errors of `Conferencing`: TryLater, when a token is due for renewal and the vendor cannot be asked;
    it is never OutcomeUnknown then, because no request has left. Reconnect: the host is told, the card says it.
    """

    conferencing: Callable[[App, Access], Conferencing]
    app: App
    grant: int
    abilities: frozenset[Ability]

    def create(self, meeting: MeetingRequest, *, before: Before = _nothing) -> MadeMeeting:
        """Make one meeting. Paused: the daily limit is used up, and the vendor was not asked again."""
        _require_ahead(meeting)
        return self._change(lambda it: it.create(meeting), before)

    def move(self, external_id: str, meeting: MeetingRequest, *, before: Before = _nothing) -> None:
        """Give an existing meeting the time of `meeting`. Gone: it is not there any more. Paused as in `create`."""
        _require_ahead(meeting)
        self._change(lambda it: it.move(external_id, meeting), before)

    def delete(self, external_id: str) -> None:
        """Remove a meeting; one that is gone already is removed."""
        self._ask(lambda it: it.delete(external_id), _nothing)

    def find(self, meeting: MeetingRequest) -> MadeMeeting | None:
        """Return the meeting that an earlier `create` of `meeting` made, by its reference; None when there is none."""
        return self._ask(lambda it: it.find(meeting), _nothing)

    def _change(self, call: Callable[[Conferencing], T], before: Before) -> T:
        try:
            done = self._ask(call, before)
        except OutcomeUnknown:
            limits.count(self.grant)
            raise
        limits.count(self.grant)
        return done

    def _ask(self, call: Callable[[Conferencing], T], before: Before) -> T:
        limits.check_open(self.grant)
        held = tokens.fresh(self.grant)
        try:
            return self._with(held, call, before)
        except TokenRefused:
            newer = tokens.fresh(self.grant, refused=held.version)
        return self._with(newer, call, before, believe=True)

    def _with(self, held: Held, call: Callable[[Conferencing], T], before: Before, *, believe: bool = False) -> T:
        """Ask with these tokens. `believe`: they are new, so a refusal of them is the end of the permission."""
        before()
        try:
            return call(self.conferencing(self.app, held.access))
        except Paused as said:
            raise limits.pause(self.grant, said) from said
        except Reconnect as error:
            if believe or not isinstance(error, TokenRefused):
                tokens.end(held, str(error))
            raise


def _require_ahead(meeting: MeetingRequest) -> None:
    """Raise Rejected for a start in the past: it would make an instant meeting (contract chapter 11, row 14).

    By the database's clock, because this process's own may be wrong, and a refusal is final.
    """
    if meeting.start <= database_now():
        raise Rejected("The meeting's time has come.")
