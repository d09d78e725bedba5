"""Finds the account that an operator means."""

import re

from sivient.accounts.models import User
from sivient.accounts.services import find


class NotTheOne(LookupError):
    """No account, or more than one; the text says what to give instead."""


def the_one(who: str) -> User:
    """Return the account with this handle, e-mail or number (`#7`); NotTheOne when there is none or more than one."""
    number = re.fullmatch(r"#(\d{1,18})", who.strip(), re.ASCII)
    found = list(User.objects.filter(pk=int(number[1]))) if number else find(who)
    if not found:
        raise NotTheOne(f"No account has the handle, e-mail or number {who}.")
    if len(found) > 1:
        # Quoted, because a shell takes a bare # for a comment.
        names = ", ".join(user.handle or f"'#{user.pk}'" for user in found)
        raise NotTheOne(f"{len(found)} accounts have this e-mail. Give one of these instead: {names}.")
    return found[0]
