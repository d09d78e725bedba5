"""What of this room is deleted by its age, because no account's erasure would find it."""

from datetime import datetime, timedelta

from sivient.accounts.models import PURGE_AFTER
from sivient.integrations.models import Grant, OAuthFlow, Revocation, WebhookEvent
from sivient.jobs.models import Work

TOKENS_KEPT = timedelta(hours=1)  # the vendor has been told long before, or never will be
EARLY_KEPT = timedelta(hours=1)  # the user whom a removal named has connected since, or did not
FLOWS_KEPT = timedelta(days=2)  # longer than the card remembers them


def delete_leftovers(*, now: datetime) -> None:
    """Delete what has done its service: above all tokens that were on their way out when something broke."""
    long_ago = now - PURGE_AFTER
    Revocation.objects.filter(created_at__lte=now - TOKENS_KEPT).delete()
    Grant.objects.filter(connections=None).delete()
    OAuthFlow.objects.filter(created_at__lte=now - FLOWS_KEPT).delete()
    WebhookEvent.objects.filter(received_at__lte=now - EARLY_KEPT).exclude(vendor_user="").update(vendor_user="")
    WebhookEvent.objects.filter(received_at__lte=long_ago).exclude(pk__in=_waiting_events()).delete()
    ended = Work.objects.exclude(state=Work.State.WAITING)
    ended.filter(kind__startswith="integrations.", created_at__lte=long_ago).delete()


def _waiting_events() -> list[int]:
    """Return the events that still wait to be acted on, however old: with their body the tokens would be kept."""
    waiting = Work.objects.filter(kind="integrations.webhook", state=Work.State.WAITING)
    return [payload["event"] for payload in waiting.values_list("payload", flat=True)]
