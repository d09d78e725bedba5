"""Who vouches for a host: Google and Microsoft, with what each says in its own way (calendars contract 1.1, 2.1)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from sivient.core.text import clean_line, mail_address

Claims = Mapping[str, Any]

TENANT_IN_WORDS = "{tenantid}"  # what Microsoft's discovery document says for every tenant at once
LONGEST_ID = 255
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class UnfitClaims(Exception):
    """The ID token is signed, but does not say who it is about in the way its provider does."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who a provider says is there. `issuer` and `subject` are the identity; the rest is for display and mail.

    `domains` are the mail domains that the provider vouches for: the sign-up rule may rest on them.
    """

    provider: str
    issuer: str
    subject: str
    name: str
    email: str
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Provider:
    """A sign-in provider as this installation is configured for it."""

    key: str
    label: str
    client_id: str
    client_secret: str
    authority: str  # where its discovery document is
    is_issuer: Callable[[Claims, str, str], bool]  # (claims, issuer of the discovery document, authority)
    read: Callable[[Claims], Person]

    @property
    def discovery_url(self) -> str:
        """Return the address of the discovery document (OpenID Connect Discovery 4)."""
        return f"{self.authority}/.well-known/openid-configuration"

    @property
    def origin(self) -> str:
        """Return the origin that the sign-in form leads to."""
        parts = urlsplit(self.authority)
        return f"{parts.scheme}://{parts.netloc}"


def configured() -> dict[str, Provider]:
    """Return the providers that this installation offers, by key."""
    offered = (
        Provider(
            key="google",
            label="Google",
            client_id=settings.GOOGLE_CLIENT_ID,
            client_secret=settings.GOOGLE_CLIENT_SECRET,
            authority=settings.GOOGLE_ISSUER,
            is_issuer=is_google,
            read=read_google,
        ),
        Provider(
            key="microsoft",
            label="Microsoft",
            client_id=settings.MICROSOFT_CLIENT_ID,
            client_secret=settings.MICROSOFT_CLIENT_SECRET,
            authority=f"{settings.MICROSOFT_AUTHORITY}/v2.0",
            is_issuer=is_microsoft,
            read=read_microsoft,
        ),
    )
    return {provider.key: provider for provider in offered if provider.client_id}


def origins() -> list[str]:
    """Return the origins that a sign-in form may lead to, for the content security policy."""
    return [provider.origin for provider in configured().values()]


def is_google(claims: Claims, discovered: str, authority: str) -> bool:
    """Say whether the token is Google's own; old ones leave out the scheme."""
    return claims["iss"] in (authority, authority.partition("://")[2])


def is_microsoft(claims: Claims, discovered: str, authority: str) -> bool:
    """Say whether the token comes from the tenant it names.

    The keys of every tenant are the same, so a signature alone lets any tenant speak for any other.
    """
    tenant = claims.get("tid")
    if not isinstance(tenant, str) or not _GUID.fullmatch(tenant):
        return False
    return bool(claims["iss"] == discovered.replace(TENANT_IN_WORDS, tenant))


def read_google(claims: Claims) -> Person:
    """Return the person of a Google token: the subject is the same for every application and never reused."""
    email = _email(claims)
    domains = set()
    if email and claims.get("email_verified") in (True, "true"):
        domains = {email.rpartition("@")[2], _text(claims, "hd").lower()} - {""}
    return Person(
        provider="google",
        issuer=settings.GOOGLE_ISSUER,  # one name for both spellings of `iss`
        subject=_id(claims, "sub"),
        name=clean_line(_text(claims, "name"), 100),
        email=email,
        domains=frozenset(domains),
    )


def read_microsoft(claims: Claims) -> Person:
    """Return the person of a Microsoft token: (tenant issuer, oid).

    The address is whatever the tenant's administrator typed (nOAuth, contract 2.2) unless `xms_edov` vouches for it.
    """
    if claims.get("ver") != "2.0":
        raise UnfitClaims("not a token of the v2.0 endpoint")
    email = _email(claims)
    vouched = email and claims.get("xms_edov") in (True, 1, "1", "true", "True")
    return Person(
        provider="microsoft",
        issuer=_id(claims, "iss"),
        subject=_id(claims, "oid"),
        name=clean_line(_text(claims, "name"), 100),
        email=email,
        domains=frozenset({email.rpartition("@")[2]} if vouched else ()),
    )


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _id(claims: Claims, name: str) -> str:
    value = _text(claims, name)
    if not 0 < len(value) <= LONGEST_ID:
        raise UnfitClaims(f"{name} is missing or too long")
    return value


def _email(claims: Claims) -> str:
    """Return the address for mail, or "" when there is none that mail programs agree on."""
    try:
        return mail_address(_text(claims, "email"))
    except ValueError:
        return ""
