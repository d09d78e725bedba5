"""Finds the account that an operator means."""

from sivient.accounts.models import User
from sivient.accounts.services import find


class NotTheOne(LookupError):
    """No account, or more than one; the text says what to give instead."""


def the_one(who: str) -> User:
    """Return the account with this handle or e-mail; NotTheOne when there is none or more than one."""
    found = find(who)
    if not found:
        raise NotTheOne(f"No account has the handle or e-mail {who}.")
    if len(found) > 1:
        handles = ", ".join(user.handle or f"(no handle, account {user.pk})" for user in found)
        raise NotTheOne(f"{len(found)} accounts have this e-mail. Give the handle instead: {handles}.")
    return found[0]
