"""A text column that is encrypted at rest (Fernet: AES-128-CBC with HMAC-SHA256)."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=1)
def cipher() -> MultiFernet:
    """Return the cipher of SIVIENT_TOKEN_KEYS: the newest key encrypts, every key decrypts."""
    return MultiFernet([Fernet(key) for key in settings.TOKEN_KEYS])


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that only this installation can read. A wrong key raises InvalidToken: never ciphertext as a value."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in; empty stays empty, so that 'no token' can be asked for."""
        return cipher().encrypt(value.encode()).decode() if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        """Decrypt on the way out."""
        return cipher().decrypt(value.encode()).decode() if value else ""
