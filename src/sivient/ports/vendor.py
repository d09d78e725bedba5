"""How a vendor describes itself: who we are there, what a host allows us, what it sends us.

Adding a vendor is one `Provider` in its folder and its name in `integrations/registry.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sivient.ports.calendars import Calendars, PushInbox
from sivient.ports.conferencing import Ability, Conferencing
from sivient.ports.http import Patience


@dataclass(frozen=True, slots=True)
class App:
    """The operator's registration at a vendor, and where the vendor is."""

    client_id: str
    client_secret: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)  # newest first; two during a rotation
    oauth_base: str
    api_base: str
    networks: tuple[str, ...] = ()  # private networks (CIDR) that an address which a host typed may lead to

    @property
    def configured(self) -> bool:
        """Whether the operator has turned the vendor on."""
        return bool(self.client_id)


@dataclass(frozen=True, slots=True)
class Tokens:
    """One answer of a token endpoint. `refresh_token` and `scope` are empty when the answer did not repeat them."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lifetime: timedelta  # of the access token, from the moment it was asked for
    scope: str


@dataclass(frozen=True, slots=True)
class VendorAccount:
    """Who allowed us in. Everything but `user_id` may be missing at the vendor."""

    user_id: str
    account_id: str = ""
    email: str = ""
    user_type: int | None = None
    user_status: str = ""
    personal_meeting_id: int | None = None
    address: str = ""  # of the server that the host named, as it is to be used


@dataclass(frozen=True, slots=True)
class Entered:
    """What a host typed to connect without a consent page. An address may be all there is."""

    address: str = field(repr=False)  # it may be a secret
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """What a call for a host needs: a token that is valid now, and what we know of the vendor account."""

    token: str = field(repr=False)  # or the password, or the secret address
    scope: str = ""
    personal_meeting_id: int | None = None
    user: str = ""  # who signs in with a password
    address: str = ""  # of the server that the host named


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence for the host about their vendor account; `anchor` is its entry in the vendor's guide."""

    text: str
    anchor: str


class OAuth(Protocol):
    """The authorization code flow with PKCE, in a vendor's dialect."""

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str, login_hint: str = "") -> str:
        """Return the consent page's address. `verifier` itself is not part of it, only its digest.

        `login_hint` is the address of the account that is meant, where one is.
        """
        ...

    def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> Tokens:
        """Turn a code into tokens. Rejected: the code is expired, used or foreign.

        `refresh_token` is empty when the answer had none: then the permission does not last, and is of no use.
        """
        ...

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens. Reconnect: the permission is gone."""
        ...

    def revoke(self, access_token: str) -> None:
        """Withdraw the permission at the vendor."""
        ...

    def account(self, access_token: str) -> VendorAccount:
        """Return who allowed us in. TokenRefused: this token is not accepted."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """A message whose signature is right. Not `fresh`: outside the replay window. `reply`: to be answered at once."""

    event: str
    fresh: bool
    reply: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Deauthorization:
    """The vendor's user removed us from the app `client_id`, "" when it did not say from which.

    `at` is the vendor's time of it, None when it did not say.
    """

    client_id: str
    user_id: str
    at: datetime | None


class Inbox(Protocol):
    """What a vendor sends us unasked."""

    def receive(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Received | None:
        """Check the signature over the raw body; None when it is wrong."""
        ...

    def deauthorization(self, body: bytes) -> Deauthorization | None:
        """Read a message that `receive` accepted; None when it says something else."""
        ...


@dataclass(frozen=True, slots=True)
class Provider:
    """A vendor: its words for the Integrations page, and what it can do. What it cannot do is None."""

    key: str
    label: str
    summary: str  # one sentence: what connecting gives the host
    abilities: tuple[str, ...]  # what we can do in the host's account
    limits: str  # and what we cannot
    oauth: Callable[[App, Patience], OAuth] | None
    grants_enough: Callable[[str], bool]  # whether a granted `scope` allows what we ask for
    notes: Callable[[int | None, str], tuple[Note, ...]]  # by user type and status
    consent_origins: Callable[[App], tuple[str, ...]]  # where the consent page may send the browser on to
    removal_page: Callable[[App], str]  # where the vendor's user removes us
    conferencing: Callable[[App, Access], Conferencing] | None = None
    calendars: Callable[[App, Access, Patience], Calendars] | None = None
    enter: Callable[[App, Entered, Patience], VendorAccount] | None = None  # instead of a consent page: who it is, or
    # Rejected with a sentence for the host
    push: PushInbox | None = None
    several: bool = False  # a host may connect several accounts
    inbox: Callable[[App], Inbox] | None = None
    allowed: Callable[[str], frozenset[Ability]] = lambda scope: frozenset()  # beyond making meetings, by granted scope
    missing: Callable[[str], tuple[str, ...]] = lambda scope: ()  # by granted scope: what does not work, sentences for
    # the host
    link_lasts: timedelta = timedelta()  # so long after a meeting's own date its link still works
    daily_changes: int = 0  # meetings that it lets one of its users make or change in a day; 0: any number
