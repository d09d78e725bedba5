"""Where Google's OAuth endpoints are: its discovery document says it (OpenID Connect Discovery 1.0, chapter 4)."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sivient.ports.errors import IntegrationError, Misconfigured, OutcomeUnknown, TryLater
from sivient.ports.http import Answer, Patience, client, request_json
from sivient.vendors.google.api import WHO

CACHED = 3600  # seconds, as Google's own headers say
WELL_KNOWN = "/.well-known/openid-configuration"
_known: dict[str, tuple[float, "Endpoints"]] = {}  # by issuer, with the time of this process's clock


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Absolute addresses. Google's are on several hosts."""

    authorization: str
    token: str
    revocation: str
    userinfo: str


def endpoints(issuer: str, patience: Patience) -> Endpoints:
    """Return the endpoints of an issuer; when it does not answer, those of the last time."""
    read_at, known = _known.get(issuer, (0.0, None))
    if known is not None and time.monotonic() - read_at < CACHED:
        return known
    try:
        body = request_json(client(issuer), "GET", WELL_KNOWN, who=WHO, patience=patience, judge=_judge)
        fresh = _endpoints(body, issuer)
    except IntegrationError:
        if known is None:
            raise
        return known
    _known[issuer] = (time.monotonic(), fresh)
    return fresh


def origin(address: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _endpoints(body: dict[str, Any], issuer: str) -> Endpoints:
    if body.get("issuer") != issuer:
        raise Misconfigured("The address of Google in this server's settings is not Google's own.")
    names = ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "userinfo_endpoint")
    said = [body.get(name) for name in names]
    if not all(isinstance(each, str) and _is_fit(each, issuer) for each in said):
        raise OutcomeUnknown(f"{WHO} gave an answer that cannot be read.")
    return Endpoints(*map(str, said))


def _is_fit(address: str, issuer: str) -> bool:
    """Whether tokens may go there: to https, or to the issuer's own address, which an emulator has without."""
    try:
        return origin(address) == origin(issuer) or (origin(address).startswith("https://") and len(address) < 500)
    except ValueError:
        return False


def _judge(answer: Answer) -> IntegrationError:
    return TryLater("Google does not say where connecting begins.")
