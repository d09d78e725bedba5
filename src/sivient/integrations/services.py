"""Connect, disconnect, and use a host's connection."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from sivient.accounts.models import User
from sivient.accounts.plans import Feature, allows
from sivient.audit.log import record
from sivient.integrations import alarms, queries, registry, tokens
from sivient.integrations.live import LiveConferencing
from sivient.integrations.live_calendars import LiveCalendars
from sivient.integrations.models import Connection, Grant, OAuthFlow, Revocation
from sivient.integrations.revocation import digest, withdraw_grant
from sivient.integrations.scrub import scrub_later
from sivient.jobs.clock import database_now
from sivient.jobs.queue import enqueue
from sivient.ports.calendars import Calendars
from sivient.ports.errors import Reconnect, Rejected, TryLater
from sivient.ports.http import Patience
from sivient.ports.vendor import Entered, Tokens, VendorAccount

# Two calls. Giving up early costs more than waiting: Zoom may have ended the former tokens already.
WHILE_SOMEBODY_WAITS = Patience(connect=3, answer=10)
UNENDING = timedelta(days=36_500)  # a password lasts until somebody changes it


def connect(user: User, vendor: str, new: Tokens, account: VendorAccount, *, asked_at: datetime) -> Connection:
    """Store a host's permission. Every token field is replaced, whatever stood there before.

    `asked_at` is when the tokens were asked for, on the database's clock. Everybody who shares the vendor user gets
    the new tokens, because the new authorization has killed the old ones; bookings of theirs that waited for a link
    are woken. Where a host may connect several accounts, another vendor user is another connection.
    """
    provider, client_id = registry.provider(vendor), registry.app(vendor).client_id
    vendor_user = digest(client_id, account.user_id)
    which = vendor_user if provider.several else ""
    with transaction.atomic():
        before = _lock(user, vendor, which, client_id, account.user_id)
        grant = _store_grant(vendor, client_id, new, account, asked_at)
        connection = _store_connection(user, vendor, which, grant)
        if before is not None and before.pk != grant.pk:
            _release(before)
        Revocation.objects.filter(vendor_user=vendor_user).delete()
        record(f"{vendor} connected", account=user.pk, actor="host", subject=f"connection:{connection.pk}")
        enqueue("integrations.early", key=f"grant:{grant.pk}", payload={"grant": grant.pk})
        if provider.calendars is not None:
            enqueue("calendars.discover", key=f"connection:{connection.pk}", payload={"connection": connection.pk})
        alarms.app_accepted(vendor)
        tokens.wake_bookings(grant)
    return connection


def enter(user: User, vendor: str, entered: Entered) -> Connection:
    """Connect with what the host typed, where there is no consent page; the vendor is asked while the host waits.

    Rejected: its sentence says what is wrong with it. TryLater: nobody answered. What was typed is stored encrypted,
    and belongs to this host alone, whoever else has typed the same.
    """
    provider, app = registry.provider(vendor), registry.app(vendor)
    if provider.enter is None:
        raise Rejected(f"{provider.label} is not connected with a password.")
    if not allows(user, Feature.SCHEDULING):
        raise Rejected(f"{provider.label} is part of Pro.")
    asked_at = database_now()
    account = provider.enter(app, entered, WHILE_SOMEBODY_WAITS)
    own = replace(account, user_id=digest(str(user.pk), account.user_id))
    kept = Tokens(entered.password or entered.address, refresh_token="", lifetime=UNENDING, scope="")
    return connect(user, vendor, kept, own, asked_at=asked_at)


def disconnect(user: User, vendor: str, *, by: str, account: str = "") -> bool:
    """End a host's connection; return whether there was one. `by` is the actor for the audit log.

    `account` is the connection's own, where a host may have several. One transaction ends it, and deletes the grant
    with its tokens and identifiers when nobody else uses it: the card says "Not connected" at once. What the vendor
    must be told with, moves encrypted to a Revocation, whose job tries twice and then deletes it; hourly tidying
    deletes what a crash has left. So no token stays for long.
    """
    with transaction.atomic():
        grant = _lock(user, vendor, account)
        ended = Connection.objects.filter(user=user, vendor=vendor, account=account, state=Connection.State.CONNECTED)
        connection = ended.first()
        if connection is None:
            return False
        ended.update(state=Connection.State.DISCONNECTED, grant=None, ended_at=timezone.now())
        if grant is not None:
            _release(grant)
        if registry.provider(vendor).calendars is not None:
            enqueue("calendars.forget", key=f"connection:{connection.pk}", payload={"connection": connection.pk})
        record(f"{vendor} disconnected", account=user.pk, actor=by, subject=f"connection:{connection.pk}")
    return True


def disconnect_all(user: User, *, by: str, but: Collection[int] = ()) -> None:
    """End every connection of an account that is closing, and forget consent pages that are still open.

    Those whose numbers are in `but` stay for a while.
    """
    with transaction.atomic():
        OAuthFlow.objects.filter(user=user).delete()
        connected = user.connections.filter(state=Connection.State.CONNECTED, vendor__in=registry.PROVIDERS)
        for connection in connected.exclude(pk__in=but):
            disconnect(user, connection.vendor, by=by, account=connection.account)


def conferencing_for(user: User, vendor: str) -> LiveConferencing:
    """Return what makes meetings for the user; its calls ask the vendor, so they are for workers only.

    Reconnect: not connected, or not any more. The vendor is not asked for that.
    """
    provider = registry.provider(vendor)
    grant = queries.grant_of(user, vendor)
    if grant is None or provider.conferencing is None:
        raise Reconnect(f"{provider.label} is not connected.")
    if grant.state != Grant.State.CONNECTED:
        raise Reconnect(grant.reason)
    return LiveConferencing(provider.conferencing, registry.app(vendor), grant.pk, provider.allowed(grant.scope))


def calendars_for(connection: Connection, patience: Patience = tokens.IN_WORKER) -> LiveCalendars:
    """Return the calendars of a connected account; their calls renew its access, so they are for workers only.

    Reconnect: not connected, or not any more. The vendor is not asked for that.
    """
    provider, grant = registry.provider(connection.vendor), queries.working_grant(connection)
    if provider.calendars is None:
        raise Reconnect(f"{provider.label} has no calendars.")
    return LiveCalendars(provider.calendars, registry.app(connection.vendor), grant.pk, patience)


def calendars_now(connection: Connection, patience: Patience) -> Calendars:
    """Return the calendars of a connected account with the access that we have, for a question while a guest waits.

    Reconnect: not connected, or not any more. TryLater: the access has run out, and a worker has to renew it.
    """
    provider, grant = registry.provider(connection.vendor), queries.working_grant(connection)
    if provider.calendars is None:
        raise Reconnect(f"{provider.label} has no calendars.")
    held = tokens.read(grant.pk)
    if not held.lasts(timedelta()):
        raise TryLater("Our access has to be renewed first.")
    return provider.calendars(registry.app(connection.vendor), held.access, patience)


def try_now(user: User, vendor: str) -> None:
    """Forget that the vendor had trouble renewing the access, to any account: the next who needs it asks at once."""
    live = Connection.objects.filter(user=user, vendor=vendor, state=Connection.State.CONNECTED)
    Grant.objects.filter(pk__in=live.values("grant")).update(refresh_after=None)


def _lock(user: User, vendor: str, account: str = "", client_id: str = "", vendor_user_id: str = "") -> Grant | None:
    """Lock the grants that a change touches, in the order of their ids; return the one the connection has now."""
    now = Q(connections__user=user, connections__vendor=vendor, connections__account=account)
    touched = now | Q(client_id=client_id, vendor_user_id=vendor_user_id)
    ids = list(Grant.objects.filter(touched).values_list("pk", flat=True))
    list(Grant.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    return Grant.objects.filter(now).first()


def _store_connection(user: User, vendor: str, account: str, grant: Grant) -> Connection:
    values = {
        "grant": grant,
        "state": Connection.State.CONNECTED,
        "label": grant.email if account else "",  # of the one that is all, the grant knows it
        "connected_at": grant.authorized_at,
        "ended_at": None,
    }
    connection, _ = Connection.objects.update_or_create(user=user, vendor=vendor, account=account, defaults=values)
    return connection


def _store_grant(vendor: str, client_id: str, new: Tokens, account: VendorAccount, asked_at: datetime) -> Grant:
    values = {
        "vendor": vendor,
        "vendor_account_id": account.account_id,
        "email": account.email,
        "user_type": account.user_type,
        "user_status": account.user_status,
        "pmi": account.personal_meeting_id,
        "address": account.address,
        "access_token": new.access_token,
        "refresh_token": new.refresh_token,
        "scope": new.scope,
        "expires_at": asked_at + new.lifetime,
        "state": Grant.State.CONNECTED,
        "reason": "",
        "state_since": None,
        "authorized_at": Now(),
        "refreshed_at": Now(),
        "lease_owner": "",
        "lease_until": None,
        "refresh_failures": 0,
        "refresh_after": None,
    }
    grown = {"generation": F("generation") + 1, "token_version": F("token_version") + 1}
    grant, _ = Grant.objects.update_or_create(
        client_id=client_id, vendor_user_id=account.user_id, defaults=values | grown, create_defaults=values
    )
    return Grant.objects.get(pk=grant.pk)


def _release(grant: Grant) -> None:
    """Delete a grant that nobody uses any more, and have its tokens withdrawn at the vendor."""
    if grant.connections.filter(state=Connection.State.CONNECTED).exists():
        return
    described = registry.PROVIDERS.get(grant.vendor)
    if grant.access_token and described is not None and described.oauth is not None:
        withdraw_grant(grant)
    grant.delete()
    scrub_later()
