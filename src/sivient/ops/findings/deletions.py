"""Are accounts here that were deleted? Asked after an old backup was restored (reliability.md section 3, row 43): the
deletion ledger knows what the database has forgotten.
"""

from collections.abc import Iterator
from datetime import datetime

from sivient.accounts.models import User
from sivient.ops import figures
from sivient.ops.findings.finding import Finding, Severity, number
from sivient.privacy import erasure, ledger, services
from sivient.privacy.ledger import Event, Line

Gone = tuple[User, Line]


def look(now: datetime) -> Iterator[Finding]:
    """Find accounts that stand as if they had never been closed or erased, and those that would go though they were
    restored.
    """
    last, deleted, restored = ledger.last_events(), list[Gone](), list[User]()
    for user in User.objects.order_by("pk").iterator():
        line = last.get(user.pk)
        if line is None or line.at < user.created_at:
            continue  # or a number that was given anew after an earlier restore: that was somebody else
        if line.event == Event.ERASED or (line.event == Event.CLOSED and user.closed_at is None):
            deleted.append((user, line))
        elif line.event == Event.RESTORED and user.closed_at is not None and user.closed_at < line.at:
            restored.append(user)
    yield from _deleted(deleted)
    yield from _restored(restored)


def _deleted(gone: list[Gone]) -> Iterator[Finding]:
    if gone:
        yield Finding(
            "accounts-deleted",
            Severity.OPERATOR,
            f"{number(len(gone), 'account')} that the deletion ledger says were closed or erased.",
            "The database is older than their deletion: what they asked to have deleted is here again.",
            "`sivient doctor --reconcile --fix` closes them as of the day on which they were, and erases those that "
            "were erased. Upcoming bookings stay, so that no guest is told twice.",
            len(gone),
            figures.some((f"account {user.pk}" for user, _ in gone), len(gone)),
            lambda: _delete_again(gone),
        )


def _delete_again(gone: list[Gone]) -> str:
    for user, line in gone:
        services.close(user, keep_bookings=True, by="operator", now=line.at)
        if line.event == Event.ERASED:
            erasure.erase(user.pk)
    return f"Deleted {number(len(gone), 'account')} again."


def _restored(users: list[User]) -> Iterator[Finding]:
    if users:
        yield Finding(
            "accounts-restored",
            Severity.OPERATOR,
            f"{number(len(users), 'account')} that are about to be erased, though their hosts had restored them.",
            "The database is older than that: 30 days after they were closed a worker erases them.",
            "Write to the hosts: signing in restores the account again. `sivient login-link '#7'` lets one in.",
            len(users),
            figures.some((f"account {user.pk}" for user in users), len(users)),
        )
