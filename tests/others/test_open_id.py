"""Signing in at a certified OpenID provider that we have not written, and tokens of it that are not for us."""

import base64
import hashlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urljoin, urlsplit

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from sivient.accounts import openid
from sivient.accounts.models import Identity, User
from sivient.demo import httpd
from tests.others.conftest import HERE

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
CALLBACK = "http://testserver/sign-in/google/callback"


@dataclass
class Node:
    """A provider process, behind a door of ours that may put another ID token into its answers."""

    process: subprocess.Popen[str]
    port: int
    door: httpd.Server
    swapped: str | None = None
    last: dict[str, Any] = field(default_factory=dict)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on as it came, and the answer back."""
        url = request.url.copy_with(port=self.port)
        headers = [(k, v) for k, v in request.headers.raw if k.lower() not in (b"connection", b"content-length")]
        with httpx.Client(trust_env=False) as http:
            answer = http.send(http.build_request(request.method, url, headers=headers, content=request.content))
        if request.url.path == "/token" and answer.status_code == 200:
            self.last = answer.json()
            told = self.last | ({"id_token": self.swapped} if self.swapped else {})
            return httpx.Response(200, json=told)
        kept = [(k, v) for k, v in answer.headers.raw if k.lower() not in (b"content-encoding", b"transfer-encoding")]
        return httpx.Response(answer.status_code, headers=kept, content=answer.content)

    def walk(self, address: str, person: str) -> str:
        """Log in and consent as a person with a browser would; return the address that leads back, as a path."""
        with httpx.Client(trust_env=False) as browser:
            # Which account is asked for at every sign-in is an extension of Google's and Microsoft's own.
            answer = browser.get(httpx.URL(address).copy_remove_param("prompt"))
            for _ in range(12):
                if answer.is_redirect:
                    going = urljoin(str(answer.url), answer.headers["Location"])
                    if going.startswith(CALLBACK):
                        return going.removeprefix("http://testserver")
                    answer = browser.get(going)
                    continue
                action = re.search(r'action="([^"]+)"', answer.text)
                assert action, answer.text
                inputs = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
                inputs |= {"login": person, "password": "any"} if 'name="login"' in answer.text else {}
                answer = browser.post(urljoin(str(answer.url), action[1]), data=inputs)
        raise AssertionError("the provider did not lead back")


def start(node: Path, issuer: str = "") -> Node:
    """Start a provider. Without an issuer it is its door's own address."""
    made: list[Node] = []
    door = httpd.serve(lambda request: made[0].handle(request))
    command = ["node", HERE / "provider.mjs", issuer or door.url, "google-client,another-client", CALLBACK]
    process = subprocess.Popen(command, cwd=node, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout
    made.append(Node(process, int(process.stdout.readline()), door))
    return made[0]


@pytest.fixture(scope="module")
def providers(node: Path) -> Iterator[tuple[Node, Node]]:
    """The one that we trust, and another one that says it is the same; its keys are other ones."""
    ours = start(node)
    other = start(node, issuer=ours.door.url)
    yield ours, other
    for each in (ours, other):
        each.process.terminate()
        each.process.wait()
        each.door.close()


@pytest.fixture
def ours(providers: tuple[Node, Node], settings: Settings) -> Node:
    """The provider that Google's settings name."""
    settings.GOOGLE_ISSUER, settings.GOOGLE_CLIENT_ID = providers[0].door.url, "google-client"
    openid._made.cache_clear()
    providers[0].swapped = None
    return providers[0]


def begin(browser: Client) -> str:
    """Press the button; the provider's address."""
    address = browser.post("/sign-in/google")["Location"]
    assert parse_qs(urlsplit(address).query)["code_challenge_method"] == ["S256"]
    return str(address)


def sign_in(ours: Node, person: str) -> Client:
    """Go all the way in a fresh browser."""
    browser = Client()
    browser.get(ours.walk(begin(browser), person))
    return browser


def signed_in(browser: Client) -> int | None:
    """The account of the browser's session."""
    account = browser.session.get("_auth_user_id")
    return int(account) if account else None


def foreign_token(provider: Node, like: str, *, client: str = "google-client") -> str:
    """A real ID token of another sign-in, with the nonce of the one whose address is given."""
    asked = dict(parse_qsl(urlsplit(like).query)) | {"client_id": client}
    asked.pop("prompt")
    verifier = "a" * 64
    digest = hashlib.sha256(verifier.encode()).digest()
    asked["code_challenge"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    base = provider.door.url
    back = provider.walk(str(httpx.URL(f"{base}/auth", params=asked)), "mallory")
    form = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(back).query)["code"][0],
        "redirect_uri": CALLBACK,
        "client_id": client,
        "client_secret": "google-secret",
        "code_verifier": verifier,
    }
    answer = httpx.post(f"{base}/token", data=form, trust_env=False)
    return str(answer.json()["id_token"])


def test_a_person_signs_in_and_is_the_same_person_the_next_time(ours: Node) -> None:
    first, again = sign_in(ours, "mara"), sign_in(ours, "mara")
    assert signed_in(first) == signed_in(again) == User.objects.get().pk
    assert (Identity.objects.get().issuer, Identity.objects.get().subject) == (ours.door.url, "mara")


def test_an_address_of_somebody_else_opens_nobody_elses_account(ours: Node) -> None:
    victim = signed_in(sign_in(ours, "mara"))
    thief = signed_in(sign_in(ours, "mallory+mara@gmail.com"))
    assert thief is not None
    assert thief != victim, "accounts are found by issuer and subject alone"


def test_a_code_is_taken_once(ours: Node) -> None:
    browser = Client()
    back = ours.walk(begin(browser), "mara")
    browser.get(back)
    other = Client()
    begin(other)
    assert other.get(back).status_code == 400
    assert signed_in(other) is None


def refused(ours: Node, browser: Client, address: str, token: str) -> None:
    """Sign in with this token instead of the real one: nobody is signed in."""
    ours.swapped = token
    assert browser.get(ours.walk(address, "mara")).status_code == 400
    assert signed_in(browser) is None
    assert not User.objects.exists()


def test_a_token_for_another_application_signs_nobody_in(ours: Node) -> None:
    browser = Client()
    address = begin(browser)
    refused(ours, browser, address, foreign_token(ours, address, client="another-client"))


def test_a_token_of_another_sign_in_signs_nobody_in(ours: Node) -> None:
    browser = Client()
    refused(ours, browser, begin(browser), foreign_token(ours, begin(Client())))


def test_a_token_of_a_provider_that_only_says_it_is_the_same_signs_nobody_in(
    ours: Node, providers: tuple[Node, Node]
) -> None:
    browser = Client()
    address = begin(browser)
    refused(ours, browser, address, foreign_token(providers[1], address))


def test_a_token_like_ours_signs_in(ours: Node) -> None:
    """What the three tests before this one do, with nothing wrong: it is the fault in each that is refused."""
    browser = Client()
    address = begin(browser)
    ours.swapped = foreign_token(ours, address)
    browser.get(ours.walk(address, "mara"))
    assert signed_in(browser) is not None


def test_a_provider_under_another_name_signs_nobody_in(
    ours: Node, providers: tuple[Node, Node], settings: Settings
) -> None:
    settings.GOOGLE_ISSUER = providers[1].door.url  # its documents and tokens name the first one
    openid._made.cache_clear()
    browser = Client()
    assert browser.get(providers[1].walk(begin(browser), "mara")).status_code == 400
    assert not User.objects.exists()
