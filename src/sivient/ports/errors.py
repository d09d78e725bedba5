"""Trouble with the outside world. The class of an error says what to do next."""

from datetime import timedelta


class IntegrationError(Exception):
    """Something outside did not do what we asked. The text is for the host: no token, no address, no name."""


class TryLater(IntegrationError):
    """Rate limit, outage, timeout: run again, `after` that long if the vendor said so."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class OutcomeUnknown(TryLater):
    """The request left and its answer was lost, or says nothing: the vendor may have done what we asked."""


class Misconfigured(TryLater):
    """The vendor refuses the operator's settings. No host can mend it, and no host's permission is lost by it."""


class Reconnect(IntegrationError):
    """The host's permission is gone or was never there: wait until the host connects."""


class TokenRefused(Reconnect):
    """This access token is not accepted. A fresh one may be: refresh once and ask once more before believing it."""


class Rejected(IntegrationError):
    """The vendor understood and refused: a retry would fail the same way."""
