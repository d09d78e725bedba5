"""Trouble with the outside world. The class of an error says what to do next."""

from datetime import datetime, timedelta


class IntegrationError(Exception):
    """Something outside did not do what we asked. The text is for the host: no token, no address, no name."""


class TryLater(IntegrationError):
    """Rate limit, outage, timeout: run again, `after` that long if the vendor said so."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class Throttled(TryLater):
    """Too many requests at a time or in a second: a moment later it works."""


class Paused(TryLater):
    """The vendor does nothing more before `until`: a daily limit. `shared`: of the whole vendor account."""

    def __init__(self, message: str, *, until: datetime, shared: bool = False) -> None:
        super().__init__(message)
        self.until = until
        self.shared = shared


class OutcomeUnknown(TryLater):
    """The request left and its answer was lost, or says nothing: the vendor may have done what we asked."""


class TooLong(OutcomeUnknown):
    """The answer is longer than anything that we read: asked for less, it may come."""


class Unusable(OutcomeUnknown):
    """The vendor made something that we cannot use; `external_id` is its number there, when it said one."""

    def __init__(self, message: str, *, external_id: str = "") -> None:
        super().__init__(message)
        self.external_id = external_id


class Misconfigured(TryLater):
    """The vendor refuses the operator's settings. No host can mend it, and no host's permission is lost by it."""


class Reconnect(IntegrationError):
    """The host's permission is gone or was never there: wait until the host connects."""


class TokenRefused(Reconnect):
    """This access token is not accepted. A fresh one may be: refresh once and ask once more before believing it."""


class Rejected(IntegrationError):
    """The vendor understood and refused: a retry would fail the same way."""


class Gone(Rejected):
    """What we wanted to change is not there any more."""
