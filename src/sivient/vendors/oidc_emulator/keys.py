"""The keys that sign ID tokens: RS256, published as a JWK set, rotated on demand (RFC 7517)."""

import secrets
from dataclasses import dataclass
from typing import Any, Self

from joserfc.jwk import RSAKey

BITS = 2048


def new_key() -> RSAKey:
    """Return a fresh RSA key with a random `kid`."""
    return RSAKey.generate_key(BITS, parameters={"kid": secrets.token_hex(16), "use": "sig", "alg": "RS256"})


@dataclass(slots=True)
class SigningKeys:
    """The key in use, and the one before it: tokens signed a moment ago stay verifiable."""

    current: RSAKey
    previous: RSAKey | None = None

    @classmethod
    def fresh(cls) -> Self:
        """Return keys nobody has seen before."""
        return cls(new_key())

    def rotate(self) -> None:
        """Sign with a new key from now on; the key before the last is published no more."""
        self.previous, self.current = self.current, new_key()

    def published(self) -> dict[str, Any]:
        """Return the JWK set: public halves, newest first."""
        keys = [self.current] if self.previous is None else [self.current, self.previous]
        return {"keys": [key.as_dict(private=False) for key in keys]}

    def dump(self) -> dict[str, Any]:
        """Return what a state file keeps, private halves included."""
        return {
            "current": self.current.as_dict(private=True),
            "previous": self.previous and self.previous.as_dict(private=True),
        }

    @classmethod
    def load(cls, kept: dict[str, Any]) -> Self:
        """Return the keys that `dump` wrote down."""
        previous = kept["previous"]
        return cls(RSAKey.import_key(kept["current"]), previous and RSAKey.import_key(previous))
