"""The verbs of accounts. An account is found by identity, never by e-mail."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from sivient.accounts import handles, onetime, signup
from sivient.accounts.models import (
    INVITATION_LIFETIME,
    LOGIN_LINK_LIFETIME,
    FormerHandle,
    Identity,
    Invitation,
    LoginLink,
    Plan,
    Session,
    User,
)
from sivient.accounts.plans import Feature, allows
from sivient.accounts.providers import Person
from sivient.audit.log import record


class SwitchedOff(Exception):
    """The operator has switched the account off."""


class LinkSpent(Exception):
    """The login link was used, has expired, or never existed."""


class UnknownPlan(ValueError):
    """There is no such plan."""


def arrive(person: Person, *, invitation: str = "", now: datetime) -> User:
    """Return the account of a person whom a provider vouches for; a new one if the sign-up rule lets them in.

    Raises signup.SignUpRefused or SwitchedOff.
    """
    try:
        with transaction.atomic():
            user = _known(person, now=now) or _open_account(person, invitation=invitation, now=now)
    except IntegrityError:  # the same new person arrived twice at the same moment
        found = _known(person, now=now)
        if found is None:
            raise
        user = found
    if not user.is_active:
        raise SwitchedOff
    return user


def _known(person: Person, *, now: datetime) -> User | None:
    identity = Identity.objects.filter(issuer=person.issuer, subject=person.subject).select_related("user").first()
    if identity is None:
        return None
    user = identity.user
    if person.email and user.email == identity.email != person.email:  # mail follows the person to a new address
        user.email = person.email
        user.save(update_fields=["email"])
    identity.email, identity.last_used_at = person.email, now
    identity.save(update_fields=["email", "last_used_at"])
    return user


def _open_account(person: Person, *, invitation: str, now: datetime) -> User:
    signup.let_in(person, invitation=invitation, now=now)
    user = User(name=person.name, email=person.email, plan=settings.DEFAULT_PLAN)
    user.set_unusable_password()  # random: sessions are bound to it, see sign_out_everywhere
    user.save()
    Identity.objects.create(
        user=user,
        provider=person.provider,
        issuer=person.issuer,
        subject=person.subject,
        email=person.email,
        last_used_at=now,
    )
    record("account opened", account=user.pk, actor="host", subject=person.provider)
    return user


def change_handle(user: User, typed: str) -> None:
    """Give the host another handle. The old one keeps leading to the page, and stays theirs.

    Raises handles.HandleUnfit, also when the handle is taken.
    """
    handle = handles.check_free(typed, user)
    old = user.handle
    if handle == old:
        return
    try:
        with transaction.atomic():
            FormerHandle.objects.filter(user=user, handle=handle).delete()
            if old:
                FormerHandle.objects.get_or_create(handle=old, defaults={"user": user})
            User.objects.filter(pk=user.pk).update(handle=handle)
            record("handle changed", account=user.pk, actor="host")
    except IntegrityError as error:  # somebody else took it meanwhile
        raise handles.HandleTaken(handle) from error
    user.handle = handle


def save_profile(user: User, *, name: str, timezone: str) -> None:
    """Change the name that guests see and the zone (IANA) in which the host reads times."""
    with transaction.atomic():
        user.name, user.timezone = name, timezone
        user.save(update_fields=["name", "timezone"])
        record("profile changed", account=user.pk, actor="host")


def set_plan(user: User, plan: str, *, by: str = "operator") -> None:
    """Put the account on a plan. Raises UnknownPlan.

    One that does not open the scheduling page closes it at once; its connections are kept for a while
    (`integrations.unplanned`).
    """
    if plan not in Plan.values:
        raise UnknownPlan(f"There is no plan {plan}. Plans are {', '.join(Plan.values)}.")
    with transaction.atomic():
        user.plan = plan
        opens = allows(user, Feature.SCHEDULING)
        user.unplanned_since = None if opens else user.unplanned_since or timezone.now()
        user.save(update_fields=["plan", "unplanned_since"])
        record("plan set", account=user.pk, actor=by, subject=plan)


def sign_out_everywhere(user: User) -> None:
    """End every session of the account, in every browser."""
    with transaction.atomic():
        user.set_unusable_password()  # a session that a request is just storing dies too: its hash is of the old one
        user.save(update_fields=["password"])
        Session.objects.filter(account=user).delete()
        record("signed out everywhere", account=user.pk, actor="host")


def find(email_or_handle: str) -> list[User]:
    """Return the accounts with this handle or this e-mail address; an address may be shared."""
    wanted = email_or_handle.strip()
    if "@" in wanted:
        return list(User.objects.filter(email__iexact=wanted).order_by("pk"))
    return list(User.objects.filter(handle=handles.tidy(wanted)))


def invite() -> str:
    """Return the address of a link with which one person may create an account within seven days."""
    secret = onetime.new()
    Invitation.objects.create(digest=onetime.digest(secret), created_at=timezone.now())
    record("invitation made", account=None, actor="operator")
    return f"{settings.BASE_URL}{reverse('sign-in')}?{urlencode({'invitation': secret})}"


def login_link(user: User) -> str:
    """Return the address of a link that signs the host in once, within fifteen minutes."""
    secret = onetime.new()
    with transaction.atomic():
        LoginLink.objects.create(digest=onetime.digest(secret), user=user, created_at=timezone.now())
        record("login link made", account=user.pk, actor="operator")
    return f"{settings.BASE_URL}{reverse('login-link')}?{urlencode({'key': secret})}"


def peek_login_link(secret: str, *, now: datetime) -> User:
    """Return whom the link would sign in, without using it up. Raises LinkSpent."""
    link = _living_links(secret, now=now).select_related("user").first()
    if link is None or not link.user.is_active:
        raise LinkSpent
    return link.user


def use_login_link(secret: str, *, now: datetime) -> User:
    """Use the link up and return whom it signs in. Raises LinkSpent."""
    with transaction.atomic():
        user = peek_login_link(secret, now=now)
        if not _living_links(secret, now=now).update(used_at=now):  # only the first one wins
            raise LinkSpent
        record("login link used", account=user.pk, actor="host")
    return user


def forget_expired(*, now: datetime) -> None:
    """Delete sessions, login links and invitations that let nobody in any more."""
    Session.objects.filter(expire_date__lte=now).delete()
    LoginLink.objects.filter(created_at__lte=now - LOGIN_LINK_LIFETIME).delete()
    Invitation.objects.filter(created_at__lte=now - INVITATION_LIFETIME).delete()


def _living_links(secret: str, *, now: datetime) -> QuerySet[LoginLink]:
    return LoginLink.objects.filter(
        digest=onetime.digest(secret), used_at=None, created_at__gt=now - LOGIN_LINK_LIFETIME
    )
