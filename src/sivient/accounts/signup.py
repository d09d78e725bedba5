"""Who may create an account on this installation: the setting SIVIENT_SIGNUP, in one place."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from sivient.accounts import onetime
from sivient.accounts.models import INVITATION_LIFETIME, Invitation
from sivient.accounts.providers import Person

DOMAINS = "domains:"
INVITATION_SPENT = "This invitation has been used or has expired. Ask the operator for a new link."


class SignUpRefused(Exception):
    """The person may not create an account here. The text is the sentence for them."""


def let_in(person: Person, *, invitation: str, now: datetime) -> None:
    """Return if the person may have an account, or raise SignUpRefused. Uses up the invitation, if one is needed."""
    rule: str = settings.SIGNUP
    if rule == "open":
        return
    if rule.startswith(DOMAINS):
        _require_domain(person, frozenset(rule.removeprefix(DOMAINS).split(",")))
    else:
        _use_invitation(invitation, now=now)


def invites(invitation: str, *, now: datetime) -> bool:
    """Say whether the invitation would let somebody in, without using it up. Other rules than `invite` need none."""
    return by_invitation() and bool(invitation) and _living(invitation, now=now).exists()


def by_invitation() -> bool:
    """Say whether nobody new gets in without an invitation."""
    rule: str = settings.SIGNUP
    return rule != "open" and not rule.startswith(DOMAINS)


def _require_domain(person: Person, allowed: frozenset[str]) -> None:
    if not person.domains & allowed:
        names = " or ".join(sorted(allowed))
        raise SignUpRefused(
            f"Accounts on this server are for people of {names}, and your provider did not confirm that."
        )


def _use_invitation(invitation: str, *, now: datetime) -> None:
    if not invitation:
        raise SignUpRefused("Accounts on this server are by invitation. Ask its operator for a link.")
    if not _living(invitation, now=now).update(used_at=now):  # only the first one wins
        raise SignUpRefused(INVITATION_SPENT)


def _living(invitation: str, *, now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        digest=onetime.digest(invitation), used_at=None, created_at__gt=now - INVITATION_LIFETIME
    )
