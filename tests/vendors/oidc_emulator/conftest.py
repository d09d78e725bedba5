"""Every test of the shared mechanics runs at Google and at Microsoft."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sivient.vendors.google.emulator import GoogleEmulator
from sivient.vendors.microsoft.emulator import PEOPLE, MicrosoftEmulator
from sivient.vendors.oidc_emulator import OidcEmulator
from tests.vendors.oidc_emulator.application import REGISTERED, Application, Clock


@dataclass
class Place:
    """One emulated provider, an application of it, and what a test needs to know of both."""

    make: Callable[..., OidcEmulator]
    discovery: str
    person: str
    issuer_of_person: str
    clock: Clock
    emulator: OidcEmulator
    app: Application

    def sign_in(self) -> dict[str, Any]:
        return self.app.sign_in(self.person, issuer=self.issuer_of_person)

    def restart(self, state_file: Path) -> "Place":
        """Return the same place, started again from its file."""
        return place(self.make, self.discovery, self.person, self.issuer_of_person, self.clock, state_file)


def place(
    make: Callable[..., OidcEmulator],
    discovery: str,
    person: str,
    issuer: str,
    clock: Clock,
    state_file: Path | None = None,
) -> Place:
    emulator = make(**REGISTERED, clock=clock, state_file=state_file)
    app = Application.of(emulator, discovery, clock)
    return Place(make, discovery, person, issuer, clock, emulator, app)


@pytest.fixture(params=["google", "microsoft"])
def provider(request: pytest.FixtureRequest) -> Place:
    if request.param == "google":
        path, issuer = "/.well-known/openid-configuration", "http://127.0.0.1:8002"
        return place(GoogleEmulator, path, "mara", issuer, Clock())
    path, issuer = "/common/v2.0/.well-known/openid-configuration", f"http://127.0.0.1:8003/{PEOPLE['priya'].tid}/v2.0"
    return place(MicrosoftEmulator, path, "priya", issuer, Clock())
