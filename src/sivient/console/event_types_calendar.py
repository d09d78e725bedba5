"""Which calendars the editor of an event type offers for its bookings."""

from sivient.accounts.models import User
from sivient.calendars.queries import targets
from sivient.console.calendars_names import Names
from sivient.scheduling.models import EventType, SchedulingPage


def calendar_choices(user: User, event_type: EventType) -> dict[int | str, str]:
    """Return what is offered by number, and "" for the one of all event types; {} where there is nothing to choose.

    A chosen calendar that cannot be written into any more stays among them: who renames the event type keeps it.
    """
    offered = list(targets(user))
    chosen = event_type.calendar
    if not offered and chosen is None:
        return {}
    page = SchedulingPage.objects.filter(host=user).select_related("calendar__connection").first()
    names = Names(user)
    general = names.full(page.calendar) if page and page.calendar else "nowhere"
    choices: dict[int | str, str] = {"": f"As in Integrations ({general})"}
    choices |= {each.pk: names.full(each) for each in offered}
    if chosen is not None and chosen not in offered:
        choices[chosen.pk] = f"{names.full(chosen)}, not connected"
    return choices
