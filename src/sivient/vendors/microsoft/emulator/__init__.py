"""An emulated Microsoft: sign-in of the v2.0 endpoints as in the calendars contract, chapters 2.1 to 2.3."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sivient.vendors.microsoft.emulator.people import PEOPLE, PERSONAL_TENANT, MicrosoftPerson
from sivient.vendors.microsoft.emulator.vendor import Microsoft
from sivient.vendors.oidc_emulator import OidcEmulator

__all__ = ["PEOPLE", "PERSONAL_TENANT", "MicrosoftEmulator", "MicrosoftPerson"]


class MicrosoftEmulator(OidcEmulator):
    """Microsoft at one address; the authority that applications are given is `<base_url>/common`.

    `handle(request) -> response`, thread-safe. Tests choose a person with `?auto=<key>` or `?auto=deny`.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8003",
        *,
        client_id: str,
        client_secret: str,
        redirect_uris: Sequence[str],
        app_name: str = "Sivient",
        state_file: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(
            Microsoft(base_url),
            client_id=client_id,
            client_secret=client_secret,
            redirect_uris=redirect_uris,
            app_name=app_name,
            state_file=state_file,
            clock=clock,
        )
