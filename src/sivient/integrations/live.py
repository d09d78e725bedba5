"""A vendor's conferencing on a host's connection: renews a refused token once, and notes when the permission ends."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from sivient.integrations import tokens
from sivient.integrations.tokens import Held
from sivient.ports.conferencing import Conferencing, MadeMeeting, MeetingRequest
from sivient.ports.errors import Reconnect, Rejected, TokenRefused
from sivient.ports.vendor import Access, App


@dataclass(frozen=True, slots=True)
class LiveConferencing:
    """Makes meetings with the tokens that `held` was when it was asked for."""

    conferencing: Callable[[App, Access], Conferencing]
    app: App
    held: Held

    def create(self, meeting: MeetingRequest) -> MadeMeeting:
        """Make one meeting. Reconnect: the host has been told, and the connection says so."""
        if meeting.start <= timezone.now():
            raise Rejected("The meeting has begun.")  # a start in the past makes an instant meeting (contract 11, 14)
        try:
            return self._with(self.held, meeting)
        except TokenRefused:
            renewed = tokens.fresh(self.held.grant, refused=self.held.version)
        return self._with(renewed, meeting, believe=True)

    def _with(self, held: Held, meeting: MeetingRequest, *, believe: bool = False) -> MadeMeeting:
        """Ask with these tokens. `believe`: they are new, so a refusal of them is the end of the permission."""
        try:
            return self.conferencing(self.app, held.access).create(meeting)
        except Reconnect as error:
            if believe or not isinstance(error, TokenRefused):
                tokens.end(held, str(error))
            raise
