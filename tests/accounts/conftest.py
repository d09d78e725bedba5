"""Google and Microsoft emulated over real HTTP, and a browser that walks through their sign-in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from sivient.accounts import openid
from sivient.demo import httpd
from sivient.vendors.google.emulator import GoogleEmulator
from sivient.vendors.microsoft.emulator import MicrosoftEmulator
from sivient.vendors.oidc_emulator import OidcEmulator

BROWSER = httpx.Client()  # of the person at the provider; without redirects, one connection
Answer = Any  # Django's test client adds attributes to responses that no stub knows


@dataclass
class Signing:
    """One provider that is being signed in with, by one browser."""

    provider: str
    emulator: OidcEmulator
    server: httpd.Server
    browser: Client = field(default_factory=Client)

    def start(self, **fields: str) -> Answer:
        """Press the button on the sign-in page."""
        return self.browser.post(f"/sign-in/{self.provider}", fields)

    def choose(self, address: str, person: str) -> str:
        """Choose an account at the provider; the address it sends the browser back to, as a path."""
        answer = BROWSER.get(f"{address}&{urlencode({'auto': person})}")
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"

    def come_back(self, person: str, **fields: str) -> str:
        """Start, choose, and return the address of the callback, not visited yet."""
        return self.choose(self.start(**fields)["Location"], person)

    def sign_in(self, person: str, **fields: str) -> Answer:
        """Go all the way."""
        return self.browser.get(self.come_back(person, **fields))

    def spoil(self, **wish: object) -> None:
        """Let the next ID token be bad."""
        assert BROWSER.post(f"{self.server.url}/__ctl/next-token", json=wish).status_code == 200

    def rotate_keys(self) -> None:
        """Sign with a key that nobody has seen."""
        assert BROWSER.post(f"{self.server.url}/__ctl/rotate-keys").status_code == 200

    def calls(self) -> dict[str, int]:
        """How often each endpoint was asked."""
        return dict(BROWSER.get(f"{self.server.url}/__ctl/state").json()["calls"])

    def signed_in_as(self) -> int | None:
        """The account of the browser's session."""
        account = self.browser.session.get("_auth_user_id")
        return int(account) if account else None


def query(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query))


def emulate(provider: str, kind: type[OidcEmulator]) -> Iterator[tuple[OidcEmulator, httpd.Server]]:
    """Serve an emulator at a free port, with our callback registered."""
    emulators: list[OidcEmulator] = []
    server = httpd.serve(lambda request: emulators[0].handle(request))
    emulators.append(
        kind(  # type: ignore[call-arg]  # each vendor's own signature
            server.url,
            client_id=f"{provider}-client",
            client_secret=f"{provider}-secret",
            redirect_uris=[f"http://testserver/sign-in/{provider}/callback"],
        )
    )
    yield emulators[0], server
    server.close()


def begin(provider: str, emulated: tuple[OidcEmulator, httpd.Server]) -> Signing:
    """A browser before an emulator that remembers nothing, and a process that has never asked it anything."""
    emulator, server = emulated
    BROWSER.post(f"{server.url}/__ctl/reset")
    openid._made.cache_clear()
    return Signing(provider, emulator, server)


@pytest.fixture(scope="session")
def google_emulator() -> Iterator[tuple[OidcEmulator, httpd.Server]]:
    """One for all tests: making a signing key takes a while."""
    yield from emulate("google", GoogleEmulator)


@pytest.fixture(scope="session")
def microsoft_emulator() -> Iterator[tuple[OidcEmulator, httpd.Server]]:
    """One for all tests."""
    yield from emulate("microsoft", MicrosoftEmulator)


@pytest.fixture
def google(settings: Settings, google_emulator: tuple[OidcEmulator, httpd.Server]) -> Signing:
    """Google, with Mara (Workspace) and Jonas (an outside address)."""
    settings.GOOGLE_ISSUER = google_emulator[1].url
    return begin("google", google_emulator)


@pytest.fixture
def microsoft(settings: Settings, microsoft_emulator: tuple[OidcEmulator, httpd.Server]) -> Signing:
    """Microsoft, with Priya, Tomás, and a Mara of another tenant who shows the address of Google's Mara."""
    settings.MICROSOFT_AUTHORITY = f"{microsoft_emulator[1].url}/common"
    return begin("microsoft", microsoft_emulator)


@pytest.fixture(params=["google", "microsoft"])
def signing(request: pytest.FixtureRequest) -> Signing:
    """Either provider; `mara` is a person of both."""
    chosen: Signing = request.getfixturevalue(request.param)
    return chosen
