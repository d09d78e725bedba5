"""An emulated Google: sign-in as in the calendars contract, chapters 1.1 and 1.2."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sivient.vendors.google.emulator.people import PEOPLE, GooglePerson
from sivient.vendors.google.emulator.vendor import Google
from sivient.vendors.oidc_emulator import OidcEmulator

__all__ = ["PEOPLE", "GoogleEmulator", "GooglePerson"]


class GoogleEmulator(OidcEmulator):
    """Google at one address: issuer, sign-in pages, tokens, userinfo, keys and revocation.

    `handle(request) -> response`, thread-safe. Tests choose a person with `?auto=<key>` or `?auto=deny`.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8002",
        *,
        client_id: str,
        client_secret: str,
        redirect_uris: Sequence[str],
        app_name: str = "Sivient",
        state_file: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(
            Google(base_url),
            client_id=client_id,
            client_secret=client_secret,
            redirect_uris=redirect_uris,
            app_name=app_name,
            state_file=state_file,
            clock=clock,
        )
