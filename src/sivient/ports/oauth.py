"""What is the same in every vendor's dialect of OAuth: the PKCE challenge, and what a token answer holds."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from sivient.core.text import clean_line
from sivient.ports.errors import OutcomeUnknown
from sivient.ports.vendor import Tokens

SCOPE_LIMIT = 4000  # characters; what vendors send today is far shorter
LIFETIME = timedelta(hours=1)  # of an access token, when the answer does not say


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def read_tokens(body: dict[str, Any], *, who: str, longest: timedelta = timedelta(days=1)) -> Tokens:
    """Return the tokens of an answer (RFC 6749, 5.1), or raise OutcomeUnknown: `who`, the vendor, may have made some.

    An access token whose lifetime is missing, or not below `longest`, is used for an hour.
    """
    refresh, seconds = body.get("refresh_token"), body.get("expires_in")
    known = isinstance(seconds, int) and 0 < seconds < longest.total_seconds()
    return Tokens(
        access_token=_token(body.get("access_token"), who),
        refresh_token=_token(refresh, who) if refresh else "",
        lifetime=timedelta(seconds=int(seconds or 0)) if known else LIFETIME,
        scope=clean_line(str(body.get("scope") or ""), SCOPE_LIMIT),
    )


def _token(value: object, who: str) -> str:
    """Return a token, which is opaque but must be fit for a header."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value or " " in value:
        raise OutcomeUnknown(f"{who} gave an answer that cannot be read.")
    return value
