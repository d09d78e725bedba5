"""Renewing access that nobody waits for: before it ends unused, and when there is doubt about it."""

from datetime import timedelta

from django.db.models.functions import Now

from sivient.accounts.models import User
from sivient.integrations import queries, registry
from sivient.integrations.models import Grant
from sivient.jobs.queue import enqueue

IDLE = timedelta(days=30)  # a refresh token that is not used for 90 days ends without a word (Zoom contract 2.3)
BATCH = 500


def plan_idle() -> None:
    """Have every grant renewed that was not for thirty days, each by work of its own: a bad one holds up none."""
    for vendor in (key for key, provider in registry.PROVIDERS.items() if provider.oauth is not None):
        idle = Grant.objects.filter(
            vendor=vendor,
            client_id=registry.app(vendor).client_id,
            state=Grant.State.CONNECTED,
            refreshed_at__lte=Now() - IDLE,
        )
        for grant in idle.exclude(refresh_after__gt=Now()).order_by("refreshed_at", "pk")[:BATCH]:
            renew_later(grant)


def check_later(user: User, vendor: str) -> None:
    """Find out in a while whether the user's connection still works: a connecting that came to nothing may end it.

    The vendor may have made new tokens all the same, and these end the former ones of the same vendor user.
    """
    grant = queries.grant_of(user, vendor)
    if grant is not None and grant.state == Grant.State.CONNECTED:
        renew_later(grant)


def renew_later(grant: Grant) -> None:
    """Have the tokens that the grant has now renewed once."""
    enqueue(
        "integrations.refresh", key=f"grant:{grant.pk}", payload={"grant": grant.pk, "version": grant.token_version}
    )
