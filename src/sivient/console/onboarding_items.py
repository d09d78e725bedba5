"""What a new host still has to do until people can book them: calendar, meetings, hours, link."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.urls import reverse

from sivient.accounts import plans
from sivient.accounts.models import User
from sivient.accounts.plans import Feature
from sivient.calendars.models import Calendar
from sivient.delivery.banner import unreadable
from sivient.integrations.queries import connected, connections
from sivient.integrations.registry import PROVIDERS
from sivient.scheduling.models import Hours, Platform, SchedulingPage
from sivient.scheduling.queries import bookable


class State(StrEnum):
    """How far an item is."""

    DONE = "done"
    TO_DO = "to do"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Action:
    """A button that leads on."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. `says` is what it is good for, or what is wrong."""

    icon: str
    title: str
    state: State
    says: str
    actions: tuple[Action, ...] = ()
    needs_pro: bool = False


def items(user: User, *, now: datetime) -> list[Item]:
    """Return the four items in their order."""
    return [_calendar(user, now), _meetings(user), _hours(user), _link(user)]


def _calendar(user: User, now: datetime) -> Item:
    integrations = f"{reverse('settings-integrations')}#calendars"
    title, has_plan = "Calendar", plans.allows(user, Feature.SCHEDULING)
    theirs = [each for each in connections(user) if PROVIDERS[each.vendor].calendars is not None]
    if unreadable(user.pk, now=now).exists():
        says = "One of your calendars cannot be read: your page shows no times until then."
        return Item("calendar-days", title, State.PROBLEM, says, (Action("See what you can do", integrations),))
    if not theirs:
        says = "Times that are taken there are never offered, and bookings are written into it."
        actions = (Action("Connect a calendar", integrations),) if has_plan else ()
        return Item("calendar-days", title, State.TO_DO, says, actions, needs_pro=not has_plan)
    if not Calendar.objects.filter(host=user, blocks=True).exists():
        says = "Connected, but no calendar blocks your times: guests can book while you are busy."
        return Item("calendar-days", title, State.TO_DO, says, (Action("Choose calendars", integrations),))
    names = ", ".join(each.label or PROVIDERS[each.vendor].label for each in theirs)
    return Item("calendar-days", title, State.DONE, names, (Action("See calendars", integrations),))


def _meetings(user: User) -> Item:
    page, integrations = SchedulingPage.objects.filter(host=user).first(), reverse("settings-integrations")
    settings = Action("Choose another platform", reverse("settings-scheduling"))
    has_plan = plans.allows(user, Feature.SCHEDULING)
    zoom = (Action("Connect Zoom", integrations),) if has_plan and not connected(user, "zoom") else ()
    if page is None or not page.platform:
        says = "Zoom makes a meeting for every booking. Or choose phone, in person, or a link of your own."
        return Item("video", "Where you meet", State.TO_DO, says, (*zoom, settings), needs_pro=not has_plan)
    if page.platform == Platform.ZOOM and zoom:
        says = "Zoom is not connected: bookings wait for their link."
        return Item("video", "Where you meet", State.PROBLEM, says, (*zoom, settings))
    return Item("video", "Where you meet", State.DONE, page.get_platform_display(), (settings,))


def _hours(user: User) -> Item:
    has_hours = Hours.objects.filter(schedule__host=user).exists()
    says = "Your weekly hours are set." if has_hours else "No hours are set, so no times can be offered."
    state = State.DONE if has_hours else State.PROBLEM
    return Item("clock", "Hours", state, says, (Action("Change hours", reverse("availability")),))


def _link(user: User) -> Item:
    if bookable(user):
        return Item("link", "Link", State.DONE, "Your page is published. Share its link:")
    missing = "a Meeting Platform is chosen"
    says = missing if plans.allows(user, Feature.SCHEDULING) else f"you are on Pro and {missing}"
    return Item("link", "Link", State.TO_DO, f"Your page is published once {says}.")
