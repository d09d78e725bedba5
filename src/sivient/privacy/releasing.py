"""Let go of a closed account's calendars once the events of its cancelled bookings are out of them.

Disconnected before, they would stay in the calendars of the host and of all guests (reliability.md row 31). It takes
seconds; a calendar that is away is waited for, but no longer than an hour.
"""

from datetime import timedelta

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.steps import EVENT_REMOVED
from sivient.integrations.models import Connection
from sivient.integrations.services import disconnect_all
from sivient.jobs.clock import database_now
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.ports.errors import TryLater

RELEASE = "privacy.release"
PATIENCE = timedelta(hours=1)  # from when it was asked for
LOOK_AGAIN = timedelta(seconds=15)


def needed(user: User) -> list[int]:
    """Return the numbers of the connections through which events of the account are yet to be removed."""
    steps = Work.objects.filter(kind=EVENT_REMOVED, state=Work.State.WAITING).values_list("payload", flat=True)
    removals = {payload["booking"]: payload.get("event") for payload in steps}
    own = Booking.objects.filter(pk__in=removals, host=user).values_list("pk", "event")
    events = [removals[booking] or event for booking, event in own]
    through = Connection.objects.filter(calendars__events__in=events, state=Connection.State.CONNECTED)
    return list(through.values_list("pk", flat=True).distinct())


def plan_release(user: User, *, by: str) -> None:
    """Have the account's calendars let go as soon as may be; `by` is the actor for the audit log."""
    enqueue(RELEASE, key=f"account:{user.pk}", payload={"user": user.pk, "by": by})


def release(work: Work) -> None:
    """End what is left of a closed account's connections. TryLater: an event is yet to be removed, and there is time.

    An account that was restored meanwhile keeps them.
    """
    user = User.objects.filter(pk=work.payload["user"], closed_at__isnull=False).first()
    if user is None:
        return
    if needed(user) and database_now() < work.asked_at + PATIENCE:
        raise TryLater("Events are being taken out of the calendar.", after=LOOK_AGAIN)
    disconnect_all(user, by=work.payload["by"])
