"""Periodic work of accounts."""

from datetime import timedelta

from django.utils import timezone

from sivient.accounts.models import INVITATION_LIFETIME, LOGIN_LINK_LIFETIME, Invitation, LoginLink, Session
from sivient.jobs.models import Work
from sivient.jobs.registry import every


@every(timedelta(hours=6), "accounts.forget")
def forget_expired(work: Work) -> None:
    """Delete sessions and links that let nobody in any more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    LoginLink.objects.filter(created_at__lt=now - LOGIN_LINK_LIFETIME).delete()
    Invitation.objects.filter(created_at__lt=now - INVITATION_LIFETIME).delete()
