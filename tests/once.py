"""What takes long and is the same for every test: done once in a process, and used by all of its tests.

Making an RSA key takes 50 ms of computing, reading the trusted certificates 20 ms; thousands of tests want one or both.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any

import pytest
from joserfc.jwk import RSAKey

KEYS = 8  # more than any one test makes: within it, each key is another one


@contextmanager
def certificates_read_once() -> Iterator[None]:
    """Let the clients that httpx makes with its own file of certificates share what is in it."""
    read = ssl.create_default_context
    kept = lru_cache(lambda file: read(cafile=file))

    def create(*purpose: ssl.Purpose, **where: Any) -> ssl.SSLContext:
        return read(*purpose, **where) if purpose or set(where) != {"cafile"} else kept(where["cafile"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", create)
        yield


@contextmanager
def keys_made_once() -> Iterator[None]:
    """Let a few keys take turns as the emulated providers' newest one, under another name (`kid`) each time."""
    make, turns = RSAKey.generate_key, count()
    kept = lru_cache(lambda _, bits: make(bits).raw_value)

    def generate(bits: int, parameters: Any) -> RSAKey:
        raw = kept(next(turns) % KEYS, bits)
        return RSAKey(raw, raw, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RSAKey, "generate_key", generate)
        yield
