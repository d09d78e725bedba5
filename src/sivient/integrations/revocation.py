"""Giving tokens back to the vendor (docs/decisions/0004): stored encrypted for a moment, tried twice, then deleted."""

import hashlib

from django.db import transaction
from django.db.models.functions import Now

from sivient.integrations import registry, tokens
from sivient.integrations.models import Grant, Revocation
from sivient.jobs.queue import enqueue
from sivient.ports.errors import Reconnect, TokenRefused
from sivient.ports.vendor import OAuth, Tokens


def digest(client_id: str, vendor_user_id: str) -> str:
    """Return what stands for a vendor user where the identifier itself is already deleted, or not ours to keep."""
    return hashlib.sha256(f"{client_id}\n{vendor_user_id}".encode()).hexdigest()


def withdraw(vendor: str, unwanted: Tokens) -> None:
    """Give tokens back that we cannot use. Whose they are is not known yet, see `carry_out`."""
    _revoke_later(
        Revocation(
            vendor=vendor,
            client_id=registry.app(vendor).client_id,
            access_token=unwanted.access_token,
            refresh_token=unwanted.refresh_token,
            expires_at=Now() + unwanted.lifetime,
            created_at=Now(),
        )
    )


def withdraw_grant(grant: Grant) -> None:
    """Give the tokens of a grant back that is about to be deleted."""
    _revoke_later(
        Revocation(
            vendor=grant.vendor,
            client_id=grant.client_id,
            vendor_user=digest(grant.client_id, grant.vendor_user_id),
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            expires_at=grant.expires_at,
            created_at=Now(),
        )
    )


def carry_out(pk: int) -> bool:
    """Revoke the access token; an expired one is renewed first, as the vendor takes only a valid one.

    False: it must not be revoked, because the same vendor user has allowed the app again since, and revoking an old
    token removes the app with the new one. Raises what the vendor's refusals and silences raise.
    """
    revocation = Revocation.objects.filter(pk=pk).annotate(read_at=Now()).first()
    if revocation is None:
        return False
    oauth = registry.oauth(revocation.vendor, tokens.IN_WORKER)
    access_token = revocation.access_token
    if revocation.expires_at <= revocation.read_at and revocation.refresh_token:
        access_token = oauth.refresh(revocation.refresh_token).access_token
    if not revocation.vendor_user and not _may_be_revoked(revocation, oauth, access_token):
        return False
    if not _is_wanted(revocation):
        return False
    oauth.revoke(access_token)
    return True


def _may_be_revoked(revocation: Revocation, oauth: OAuth, access_token: str) -> bool:
    """Ask whose the token is, and note it: when that user connects meanwhile, the row goes."""
    later = Grant.objects.filter(client_id=revocation.client_id, authorized_at__gte=revocation.created_at)
    try:
        user_id = oauth.account(access_token).user_id
    except TokenRefused:
        return False  # it has ended, perhaps by a later authorization of the same user
    except Reconnect:
        return not later.exists()  # it lacks the permission to say whose it is: anybody's later one may be theirs
    owner = digest(revocation.client_id, user_id)
    Revocation.objects.filter(pk=revocation.pk).update(vendor_user=owner)
    return not later.filter(vendor_user_id=user_id).exists()


def _is_wanted(revocation: Revocation) -> bool:
    """Whether the row still stands, once everybody who is deleting it just now has finished."""
    with transaction.atomic():
        return bool(Revocation.objects.select_for_update().filter(pk=revocation.pk).values_list("pk"))


def _revoke_later(revocation: Revocation) -> None:
    with transaction.atomic():
        revocation.save()
        enqueue("integrations.revoke", key=f"revocation:{revocation.pk}", payload={"revocation": revocation.pk})
