"""Connect, disconnect, and use a host's connection."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from sivient.accounts.models import User
from sivient.audit.log import record
from sivient.integrations import alarms, queries, registry, tokens
from sivient.integrations.live import LiveConferencing
from sivient.integrations.models import Connection, Grant, OAuthFlow, Revocation
from sivient.integrations.revocation import digest, withdraw_grant
from sivient.integrations.scrub import scrub_later
from sivient.jobs.queue import enqueue
from sivient.ports.errors import Reconnect
from sivient.ports.vendor import Tokens, VendorAccount


def connect(user: User, vendor: str, new: Tokens, account: VendorAccount, *, asked_at: datetime) -> Connection:
    """Store a host's permission. Every token field is replaced, whatever stood there before.

    `asked_at` is when the tokens were asked for, on the database's clock. Everybody who shares the vendor user gets
    the new tokens, because the new authorization has killed the old ones; bookings of theirs that waited for a link
    are woken.
    """
    client_id = registry.app(vendor).client_id
    with transaction.atomic():
        before = _lock(user, vendor, client_id, account.user_id)
        grant = _store_grant(vendor, client_id, new, account, asked_at)
        connection, _ = Connection.objects.update_or_create(
            user=user,
            vendor=vendor,
            defaults={
                "grant": grant,
                "state": Connection.State.CONNECTED,
                "connected_at": grant.authorized_at,
                "ended_at": None,
            },
        )
        if before is not None and before.pk != grant.pk:
            _release(before)
        Revocation.objects.filter(vendor_user=digest(client_id, account.user_id)).delete()
        record(f"{vendor} connected", account=user.pk, actor="host", subject=f"connection:{connection.pk}")
        enqueue("integrations.early", key=f"grant:{grant.pk}", payload={"grant": grant.pk})
        alarms.app_accepted(vendor)
        tokens.wake_bookings(grant)
    return connection


def disconnect(user: User, vendor: str, *, by: str) -> bool:
    """End a host's connection; return whether there was one. `by` is the actor for the audit log.

    One transaction ends it, and deletes the grant with its tokens and identifiers when nobody else uses it: the
    card says "Not connected" at once. What the vendor must be told with, moves encrypted to a Revocation, whose
    job tries twice and then deletes it; hourly tidying deletes what a crash has left. So no token stays for long.
    """
    with transaction.atomic():
        grant = _lock(user, vendor)
        ended = Connection.objects.filter(user=user, vendor=vendor, state=Connection.State.CONNECTED)
        connection = ended.first()
        if connection is None:
            return False
        ended.update(state=Connection.State.DISCONNECTED, grant=None, ended_at=timezone.now())
        if grant is not None:
            _release(grant)
        record(f"{vendor} disconnected", account=user.pk, actor=by, subject=f"connection:{connection.pk}")
    return True


def disconnect_all(user: User, *, by: str) -> None:
    """End every connection of an account that is closing, and forget consent pages that are still open."""
    with transaction.atomic():
        OAuthFlow.objects.filter(user=user).delete()
        for vendor in registry.PROVIDERS:
            disconnect(user, vendor, by=by)


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


def try_now(user: User, vendor: str) -> None:
    """Forget that the vendor had trouble renewing the access: the next who needs it asks at once."""
    grant = queries.grant_of(user, vendor)
    if grant is not None:
        Grant.objects.filter(pk=grant.pk).update(refresh_after=None)


def _lock(user: User, vendor: str, client_id: str = "", vendor_user_id: str = "") -> Grant | None:
    """Lock the grants that a change touches, in the order of their ids; return the one the user has now."""
    touched = Q(connections__user=user, connections__vendor=vendor)
    touched |= Q(client_id=client_id, vendor_user_id=vendor_user_id)
    ids = list(Grant.objects.filter(touched).values_list("pk", flat=True))
    list(Grant.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    return Grant.objects.filter(connections__user=user, connections__vendor=vendor).first()


def _store_grant(vendor: str, client_id: str, new: Tokens, account: VendorAccount, asked_at: datetime) -> Grant:
    values = {
        "vendor": vendor,
        "vendor_account_id": account.account_id,
        "email": account.email,
        "user_type": account.user_type,
        "user_status": account.user_status,
        "pmi": account.personal_meeting_id,
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
    if grant.access_token:
        withdraw_grant(grant)
    grant.delete()
    scrub_later()
