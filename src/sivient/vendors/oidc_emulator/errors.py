"""How an emulated provider says no."""


class OAuthError(Exception):
    """A refusal with its OAuth error code (RFC 6749 4.1.2.1 and 5.2), a sentence, and the HTTP status."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


class NoWayBack(OAuthError):
    """The client or its redirect address is not known: told to the person, never sent to that address."""
