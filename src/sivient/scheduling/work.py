"""The room's work, registered with the worker."""

from sivient.accounts.models import User
from sivient.jobs.models import Work
from sivient.jobs.registry import handles
from sivient.scheduling.calendar_choice import choose_first_calendar


@handles("scheduling.first_calendar")
def first_calendar(work: Work) -> None:
    """An account's calendars were found: its main one receives bookings from now on, if none was chosen yet."""
    host = work.payload["user"]
    if User.objects.filter(pk=host).exists():  # an account may be erased meanwhile
        choose_first_calendar(host)
