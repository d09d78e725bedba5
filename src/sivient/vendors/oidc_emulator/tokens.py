"""ID tokens: compact JWS (RFC 7515), signed honestly, or spoilt on purpose for one test."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from joserfc import jwt

from sivient.vendors.oidc_emulator.keys import SigningKeys, new_key

Claims = dict[str, Any]

SIGNATURES = ("good", "unknown-key", "none", "public-key-as-secret")
AN_HOUR = 3600


def half_hash(value: str) -> str:
    """Return the left half of the SHA-256 of `value`: the `at_hash` of an access token (OpenID Core 3.1.3.6)."""
    return _b64(hashlib.sha256(value.encode()).digest()[:16])


@dataclass(frozen=True, slots=True)
class Tampering:
    """What is wrong with the next ID token. The default spoils nothing."""

    claims: Mapping[str, Any] = field(default_factory=dict)  # replace or add these
    drop: tuple[str, ...] = ()  # leave these out
    expired: bool = False  # issued and expired two hours ago
    signature: str = "good"  # one of SIGNATURES
    kid: str | None = None  # name this key in the header; the right key signs

    @classmethod
    def from_json(cls, wish: object) -> Self:
        """Read the body of `/__ctl/next-token`. Raise ValueError: a misspelt wish must not make a test pass."""
        if not isinstance(wish, dict):
            raise ValueError("an object is expected")
        wanted = {"claims": {}, "drop": [], "expired": False, "signature": "good", "kid": None, **wish}
        claims, drop, kid = wanted.pop("claims"), wanted.pop("drop"), wanted.pop("kid")
        expired, signature = wanted.pop("expired"), wanted.pop("signature")
        if wanted:
            raise ValueError(f"unknown: {', '.join(sorted(wanted))}")
        if signature not in SIGNATURES:
            raise ValueError(f"signature is one of {', '.join(SIGNATURES)}")
        if not (isinstance(drop, list) and all(isinstance(name, str) for name in drop)):
            raise ValueError("drop is a list of claim names")
        if not (isinstance(claims, dict) and isinstance(expired, bool) and isinstance(kid, str | None)):
            raise ValueError("claims is an object, expired is true or false, kid is a text")
        return cls(claims, tuple(drop), expired, signature, kid)

    def spoil(self, claims: Claims) -> Claims:
        """Return the claims of the token as the test wants them."""
        spoilt = dict(claims)
        if self.expired:
            spoilt |= {name: claims[name] - 3 * AN_HOUR for name in ("iat", "nbf", "exp") if name in claims}
        spoilt |= self.claims
        return {name: value for name, value in spoilt.items() if name not in self.drop}

    def sign(self, claims: Claims, keys: SigningKeys) -> str:
        """Return the compact token."""
        header = {"typ": "JWT", "alg": "RS256", "kid": self.kid or keys.current.kid}
        match self.signature:
            case "none":
                return f"{_signing_input(header | {'alg': 'none'}, claims)}."
            case "public-key-as-secret":
                # The old confusion attack: a verifier that trusts the header's `alg` takes the published
                # RSA key as an HMAC secret, and everybody has that.
                signing_input = _signing_input(header | {"alg": "HS256"}, claims)
                secret = keys.current.as_pem(private=False)
                return f"{signing_input}.{_b64(hmac.digest(secret, signing_input.encode(), 'sha256'))}"
            case "unknown-key":
                return jwt.encode(header, claims, new_key())
            case _:
                return jwt.encode(header, claims, keys.current)


def _signing_input(header: Claims, claims: Claims) -> str:
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (header, claims))
    return ".".join(_b64(part) for part in parts)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
