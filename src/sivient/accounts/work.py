"""Periodic work of accounts."""

from datetime import timedelta

from django.utils import timezone

from sivient.accounts.services import forget_expired
from sivient.jobs.models import Work
from sivient.jobs.registry import every


@every(timedelta(hours=6), "accounts.forget")
def forget(work: Work) -> None:
    """Delete sessions and links that let nobody in any more."""
    forget_expired(now=timezone.now())
