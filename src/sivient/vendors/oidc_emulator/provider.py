"""What an emulated provider remembers."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from sivient.vendors.oidc_emulator.clients import Client
from sivient.vendors.oidc_emulator.grants import Grants, Token
from sivient.vendors.oidc_emulator.keys import SigningKeys
from sivient.vendors.oidc_emulator.tokens import Tampering
from sivient.vendors.oidc_emulator.vendor import Person, Vendor


@dataclass(slots=True)
class Provider:
    """One vendor with its one application, its keys and everything it has given out."""

    vendor: Vendor[Any]
    client: Client
    clock: Callable[[], datetime]
    keys: SigningKeys = field(default_factory=SigningKeys.fresh)
    grants: Grants = field(default_factory=Grants)
    tampering: Tampering = field(default_factory=Tampering)
    calls: Counter[str] = field(default_factory=Counter)  # requests by endpoint
    last_request: Mapping[str, str] = field(default_factory=dict)  # parameters of the last authorization request

    def now(self) -> int:
        """Return the present instant in epoch seconds."""
        return int(self.clock().timestamp())

    def person(self, key: str) -> Person:
        """Return the person a code or token speaks of."""
        person: Person = self.vendor.everybody[key]
        return person

    def bearer(self, request: httpx.Request) -> Token | None:
        """Return the living access token of a request (RFC 6750 2.1)."""
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        token = self.grants.access_tokens.get(value) if scheme.lower() == "bearer" else None
        return token if token and (token.expires_at or 0) > self.now() else None

    def forget(self) -> None:
        """Forget codes, tokens, counts and what was to be spoilt. The signing keys stay."""
        self.grants, self.tampering = Grants(), Tampering()
        self.calls.clear()
        self.last_request = {}

    def dump(self) -> dict[str, Any]:
        """Return what a state file keeps."""
        return {"keys": self.keys.dump(), "grants": self.grants.dump()}

    def load(self, kept: dict[str, Any]) -> None:
        """Go on from what `dump` wrote down."""
        self.keys, self.grants = SigningKeys.load(kept["keys"]), Grants.load(kept["grants"])
