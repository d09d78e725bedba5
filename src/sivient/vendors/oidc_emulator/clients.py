"""The one application that may use an emulated provider, and how it proves who it is."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from sivient.vendors.oidc_emulator.errors import OAuthError


@dataclass(frozen=True, slots=True)
class Client:
    """A registered application (RFC 6749 2)."""

    id: str
    secret: str
    redirect_uris: tuple[str, ...]
    name: str

    def authenticate(self, form: Mapping[str, str], authorization: str | None) -> None:
        """Check `client_secret_basic` or `client_secret_post` (RFC 6749 2.3.1), else raise OAuthError."""
        if authorization is None:
            offered = (form.get("client_id", ""), form.get("client_secret", ""))
        elif "client_secret" in form:
            raise OAuthError("invalid_request", "The client used two ways to authenticate at once.")
        else:
            offered = _basic(authorization)
        if not (_same(offered[0], self.id) and _same(offered[1], self.secret)):
            raise OAuthError("invalid_client", "The client is unknown or its secret is wrong.", status=401)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _same(offered: str, expected: str) -> bool:
    return hmac.compare_digest(offered.encode(), expected.encode())
