"""What each capability of a vendor needs, and which of it the reader has."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from sivient.accounts.models import User
from sivient.accounts.plans import Feature, allows
from sivient.booking.steps import CONFERENCE, step_key
from sivient.delivery.links import waiting_for_link
from sivient.integrations import queries, registry
from sivient.integrations.queries import Card, CardState
from sivient.jobs.models import Work
from sivient.scheduling.models import SchedulingPage
from sivient.scheduling.queries import bookable

_STATES = {
    CardState.OFF: "Turned off on this server",
    CardState.CONNECTED: "Connected",
    CardState.RECONNECT: "Reconnect needed",
}


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One line of the table. `state` is the reader's, `href` where it can be changed."""

    capability: str
    needs: str
    state: str = ""
    met: bool = False
    href: str = ""


def prerequisites(user: User | None, vendor: str) -> list[Prerequisite]:
    """Return the table for a vendor with a conferencing port; without a user, without states."""
    label = registry.provider(vendor).label
    needed = [(capability.format(label), needs.format(label)) for capability, needs in _NEEDS]
    if user is None:
        return [Prerequisite(capability, needs) for capability, needs in needed]
    card = queries.card(user, vendor, now=timezone.now())
    states = (_plan(user), _connection(card), _platform(user, vendor), _page(user), _host(user, card))
    return [
        Prerequisite(capability, needs, state, met, href)
        for (capability, needs), (state, met, href) in zip(needed, states, strict=True)
    ]


_NEEDS = (
    ("Connect {0}", "The plan Pro or above"),
    ("Choose {0} as Meeting Platform", "{0} is connected"),
    ("Bookings use {0}", "{0} is the Meeting Platform, in the settings or of an event type"),
    ("Guests find your page", "The page is published"),
    ("Links are made", "The {0} user may host meetings"),
)


def _plan(user: User) -> tuple[str, bool, str]:
    return user.get_plan_display(), allows(user, Feature.SCHEDULING), reverse("settings-plan")


def _connection(card: Card) -> tuple[str, bool, str]:
    state = _STATES.get(card.state, "Not connected")
    return state, card.state == CardState.CONNECTED, reverse("settings-integrations")


def _platform(user: User, vendor: str) -> tuple[str, bool, str]:
    page = SchedulingPage.objects.filter(host=user).first()
    own = user.event_types.filter(active=True, platform=vendor).exists()
    chosen = page.get_platform_display() if page and page.platform else "Not chosen"
    met = own or bool(page and page.platform == vendor)
    return (f"{chosen}, and event types with their own" if own else chosen), met, reverse("settings-scheduling")


def _page(user: User) -> tuple[str, bool, str]:
    published = bookable(user)
    return ("Published" if published else "Not published"), published, reverse("settings-scheduling")


def _host(user: User, card: Card) -> tuple[str, bool, str]:
    href = reverse("settings-integrations")
    if card.state != CardState.CONNECTED:
        return "Not known until it is connected", False, href
    if _refused(user):
        return "A meeting was refused. The booking's page says why", False, reverse("bookings")
    note = card.notes[0] if card.notes else None
    return (note.text if note else "Yes, when you connected"), note is None or note.anchor != "cannot-host", href


def _refused(user: User) -> bool:
    """Say whether the vendor refused the meeting of a booking that still waits for its link."""
    keys = [step_key(booking) for booking in waiting_for_link(user.pk, now=timezone.now())]
    refused = Work.objects.filter(kind=CONFERENCE, key__in=keys, state=Work.State.FAILED)
    return refused.filter(trouble=Work.Trouble.REJECTED).exists()
