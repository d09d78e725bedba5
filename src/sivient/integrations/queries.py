"""What is connected, and what the host should know about it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import QuerySet

from sivient.accounts.models import User
from sivient.accounts.plans import Feature, allows
from sivient.integrations import registry
from sivient.integrations.limits import warn_at
from sivient.integrations.models import Connection, Grant, OAuthFlow
from sivient.ports.conferencing import Ability
from sivient.ports.errors import Reconnect
from sivient.ports.vendor import Note, Provider

REMEMBERED = timedelta(hours=24)  # how long a host who never came back is told why that may be


class CardState(StrEnum):
    """What the card of a vendor says."""

    OFF = "off"  # turned off by the operator
    NOT_CONNECTED = "not_connected"
    CONNECTED = "connected"
    RECONNECT = "reconnect"
    DEAUTHORIZED = "deauthorized"  # removed at the vendor
    DISCONNECTED = "disconnected"  # ended here


@dataclass(frozen=True, slots=True)
class Card:
    """One vendor on the Integrations page. Moments are in UTC; `since` is when the state began."""

    provider: Provider
    state: CardState
    allowed: bool  # by the plan
    removal_page: str
    email: str = ""
    connected_at: datetime | None = None
    since: datetime | None = None
    reason: str = ""
    notes: tuple[Note, ...] = ()
    started_at: datetime | None = None  # the host went to the vendor and did not come back
    paused_until: datetime | None = None  # the vendor's daily limit is used up
    connection: int | None = None  # its number
    account: str = ""  # `Connection.account`
    label: str = ""  # how the host knows the account
    scope: str = ""  # what was granted
    nearly_used: int = 0  # meetings made or changed today (UTC), from the number on that the host is warned at

    @property
    def is_live(self) -> bool:
        """Whether there is a connection that can be ended."""
        return self.connected_at is not None


def connected(user: User, vendor: str) -> bool:
    """Say whether meetings can be made for the user now."""
    return Connection.objects.filter(
        user=user,
        vendor=vendor,
        state=Connection.State.CONNECTED,
        grant__state=Grant.State.CONNECTED,
        grant__client_id=registry.app(vendor).client_id,
    ).exists()


def grant_of(user: User, vendor: str) -> Grant | None:
    """Return the grant at the operator's present app that the user's connection uses, in whatever state; or None."""
    return Grant.objects.filter(
        connections__user=user,
        connections__vendor=vendor,
        connections__state=Connection.State.CONNECTED,
        client_id=registry.app(vendor).client_id,
    ).first()


def abilities(user: User, vendor: str) -> frozenset[Ability]:
    """Return what the user's permission allows beyond making meetings, as far as we know; nobody is asked."""
    grant = grant_of(user, vendor)
    if grant is None or grant.state != Grant.State.CONNECTED:
        return frozenset()
    return registry.provider(vendor).allowed(grant.scope)


def link_lasts(vendor: str) -> timedelta:
    """Return how long after a meeting's own date its link still works: so far a booking may move and keep it."""
    return registry.provider(vendor).link_lasts


def connections(user: User) -> QuerySet[Connection]:
    """Return what the user has connected and not ended here, each with its grant, if it still has one."""
    theirs = Connection.objects.filter(user=user).exclude(state=Connection.State.DISCONNECTED)
    return theirs.select_related("grant").order_by("vendor", "connected_at", "pk")


def working_grant(connection: Connection) -> Grant:
    """Return the grant of a connection that works, at the operator's present app. Reconnect: it does not."""
    label, grant = registry.provider(connection.vendor).label, connection.grant
    if grant is None or grant.client_id != registry.app(connection.vendor).client_id:
        raise Reconnect(f"{label} is not connected.")
    if grant.state != Grant.State.CONNECTED:
        raise Reconnect(grant.reason)
    return grant


def card(user: User, vendor: str, *, now: datetime) -> Card:
    """Return what the Integrations page says about a vendor of which a host connects one account."""
    connection = Connection.objects.filter(user=user, vendor=vendor).select_related("grant").first()
    return _card(user, vendor, connection, now)


def cards(user: User, vendor: str, *, now: datetime) -> list[Card]:
    """Return a card for each account of the vendor that the host has connected and not ended here."""
    return [_card(user, vendor, each, now) for each in connections(user).filter(vendor=vendor)]


def unconnected(user: User, vendor: str, *, now: datetime) -> Card:
    """Return the card of an account that is still to be connected."""
    return _card(user, vendor, None, now)


def _card(user: User, vendor: str, connection: Connection | None, now: datetime) -> Card:
    provider, app = registry.provider(vendor), registry.app(vendor)
    plain = Card(
        provider=provider,
        state=CardState.NOT_CONNECTED if app.configured else CardState.OFF,
        allowed=allows(user, Feature.SCHEDULING),
        removal_page=provider.removal_page(app),
        started_at=_gone_since(user, vendor, now),
    )
    if connection is None:
        return plain
    plain = replace(plain, connection=connection.pk, account=connection.account, label=connection.label)
    if connection.grant is not None and connection.state == Connection.State.CONNECTED:
        return _live(plain, connection, connection.grant, app.client_id, now)
    if not app.configured:
        return plain
    removed = connection.state == Connection.State.DEAUTHORIZED
    state = CardState.DEAUTHORIZED if removed else CardState.DISCONNECTED
    return replace(plain, state=state, since=connection.ended_at)


def _live(plain: Card, connection: Connection, grant: Grant, client_id: str, now: datetime) -> Card:
    known = replace(
        plain,
        email=grant.email,
        scope=grant.scope,
        connected_at=connection.connected_at,
        notes=plain.provider.notes(grant.user_type, grant.user_status),
        started_at=None,
    )
    if grant.client_id != client_id:
        reason = f"This server uses another {plain.provider.label} app now."
        return replace(known, state=CardState.RECONNECT if client_id else CardState.OFF, reason=reason)
    if grant.state == Grant.State.NEEDS_RECONNECT:
        return replace(known, state=CardState.RECONNECT, since=grant.state_since, reason=grant.reason)
    pause, used = grant.paused_until, grant.changes if grant.changes_on == now.date() else 0
    near = warn_at(grant.vendor)
    return replace(
        known,
        state=CardState.CONNECTED,
        paused_until=pause if pause and pause > now else None,
        nearly_used=used if near is not None and used >= near else 0,
    )


def to_reconnect(user: User, *, now: datetime) -> list[Card]:
    """Return the cards of the vendors that need a reconnect by the user."""
    return [each for each in ended_elsewhere(user, now=now) if each.state == CardState.RECONNECT]


def ended_elsewhere(user: User, *, now: datetime) -> list[Card]:
    """Return the cards of the vendors that ended what the user had allowed: one query while all is well.

    They say RECONNECT, or DEAUTHORIZED after a removal at the vendor. What the user ended here is not among them.
    """
    own = [registry.app(vendor).client_id for vendor in registry.PROVIDERS]
    ended = connections(user).exclude(
        state=Connection.State.CONNECTED, grant__state=Grant.State.CONNECTED, grant__client_id__in=own
    )
    found = [_card(user, each.vendor, each, now) for each in ended]
    return [each for each in found if each.state in (CardState.RECONNECT, CardState.DEAUTHORIZED)]


def _gone_since(user: User, vendor: str, now: datetime) -> datetime | None:
    """Return when the host last went to the vendor, if they have not come back from there."""
    last = OAuthFlow.objects.filter(user=user, vendor=vendor).order_by("-created_at").first()
    if last is None or last.returned_at is not None or now - last.created_at > REMEMBERED:
        return None
    return last.created_at
