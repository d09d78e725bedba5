"""A vendor's user removed us there (Zoom contract 7.5): tokens and identifiers go at once, every host is told."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from sivient.audit.log import record
from sivient.integrations import registry, tokens
from sivient.integrations.models import Connection, Grant, WebhookEvent
from sivient.integrations.revocation import digest
from sivient.integrations.scrub import scrub_later
from sivient.jobs.queue import enqueue
from sivient.ports.errors import Reconnect, Rejected, TokenRefused, TryLater
from sivient.ports.vendor import Deauthorization

# The vendor's clock may differ from ours by as much as a message's timestamp may. A removal that was told for a
# moment so soon after the last authorization may have come before it.
CLOCKS_DIFFER = timedelta(minutes=5)
CONNECTING = timedelta(minutes=10)  # an event may come that long before its user's connection is stored


class Outcome(StrEnum):
    """What became of an event; stored with it."""

    OTHER_APP = "other app"
    UNKNOWN_USER = "unknown user"
    STILL_ALLOWED = "still allowed"  # the event is about an older authorization
    ENDED = "ended"


def settle(event: WebhookEvent, told: Deauthorization) -> Outcome:
    """Act on a removal. One that may be older than the last authorization, stale or nameless is checked first.

    TryLater: the vendor could not be asked; nothing changed. May be run twice.
    """
    client_id = registry.app(event.vendor).client_id
    if told.client_id and told.client_id != client_id:
        return Outcome.OTHER_APP
    # Noted before we look: a host who is connecting just now is found here, or finds this (`settle_early`).
    user = digest(client_id, told.user_id)
    WebhookEvent.objects.filter(pk=event.pk).update(vendor_user=user, about_at=told.at)
    grant = Grant.objects.filter(vendor=event.vendor, client_id=client_id, vendor_user_id=told.user_id).first()
    if grant is None:
        return Outcome.UNKNOWN_USER
    ours = bool(told.client_id)
    newer = told.at is not None and told.at >= grant.authorized_at + CLOCKS_DIFFER
    return _ended(grant) if ours and newer and event.fresh else _checked(grant)


def settle_early(grant_id: int) -> Outcome | None:
    """Act on a removal that was told before the connection was stored; None when there was none. As `settle`."""
    grant = Grant.objects.filter(pk=grant_id).first()
    if grant is None:
        return None
    early = WebhookEvent.objects.filter(
        vendor_user=digest(grant.client_id, grant.vendor_user_id), received_at__gte=grant.authorized_at - CONNECTING
    )
    if not early.exists():
        return None
    outcome = _checked(grant)
    early.update(vendor_user="")
    return outcome


def _checked(grant: Grant) -> Outcome:
    """Ask the vendor with the grant's tokens, and with renewed ones before believing a refusal."""
    oauth = registry.oauth(grant.vendor, tokens.IN_WORKER)
    try:
        held = tokens.read(grant.pk)
        try:
            oauth.account(held.access.token)
        except TokenRefused:
            oauth.account(tokens.renewed(held).access.token)
    except Reconnect:
        return _ended(grant)
    except Rejected as error:  # it says nothing about the permission: an administrator's block, a limit of the app
        raise TryLater(str(error)) from error
    return Outcome.STILL_ALLOWED


def _ended(grant: Grant) -> Outcome:
    """Delete the grant and end its connections, unless somebody authorized again since it was read."""
    with transaction.atomic():
        same = Grant.objects.select_for_update().filter(pk=grant.pk, generation=grant.generation)
        if not same.exists():
            return Outcome.STILL_ALLOWED
        now = timezone.now()
        for connection in list(grant.connections.all()):
            _end_connection(connection, now)
        grant.delete()
        scrub_later()
    return Outcome.ENDED


def _end_connection(connection: Connection, now: datetime) -> None:
    """End one host's connection; the mail that tells the host is work of its own, so that it cannot hold this up."""
    subject = f"connection:{connection.pk}"
    Connection.objects.filter(pk=connection.pk).update(state=Connection.State.DEAUTHORIZED, grant=None, ended_at=now)
    record(f"{connection.vendor} deauthorized", account=connection.user_id, actor="vendor", subject=subject)
    enqueue("delivery.tell_deauthorized", key=subject, payload={"connection": connection.pk})
