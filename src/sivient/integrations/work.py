"""The room's background work, registered with the worker. Each piece is safe to run twice."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from sivient.integrations import alarms, inbox, renewal, tokens
from sivient.integrations.deauthorization import Outcome, settle, settle_early
from sivient.integrations.leftovers import delete_leftovers
from sivient.integrations.models import Revocation, WebhookEvent
from sivient.integrations.revocation import carry_out
from sivient.integrations.scrub import empty_log, scrub_later
from sivient.integrations.unplanned import end_unplanned
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.jobs.registry import every, handles
from sivient.ports.errors import IntegrationError, Reconnect, TryLater

CALLS_LEASE = timedelta(seconds=90)  # up to three calls of 25 s: ask, renew, ask again
UNHEARD = timedelta(days=1)  # a removal that could not be checked for so long is the operator's matter
REVOKE_TRIES = 2


@handles("integrations.webhook", lease=CALLS_LEASE)
def handle_event(work: Work) -> None:
    """Act on a stored message, then forget its words: they name a vendor's user."""
    event = WebhookEvent.objects.filter(pk=work.payload["event"], handled_at=None).first()
    if event is None:
        return
    removal = inbox.inbox(event.vendor).deauthorization(event.body.encode())
    unheard = WebhookEvent.objects.filter(vendor=event.vendor, handled_at=None, received_at__lte=Now() - UNHEARD)
    try:
        outcome = settle(event, removal) if removal else "ignored"
    except TryLater:
        if unheard.filter(pk=event.pk).exists():
            alarms.removal_unheard(event.vendor)
        raise
    done: dict[str, Any] = {"body": "", "handled_at": timezone.now(), "outcome": outcome}
    if outcome != Outcome.UNKNOWN_USER:
        done["vendor_user"] = ""
    with work_completion(work, result={"outcome": outcome}):
        WebhookEvent.objects.filter(pk=event.pk).update(**done)
        if not unheard.exists():
            alarms.removals_heard(event.vendor)


@handles("integrations.early", lease=CALLS_LEASE)
def handle_early_event(work: Work) -> None:
    """Act on a removal that was told while the host was still on the way back to us."""
    outcome = settle_early(work.payload["grant"])
    with work_completion(work, result={"outcome": outcome or "none"}):
        pass


@every(timedelta(hours=1), "integrations.keep_alive")
def keep_alive(work: Work) -> None:
    """Plan the renewal of access that nobody has used for long."""
    renewal.plan_idle()


@handles("integrations.refresh", lease=CALLS_LEASE, slow=True)
def refresh(work: Work) -> None:
    """Renew the tokens of a grant, unless somebody has done so since."""
    with suppress(Reconnect):  # the hosts have been told, or there is no grant any more
        tokens.fresh(work.payload["grant"], refused=work.payload["version"])


@handles("integrations.scrub")
def scrub(work: Work) -> None:
    """Let no deleted token or identifier stay in the database's log."""
    empty_log()


@handles("integrations.revoke", lease=CALLS_LEASE)
def revoke(work: Work) -> None:
    """Withdraw tokens at the vendor, in at most two tries, and delete them whatever it says."""
    pk, revoked = work.payload["revocation"], False
    try:
        revoked = carry_out(pk)
    except TryLater:
        if work.attempt < REVOKE_TRIES:
            raise
    except IntegrationError:
        pass  # the vendor does not know these tokens any more, which is what was wanted
    with work_completion(work, result={"revoked": revoked}):
        Revocation.objects.filter(pk=pk).delete()
        scrub_later()


@every(timedelta(hours=1), "integrations.tidy")
def tidy(work: Work) -> None:
    """Delete what has done its service, and end what no plan opens any more."""
    now = timezone.now()
    delete_leftovers(now=now)
    end_unplanned()
    inbox.forget_refused(now)
