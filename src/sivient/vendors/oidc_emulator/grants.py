"""Codes and tokens an emulated provider has given out. Instants are epoch seconds; nothing here reads a clock."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from sivient.vendors.oidc_emulator.authorization import AuthorizationRequest
from sivient.vendors.oidc_emulator.errors import OAuthError

CODE_LIFETIME = 5 * 60
ACCESS_TOKEN_LIFETIME = 60 * 60


@dataclass(slots=True)
class Code:
    """One sign-in, waiting for the application to fetch it. A used code is kept until it expires."""

    person: str
    redirect_uri: str
    scopes: tuple[str, ...]
    nonce: str | None
    challenge: str | None
    params: Mapping[str, str]  # of the request that led to it
    expires_at: int
    used: bool = False


@dataclass(slots=True)
class Token:
    """A bearer token. A refresh token has no `expires_at`; `grant` ties together what one consent gave."""

    person: str
    scopes: tuple[str, ...]
    grant: str
    expires_at: int | None = None


@dataclass(slots=True)
class Grants:
    """Everything given out, by its secret value."""

    codes: dict[str, Code] = field(default_factory=dict)
    access_tokens: dict[str, Token] = field(default_factory=dict)
    refresh_tokens: dict[str, Token] = field(default_factory=dict)
    consented: set[str] = field(default_factory=set)  # who has been let in before
    granted: dict[str, list[str]] = field(default_factory=dict)  # what each person has allowed so far

    def give_code(self, person: str, request: AuthorizationRequest, *, now: int) -> str:
        """Return a new code for a person who said yes."""
        value = secrets.token_urlsafe(32)
        self.codes[value] = Code(
            person=person,
            redirect_uri=request.redirect_uri,
            scopes=request.scopes,
            nonce=request.nonce,
            challenge=request.challenge,
            params=dict(request.params),
            expires_at=now + CODE_LIFETIME,
        )
        return value

    def redeem(self, value: str, *, redirect_uri: str, verifier: str | None, now: int) -> Code:
        """Return the sign-in behind a code, once. Raise OAuthError."""
        code = self.codes.get(value)
        if code is None or code.expires_at <= now:
            raise OAuthError("invalid_grant", "The code is unknown or has expired.")
        if code.used:
            raise OAuthError("invalid_grant", "The code has already been used.")
        if code.redirect_uri != redirect_uri:
            raise OAuthError("invalid_grant", "redirect_uri is not the one of the authorization request.")
        if not _proves(code.challenge, verifier):
            raise OAuthError("invalid_grant", "code_verifier does not fit the code_challenge.")
        code.used = True
        return code

    def give_access(self, person: str, scopes: tuple[str, ...], grant: str, *, now: int) -> str:
        """Return a new access token."""
        value = secrets.token_urlsafe(32)
        self.access_tokens[value] = Token(person, scopes, grant, expires_at=now + ACCESS_TOKEN_LIFETIME)
        return value

    def give_refresh(self, person: str, scopes: tuple[str, ...], grant: str) -> str:
        """Return a new refresh token."""
        value = secrets.token_urlsafe(32)
        self.refresh_tokens[value] = Token(person, scopes, grant)
        return value

    def revoke(self, value: str) -> bool:
        """Forget the grant of an access or refresh token, its other tokens and the consent. False: not known."""
        token = self.access_tokens.get(value) or self.refresh_tokens.get(value)
        if token is None:
            return False
        for tokens in (self.access_tokens, self.refresh_tokens):
            for other in [key for key, each in tokens.items() if each.grant == token.grant]:
                del tokens[other]
        self.consented.discard(token.person)
        self.granted.pop(token.person, None)
        return True

    def withdraw(self, person: str) -> None:
        """Do what a person does who takes the application's access away: every token of theirs dies."""
        for tokens in (self.access_tokens, self.refresh_tokens):
            for value in [key for key, each in tokens.items() if each.person == person]:
                del tokens[value]
        self.consented.discard(person)
        self.granted.pop(person, None)

    def forget_expired(self, *, now: int) -> None:
        """Drop what has run out, so that a long-lived state file does not grow."""
        self.codes = {key: code for key, code in self.codes.items() if code.expires_at > now}
        self.access_tokens = {key: token for key, token in self.access_tokens.items() if (token.expires_at or 0) > now}

    def dump(self) -> dict[str, Any]:
        """Return what a state file keeps."""
        return {**asdict(self), "consented": sorted(self.consented)}

    @classmethod
    def load(cls, kept: dict[str, Any]) -> Self:
        """Return the grants that `dump` wrote down."""
        return cls(
            codes={key: Code(**_scopes_again(code)) for key, code in kept["codes"].items()},
            access_tokens={key: Token(**_scopes_again(token)) for key, token in kept["access_tokens"].items()},
            refresh_tokens={key: Token(**_scopes_again(token)) for key, token in kept["refresh_tokens"].items()},
            consented=set(kept["consented"]),
            granted=kept.get("granted", {}),
        )


def _scopes_again(kept: dict[str, Any]) -> dict[str, Any]:
    return {**kept, "scopes": tuple(kept["scopes"])}  # JSON has no tuples


def _proves(challenge: str | None, verifier: str | None) -> bool:
    """Compare as RFC 7636 4.6; a verifier without a challenge is a downgrade (RFC 9700 2.1.1)."""
    if challenge is None or verifier is None:
        return challenge is None and verifier is None
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"="), challenge.encode())
