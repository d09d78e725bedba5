"""A vendor's user removed us there (Zoom contract 7.5): tokens and identifiers go at once, every host is told."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from sivient.audit.log import record
from sivient.integrations import registry, tokens
from sivient.integrations.models import Connection, Grant
from sivient.integrations.scrub import scrub_later
from sivient.jobs.queue import enqueue
from sivient.ports.errors import Reconnect, TokenRefused
from sivient.ports.vendor import Deauthorization


class Outcome(StrEnum):
    """What became of an event; stored with it."""

    OTHER_APP = "other app"
    UNKNOWN_USER = "unknown user"
    STILL_ALLOWED = "still allowed"  # the event is about an older authorization
    ENDED = "ended"


def settle(vendor: str, event: Deauthorization, *, fresh: bool) -> Outcome:
    """Act on a removal. An event from before the last authorization, or a stale one, is believed only after asking.

    TryLater: the vendor could not be asked; nothing changed. May be run twice.
    """
    client_id = registry.app(vendor).client_id
    if event.client_id != client_id:
        return Outcome.OTHER_APP
    grant = Grant.objects.filter(vendor=vendor, client_id=client_id, vendor_user_id=event.user_id).first()
    if grant is None:
        return Outcome.UNKNOWN_USER
    certain = fresh and event.at is not None and event.at >= grant.authorized_at
    if not certain and _still_allowed(grant):
        return Outcome.STILL_ALLOWED
    return Outcome.ENDED if _end(grant) else Outcome.STILL_ALLOWED


def _still_allowed(grant: Grant) -> bool:
    """Ask the vendor with the grant's tokens, and with renewed ones before believing a refusal."""
    oauth = registry.provider(grant.vendor).oauth(registry.app(grant.vendor), tokens.IN_WORKER)
    try:
        held = tokens.read(grant.pk)
        try:
            oauth.account(held.access.token)
        except TokenRefused:
            oauth.account(tokens.renewed(held).access.token)
    except Reconnect:
        return False
    return True


def _end(grant: Grant) -> bool:
    """Delete the grant and end its connections, unless somebody authorized again since it was read."""
    with transaction.atomic():
        same = Grant.objects.select_for_update().filter(pk=grant.pk, generation=grant.generation)
        if not same.exists():
            return False
        now = timezone.now()
        for connection in list(grant.connections.all()):
            _end_connection(connection, now)
        grant.delete()
        scrub_later()
    return True


def _end_connection(connection: Connection, now: datetime) -> None:
    """End one host's connection; the mail that tells the host is work of its own, so that it cannot hold this up."""
    subject = f"connection:{connection.pk}"
    Connection.objects.filter(pk=connection.pk).update(state=Connection.State.DEAUTHORIZED, grant=None, ended_at=now)
    record(f"{connection.vendor} deauthorized", account=connection.user_id, actor="vendor", subject=subject)
    enqueue("integrations.tell_deauthorized", key=subject, payload={"connection": connection.pk})
