"""Secrets of links that work once: the link carries the secret, the database only its SHA-256."""

import hashlib
import secrets


def new() -> str:
    """Return a fresh secret, 256 bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is stored of a secret. It is random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
