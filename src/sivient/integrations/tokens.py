"""Valid access tokens. One refresh at a time per grant, across all processes (Zoom contract chapter 8).

Nobody holds a transaction while the vendor is asked, and nobody sleeps after its trouble: the row says when it may
be asked again, with the same refresh token. Expiry, leases and waits are read on the database's clock.
"""

import random
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from sivient.audit.log import record
from sivient.integrations import alarms, registry
from sivient.integrations.models import Grant
from sivient.jobs.queue import enqueue
from sivient.ports.errors import IntegrationError, Misconfigured, Reconnect, TryLater
from sivient.ports.http import Patience
from sivient.ports.vendor import Access, Tokens

EARLY = timedelta(minutes=5)  # before the access token ends
STILL_GOOD = timedelta(seconds=60)  # what must be left of it to be used when the refresh found nobody
LEASE = timedelta(seconds=45)
LONGEST_WAIT = 20.0  # seconds, for another process's refresh
IN_WORKER = Patience(connect=5, answer=20)
SOON = timedelta(seconds=1)
FIRST_WAITS = (1, 4, 15)  # seconds after the first failures in a row (contract chapter 8, step 7)
NEXT_WAIT, LONGEST_BACKOFF = 60.0, 3600.0  # seconds: doubled from the one to the other


@dataclass(frozen=True, slots=True)
class Held:
    """The tokens of a grant as they were read: which version they are, and whose."""

    grant: int
    vendor: str
    version: int
    access: Access
    refresh_token: str = field(repr=False)
    expires_at: datetime
    read_at: datetime  # the database's clock
    leased: bool  # somebody is renewing them
    failures: int  # to renew them, in a row
    refresh_after: datetime | None  # they may not be renewed before

    @property
    def wait(self) -> timedelta:
        """How long the vendor is left alone because it had trouble renewing them."""
        return max(timedelta(), self.refresh_after - self.read_at) if self.refresh_after else timedelta()

    def lasts(self, at_least: timedelta) -> bool:
        """Whether the access token is good for that much longer."""
        return self.expires_at - self.read_at > at_least


def fresh(grant_id: int, *, refused: int | None = None) -> Held:
    """Return tokens that are good now; `refused` is a version that the vendor did not accept.

    Reconnect: the permission is gone, and the host has been told. TryLater (also Misconfigured, never
    OutcomeUnknown): nothing is known, nothing changed; `after` says when it may be asked again.
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
        vendor=grant.vendor,
        version=grant.token_version,
        access=Access(grant.access_token, grant.scope, grant.pmi, grant.email, grant.address),
        refresh_token=grant.refresh_token,
        expires_at=grant.expires_at,
        read_at=grant.read_at,
        leased=grant.lease_until is not None and grant.lease_until > grant.read_at,
        failures=grant.refresh_failures,
        refresh_after=grant.refresh_after,
    )


def renewed(held: Held) -> Held:
    """Return the tokens that follow `held`: refreshed by us, or by whoever was first. Changes no state.

    TryLater: the vendor had trouble, now or a moment ago; then it is not asked at all.
    """
    oauth = registry.oauth(held.vendor, IN_WORKER)
    me = secrets.token_hex(16)
    if not _take_lease(held, me):
        return _await(held)
    try:
        tokens = oauth.refresh(held.refresh_token)
    except Reconnect:
        _drop_lease(held, me)
        newer = read(held.grant)
        if newer.version == held.version:
            raise
        return newer
    except IntegrationError as error:
        # The tokens may have been rotated and the answer lost. The same refresh token is tried again (contract
        # 2.3 saw a grace time); only the vendor's clear no ends the permission.
        raise _put_off(held, me, error) from error
    _store(held, tokens)
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
            enqueue("delivery.tell_reconnect", key=subject, payload={"connection": connection.pk})


def wake_bookings(grant: Grant) -> None:
    """Let the bookings of every host of a permission that works again get the links they waited for."""
    for host in grant.connections.values_list("user_id", flat=True):
        enqueue("delivery.links_wanted", key=f"account:{host}", payload={"user": host})


def backoff(failures: int) -> timedelta:
    """Return how long the vendor is left alone after so many failures in a row: 1, 4, 15 s, then up to an hour."""
    if failures <= len(FIRST_WAITS):
        return timedelta(seconds=FIRST_WAITS[failures - 1])
    longest = min(LONGEST_BACKOFF, NEXT_WAIT * 2 ** min(failures - len(FIRST_WAITS) - 1, 10))
    return timedelta(seconds=random.uniform(0.9 * longest, longest))  # noqa: S311 - spreads load, hides nothing


def _take_lease(held: Held, me: str) -> bool:
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    may = Q(refresh_after=None) | Q(refresh_after__lte=Now())
    same = Grant.objects.filter(free, may, pk=held.grant, token_version=held.version, state=Grant.State.CONNECTED)
    return bool(same.update(lease_owner=me, lease_until=Now() + LEASE))


def _drop_lease(held: Held, me: str) -> None:
    Grant.objects.filter(pk=held.grant, lease_owner=me).update(lease_owner="", lease_until=None)


def _put_off(held: Held, me: str, error: IntegrationError) -> TryLater:
    """Give the lease back and leave the vendor alone for a while; return the error that says for how long.

    Whatever it was, the request for which the tokens are wanted has not left: this is no unknown outcome.
    """
    wait = backoff(held.failures + 1)
    with transaction.atomic():
        Grant.objects.filter(pk=held.grant, lease_owner=me).update(
            lease_owner="", lease_until=None, refresh_failures=F("refresh_failures") + 1, refresh_after=Now() + wait
        )
        if isinstance(error, Misconfigured):
            alarms.app_refused(held.vendor)
    kind = Misconfigured if isinstance(error, Misconfigured) else TryLater
    return kind(str(error), after=wait)


def _store(held: Held, tokens: Tokens) -> None:
    """Store the new pair before it is used. No row: newer tokens were stored meanwhile, and they count.

    Also when our lease has run out: whoever had it since was told that the old refresh token is of no use any more,
    and may have noted the end. It was we who used it up, so the permission lives.
    """
    with transaction.atomic():
        same = Grant.objects.filter(pk=held.grant, token_version=held.version)
        grant = same.select_for_update().first()
        if grant is None:
            return
        same.update(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or held.refresh_token,
            scope=tokens.scope or held.access.scope,
            expires_at=held.read_at + tokens.lifetime,
            refreshed_at=Now(),
            refresh_failures=0,
            refresh_after=None,
            token_version=F("token_version") + 1,
            lease_owner="",
            lease_until=None,
            state=Grant.State.CONNECTED,
            reason="",
            state_since=None,
        )
        if grant.state != Grant.State.CONNECTED:
            wake_bookings(grant)
        alarms.app_accepted(held.vendor)


def _await(held: Held) -> Held:
    """Wait for whoever refreshes: until there are new tokens, or nobody is at it and there are none.

    Version and lease must be of one reading: new tokens are stored as the lease is given back.
    """
    pause, deadline = 0.1, time.monotonic() + LONGEST_WAIT
    newer = read(held.grant)
    while newer.version == held.version:
        if not newer.leased:
            raise TryLater("Our access could not be renewed a moment ago.", after=max(SOON, newer.wait))
        if time.monotonic() > deadline:
            raise TryLater("Our access is being renewed.", after=SOON)
        time.sleep(pause)
        pause = min(1.0, pause * 1.5)
        newer = read(held.grant)
    return newer
