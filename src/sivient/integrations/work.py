"""The room's background work, registered with the worker. Each piece is safe to run twice."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from sivient.integrations import inbox, mails, registry, tokens
from sivient.integrations.deauthorization import settle
from sivient.integrations.leftovers import delete_leftovers
from sivient.integrations.models import Connection, Grant, Revocation, WebhookEvent
from sivient.integrations.scrub import empty_log, scrub_later
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.jobs.registry import every, handles
from sivient.ports.errors import IntegrationError, TryLater
from sivient.site import mailer

CALLS_LEASE = timedelta(seconds=90)  # up to three calls of 25 s: ask, renew, ask again
MAIL_LEASE = timedelta(seconds=60)
REVOKE_TRIES = 2


@handles("integrations.webhook", lease=CALLS_LEASE)
def handle_event(work: Work) -> None:
    """Act on a stored message, then forget its words: they name a vendor's user."""
    event = WebhookEvent.objects.filter(pk=work.payload["event"], handled_at=None).first()
    if event is None:
        return
    removal = inbox.inbox(event.vendor).deauthorization(event.body.encode())
    outcome = settle(event.vendor, removal, fresh=event.fresh) if removal else "ignored"
    with work_completion(work, result={"outcome": outcome}):
        WebhookEvent.objects.filter(pk=event.pk).update(body="", handled_at=timezone.now(), outcome=outcome)


@handles("integrations.scrub")
def scrub(work: Work) -> None:
    """Let no deleted token or identifier stay in the database's log."""
    empty_log()


@handles("integrations.revoke", lease=CALLS_LEASE)
def revoke(work: Work) -> None:
    """Withdraw tokens at the vendor, in at most two tries, and delete them whatever it says."""
    revocation = Revocation.objects.filter(pk=work.payload["revocation"]).first()
    if revocation is None:
        return
    revoked = False
    try:
        revoked = _withdraw(revocation)
    except TryLater:
        if work.attempt < REVOKE_TRIES:
            raise
    except IntegrationError:
        pass  # the vendor does not know these tokens any more, which is what was wanted
    with work_completion(work, result={"revoked": revoked}):
        revocation.delete()
        scrub_later()


@handles("integrations.tell_deauthorized", lease=MAIL_LEASE)
def tell_deauthorized(work: Work) -> None:
    """Mail a host whose connection was removed at the vendor, unless they have connected again meanwhile."""
    connection = Connection.objects.select_related("user").filter(pk=work.payload["connection"]).first()
    if connection is None or not connection.user.email:
        return
    if connection.state == Connection.State.DEAUTHORIZED:
        mailer.send(mails.deauthorized(connection), to=connection.user.email)


@handles("integrations.tell_reconnect", lease=MAIL_LEASE)
def tell_reconnect(work: Work) -> None:
    """Mail a host whose connection needs them, unless it does not any more."""
    connection = Connection.objects.select_related("user", "grant").filter(pk=work.payload["connection"]).first()
    if connection is None or connection.grant is None or not connection.user.email:
        return
    grant = connection.grant
    if grant.state == Grant.State.NEEDS_RECONNECT:
        mailer.send(mails.reconnect(connection, grant), to=connection.user.email)


@every(timedelta(hours=1), "integrations.tidy")
def tidy(work: Work) -> None:
    """Delete what has done its service."""
    delete_leftovers(now=timezone.now())


def _withdraw(revocation: Revocation) -> bool:
    """Revoke the access token; an expired one is renewed first, as the vendor takes only a valid one.

    False: the same vendor user has connected again meanwhile. What that cannot see is in docs/decisions/0004.
    """
    oauth = registry.provider(revocation.vendor).oauth(registry.app(revocation.vendor), tokens.IN_WORKER)
    access_token = revocation.access_token
    if revocation.expires_at <= timezone.now() and revocation.refresh_token:
        access_token = oauth.refresh(revocation.refresh_token).access_token
    if not _is_wanted(revocation):
        return False
    oauth.revoke(access_token)
    return True


def _is_wanted(revocation: Revocation) -> bool:
    """Whether the row still stands, once everybody who is deleting it just now has finished."""
    with transaction.atomic():
        return bool(Revocation.objects.select_for_update().filter(pk=revocation.pk).values_list("pk"))
