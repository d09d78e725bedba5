"""Which calendar receives a host's bookings: one for all, and where an event type says so, another one."""

from django.db import transaction

from sivient.accounts.models import User
from sivient.audit.log import record
from sivient.calendars.models import Calendar
from sivient.calendars.queries import targets
from sivient.integrations.models import Grant
from sivient.scheduling.models import EventType, SchedulingPage, Timetable

NO_TARGET = "Choose one of your calendars that bookings can be written into."


class CalendarUnfit(ValueError):
    """Bookings cannot be written into this calendar. The text is for the host."""


def choose_calendar(host: User, calendar: Calendar | None) -> None:
    """Let this calendar receive bookings, None: no calendar. Bookings that were made stay where they are.

    Raises CalendarUnfit for one that is not the host's, cannot be written to, or whose account is not connected.
    """
    with transaction.atomic():
        Timetable.take(host.pk)
        page, _ = SchedulingPage.objects.get_or_create(host=host)
        if calendar is not None and not targets(host).filter(pk=calendar.pk).exists():
            raise CalendarUnfit(NO_TARGET)
        page.calendar = calendar
        page.save(update_fields=["calendar"])
        record("calendar for bookings chosen", account=host.pk, actor="host")


def choose_first_calendar(host_id: int) -> bool:
    """Choose the main calendar of the account that the host has just connected if there is no choice to make.

    None is chosen where one is, or where there are several: a host who wants none is not overruled by a second
    account. Says whether it was.
    """
    with transaction.atomic():
        Timetable.take(host_id)
        host = User.objects.get(pk=host_id)
        SchedulingPage.objects.get_or_create(host=host)
        found = list(targets(host).filter(primary=True)[:2])
        if len(found) != 1:
            return False
        chosen = SchedulingPage.objects.filter(host=host, calendar=None).update(calendar=found[0])
        if chosen:
            record("calendar for bookings chosen", account=host_id, actor="system")
    return bool(chosen)


def target_of(host: User, event_type: EventType | None) -> Calendar | None:
    """Return the calendar that receives a booking now: the event type's own, else that of the settings.

    None: none was chosen, or its account does not let us in at the moment. The database is asked only about a choice.
    """
    page, own = getattr(host, "page", None), event_type.calendar_id if event_type else None
    chosen = own or (page.calendar_id if page else None)
    if chosen is None:
        return None
    return targets(host).filter(pk=chosen, connection__grant__state=Grant.State.CONNECTED).first()
