"""Makes ids, codes and tokens in Zoom's shapes: the same ones for the same seed and order of requests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from sivient.vendors.zoom.emulator.store import Store

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Mint:
    """Draws from HMAC-SHA256(seed, count); the count is stored, so nothing comes twice after a restart."""

    def __init__(self, seed: int, store: Store) -> None:
        self._key = f"emulated zoom {seed}".encode()
        self._store = store

    def code(self) -> str:
        """Return an authorization code."""
        return self._word(40)

    def token(self, kind: str, user_id: str, issued_at: float) -> str:
        """Return a token that looks like a JWT, too long for a VARCHAR(500); what is in it means nothing."""
        header = _segment({"sv": "000002", "alg": "HS512", "v": "2.0", "kid": self._word(36)})
        claims = {"ver": 10, "auid": self._word(32), "code": self._word(343), "nbf": int(issued_at)}
        payload = _segment(claims | {"type": 0 if kind == "access" else 1, "uid": user_id, "jti": self._word(36)})
        return f"{header}.{payload}.{self._word(86)}"

    def meeting_id(self) -> int:
        """Return an id of eleven digits: above 2^33, so neither 32 bits nor a float32 hold it."""
        return 80_000_000_000 + int.from_bytes(self._draw()[:8], "big") % 19_000_000_000

    def meeting_uuid(self) -> str:
        """Return the base64 of 16 bytes. Two of three have `/`, which breaks unescaped URLs."""
        raw = bytearray(self._draw()[:16])
        match self._store.progress.drawn % 3:
            case 0:
                raw[0] |= 0b1111_1100  # the first letter is "/"
            case 1:
                raw[3:6] = b"\xff\xff\xff"  # "////" in the middle
        return base64.b64encode(raw).decode()

    def passcode(self) -> str:
        """Return six digits."""
        return f"{int.from_bytes(self._draw()[:8], 'big') % 1_000_000:06d}"

    def link_passcode(self) -> str:
        """Return the form of a passcode that stands in a join link."""
        return f"{self._word(31)}.1"

    def word(self, size: int) -> str:
        """Return letters and digits for any other purpose."""
        return self._word(size)

    def _word(self, size: int) -> str:
        drawn = b""
        while len(drawn) < size:
            drawn += self._draw()
        return "".join(LETTERS[byte % len(LETTERS)] for byte in drawn[:size])

    def _draw(self) -> bytes:
        progress = self._store.progress
        progress.drawn += 1
        self._store.keep()
        return hmac.new(self._key, str(progress.drawn).encode(), hashlib.sha256).digest()


def _segment(part: dict[str, object]) -> str:
    raw = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
