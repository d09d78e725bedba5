"""What one vendor does in its own way: paths, people, claims, the words of its errors."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sivient.vendors.oidc_emulator.errors import OAuthError
from sivient.vendors.oidc_emulator.tokens import Claims


class Person(Protocol):
    """What the account chooser needs to know of a person, whatever the vendor's claims are."""

    @property
    def key(self) -> str:
        """How tests name the person: `?auto=<key>`."""

    @property
    def name(self) -> str:
        """The full name, as in the `name` claim."""

    @property
    def email(self) -> str | None:
        """The `email` claim; not every account has one."""

    @property
    def about(self) -> str:
        """A few words for the chooser: which kind of account this is."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the vendor's pages differ from each other: its name, and its accent in light and dark."""

    name: str
    accent: str
    accent_dark: str


@dataclass(frozen=True, slots=True)
class Located:
    """What a path means: an endpoint's name, and the vendor's own part of the path (Microsoft: the tenant)."""

    endpoint: str  # discovery | authorize | token | jwks | userinfo | revoke
    audience: str = ""


P = TypeVar("P", bound=Person)


class Vendor(ABC, Generic[P]):
    """One vendor at one base address, and everybody who has an account there, in the order of the chooser."""

    look: ClassVar[Look]
    scopes: ClassVar[frozenset[str]]  # what an application may ask for
    replaces_refresh_tokens: ClassVar[bool]  # whether a refresh answers with a new one

    def __init__(self, base_url: str, everybody: Mapping[str, P]) -> None:
        self.base_url = base_url.rstrip("/")
        self.everybody = everybody

    @abstractmethod
    def locate(self, path: str) -> Located | None:
        """Say what a path means; None: nothing."""

    @abstractmethod
    def discovery(self, audience: str) -> Claims:
        """Return the discovery document, without what every provider here supports alike."""

    @abstractmethod
    def id_claims(self, person: P, scopes: Sequence[str], *, client_id: str, access_token: str, now: int) -> Claims:
        """Return the claims of an ID token: everything but aud, iat, exp and nonce."""

    @abstractmethod
    def profile(self, person: P, scopes: Sequence[str], *, client_id: str) -> Claims:
        """Return what the userinfo endpoint says."""

    @abstractmethod
    def wants_refresh_token(self, params: Mapping[str, str], *, seen_before: bool) -> bool:
        """Say whether this authorization request ends in a refresh token."""

    def people(self, audience: str) -> Sequence[P]:
        """Return whom the chooser offers."""
        return list(self.everybody.values())

    def granted(self, scopes: Sequence[str]) -> str:
        """Return the granted scopes as the token answer spells them."""
        return " ".join(scopes)

    def callback_extras(self, person: P, scopes: Sequence[str]) -> dict[str, str]:
        """Return what the vendor adds to the callback beside code and state."""
        return {}

    def tick_boxes(self, scopes: Sequence[str]) -> Mapping[str, str]:
        """Return which of these scopes the person may refuse one by one, with words; none: all or nothing."""
        return {}

    def declined(self) -> OAuthError:
        """Return the error of a person who pressed Cancel."""
        return OAuthError("access_denied", "")

    def error_body(self, error: OAuthError) -> dict[str, Any]:
        """Return the JSON of a refusal at the token endpoint (RFC 6749 5.2)."""
        return {"error": error.error, "error_description": error.description}
