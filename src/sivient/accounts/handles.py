"""The name in a scheduling page's address: what it may be, and whose it is."""

import re
import unicodedata

from sivient.accounts.models import FormerHandle, User

SHORTEST, LONGEST = 3, 40
_WORDS = """
about abuse account accounts admin administrator api app apps auth availability billing blog book booking
bookings business calendar confirm contact demo docs embed event events example free google guest healthz help
home host hosts integrations invite legal link login logout mail me meeting meetings metrics microsoft new null
office onboarding page plan plans press pricing privacy pro readyz root schedule scheduling security settings
sign-in sign-out sign-up signin signout signup sivient static status support system team teams terms tour
undefined user users webhook webhooks welcome www zoom
"""
RESERVED = frozenset(_WORDS.split())
_ALLOWED = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")


class HandleUnfit(Exception):
    """The handle breaks a rule. The text says which, for the person who typed it."""


class HandleTaken(HandleUnfit):
    """The handle belongs to somebody, or once did: old addresses keep leading to who gave them out."""

    def __init__(self, handle: str) -> None:
        super().__init__(f"{handle} is taken. Choose another handle.")


def tidy(typed: str) -> str:
    """Return what was typed as a handle is stored: without spaces around it, in small letters."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def check(typed: str) -> str:
    """Return the handle as it is stored, or raise HandleUnfit. Does not ask whether it is taken."""
    handle = tidy(typed)
    if not SHORTEST <= len(handle) <= LONGEST:
        raise HandleUnfit(f"A handle has {SHORTEST} to {LONGEST} characters.")
    if not _ALLOWED.fullmatch(handle):
        raise HandleUnfit("A handle has the letters a to z, digits and hyphens, and no hyphen at its start or end.")
    if handle in RESERVED:
        raise HandleUnfit(f"{handle} is a reserved word. Choose another handle.")
    return handle


def check_free(typed: str, user: User) -> str:
    """Return the handle as it is stored if `user` may have it, or raise HandleUnfit or HandleTaken."""
    handle = check(typed)
    # First who has it, then who had it: in between a handle can only move to the place that is read second.
    if User.objects.filter(handle=handle).exclude(pk=user.pk).exists():
        raise HandleTaken(handle)
    if FormerHandle.objects.filter(handle=handle).exclude(user=user).exists():
        raise HandleTaken(handle)
    return handle


def suggest(user: User) -> str:
    """Return a free handle made from the person's name, or else from their address; "" when neither gives one."""
    for source in (user.name, user.email.partition("@")[0]):
        plain = unicodedata.normalize("NFKD", source).encode("ascii", "ignore").decode().lower()
        words = re.findall(r"[a-z0-9]+", plain)
        base = "-".join(words)[: LONGEST - 3].strip("-")
        for wish in (words[0] if words else "", base, *(f"{base}-{number}" for number in range(2, 20))):
            try:
                return check_free(wish, user)
            except HandleUnfit:
                continue
    return ""
