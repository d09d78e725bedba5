"""Valid access tokens. One refresh at a time per grant, across all processes (Zoom contract chapter 8).

Nobody holds a transaction while the vendor is asked. Expiry and leases are read on the database's clock.
"""

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from sivient.audit.log import record
from sivient.integrations import registry
from sivient.integrations.models import Grant
from sivient.jobs.queue import enqueue
from sivient.ports.errors import IntegrationError, Reconnect, TryLater
from sivient.ports.http import Patience
from sivient.ports.vendor import Access, OAuth, Tokens

EARLY = timedelta(minutes=5)  # before the access token ends
STILL_GOOD = timedelta(seconds=60)  # what must be left of it to be used when the refresh found nobody
LEASE = timedelta(seconds=45)
LONGEST_WAIT = 20.0  # seconds, for another process's refresh
IN_WORKER = Patience(connect=5, answer=20)
SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Held:
    """The tokens of a grant as they were read: which version they are, and whose."""

    grant: int
    version: int
    access: Access
    refresh_token: str = field(repr=False)
    expires_at: datetime
    read_at: datetime  # the database's clock
    leased: bool  # somebody is renewing them

    def lasts(self, at_least: timedelta) -> bool:
        """Whether the access token is good for that much longer."""
        return self.expires_at - self.read_at > at_least


def fresh(grant_id: int, *, refused: int | None = None) -> Held:
    """Return tokens that are good now; `refused` is a version that the vendor did not accept.

    Reconnect: the permission is gone, and the host has been told. TryLater: nothing is known, nothing changed.
    """
    held = read(grant_id)
    if held.version != refused and held.lasts(EARLY):
        return held
    try:
        return renewed(held)
    except TryLater:
        if held.version != refused and held.lasts(STILL_GOOD):
            return held
        raise
    except Reconnect as error:
        end(held, str(error))
        raise


def read(grant_id: int) -> Held:
    """Return the tokens as they are. Reconnect: there are none, or they ended."""
    grant = Grant.objects.defer(None).annotate(read_at=Now()).filter(pk=grant_id).first()
    if grant is None:
        raise Reconnect("The connection has ended.")
    if grant.state != Grant.State.CONNECTED:
        raise Reconnect(grant.reason)
    return Held(
        grant=grant.pk,
        version=grant.token_version,
        access=Access(grant.access_token, grant.scope, grant.pmi),
        refresh_token=grant.refresh_token,
        expires_at=grant.expires_at,
        read_at=grant.read_at,
        leased=grant.lease_until is not None and grant.lease_until > grant.read_at,
    )


def renewed(held: Held) -> Held:
    """Return the tokens that follow `held`: refreshed by us, or by whoever was first. Changes no state."""
    me = secrets.token_hex(16)
    if not _take_lease(held, me):
        return _await(held)
    oauth = _oauth(held.grant)
    try:
        tokens = oauth.refresh(held.refresh_token)
    except Reconnect:
        _drop_lease(held, me)
        newer = read(held.grant)
        if newer.version == held.version:
            raise
        return newer
    except IntegrationError:
        # The tokens may have been rotated and the answer lost. The same refresh token is tried again (contract
        # 2.3 saw a grace time); only the vendor's clear no ends the permission.
        _drop_lease(held, me)
        raise
    _store(held, me, tokens)
    return read(held.grant)


def end(held: Held, reason: str) -> None:
    """Note that the permission is gone, unless newer tokens have come meanwhile. Each host is told once."""
    with transaction.atomic():
        same = Grant.objects.filter(pk=held.grant, token_version=held.version, state=Grant.State.CONNECTED)
        if not same.update(state=Grant.State.NEEDS_RECONNECT, reason=reason[:200], state_since=Now()):
            return
        for connection in Grant.objects.get(pk=held.grant).connections.all():
            subject = f"connection:{connection.pk}"
            record(
                f"{connection.vendor} needs reconnecting", account=connection.user_id, actor="vendor", subject=subject
            )
            enqueue("integrations.tell_reconnect", key=subject, payload={"connection": connection.pk})


def _take_lease(held: Held, me: str) -> bool:
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    same = Grant.objects.filter(free, pk=held.grant, token_version=held.version, state=Grant.State.CONNECTED)
    return bool(same.update(lease_owner=me, lease_until=Now() + LEASE))


def _drop_lease(held: Held, me: str) -> None:
    Grant.objects.filter(pk=held.grant, lease_owner=me).update(lease_owner="", lease_until=None)


def _store(held: Held, me: str, tokens: Tokens) -> None:
    """Store the new pair before it is used. No row: a new authorization was stored meanwhile, and it counts."""
    Grant.objects.filter(pk=held.grant, lease_owner=me, token_version=held.version).update(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or held.refresh_token,
        scope=tokens.scope or held.access.scope,
        expires_at=held.read_at + tokens.lifetime,
        refreshed_at=Now(),
        token_version=F("token_version") + 1,
        lease_owner="",
        lease_until=None,
    )


def _await(held: Held) -> Held:
    """Wait for whoever refreshes: until there are new tokens, or the lease is free again without any.

    Version and lease must be of one reading: new tokens are stored as the lease is given back.
    """
    pause, deadline = 0.1, time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        newer = read(held.grant)
        if newer.version != held.version:
            return newer
        if not newer.leased:
            break
        time.sleep(pause)
        pause = min(1.0, pause * 1.5)
    raise TryLater("Another attempt to renew the access is under way.", after=SOON)


def _oauth(grant_id: int) -> OAuth:
    grant = Grant.objects.get(pk=grant_id)
    return registry.provider(grant.vendor).oauth(registry.app(grant.vendor), IN_WORKER)
