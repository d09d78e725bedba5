"""What a vendor's row on the Integrations page shows: its card, and what booking and scheduling know about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.console.integrations_words import Notice
from sivient.core.moments import city, clock, day
from sivient.delivery.banner import beyond, waiting_words
from sivient.delivery.links import waiting_for_link
from sivient.integrations.queries import Card, CardState
from sivient.scheduling.models import EventType


@dataclass(frozen=True, slots=True)
class Row:
    """One vendor. Moments are words in the host's zone, "" when there is none."""

    card: Card
    notice: Notice | None
    connected_on: str
    since: str
    started: str
    paused: str  # until when the vendor makes no meetings, because its daily limit is used up
    last_meeting: str
    used_for: tuple[str, ...]
    waiting: int  # bookings without a link
    upcoming: int  # bookings with one

    @property
    def word(self) -> str:
        """The state in the word that the guide uses."""
        return _WORDS.get(self.card.state, "Not connected")

    @property
    def why(self) -> str:
        """What the vendor's reason says beyond the headline."""
        return beyond(self.card.reason, self.card.provider.label)

    @property
    def waits(self) -> str:
        """How many bookings wait for a reconnect, in words."""
        return waiting_words(self.waiting)


_WORDS = {
    CardState.CONNECTED: "Connected",
    CardState.RECONNECT: "Reconnect needed",
    CardState.OFF: "Turned off",
}


def row(user: User, card: Card, *, notice: Notice | None, now: datetime) -> Row:
    """Return the row of one vendor."""
    vendor = card.provider.key
    say = _speaker(user)
    ahead = Booking.objects.filter(host=user, platform=vendor, status=Booking.Status.CONFIRMED, end__gt=now)
    return Row(
        card=card,
        notice=notice,
        connected_on=day(card.connected_at, user.timezone) if card.connected_at else "",
        since=say(card.since),
        started=clock(card.started_at, user.timezone) if card.started_at else "",
        paused=say(card.paused_until),
        last_meeting=_last_meeting(user, vendor, say) if card.is_live else "",
        used_for=_used_for(user, vendor) if card.is_live else (),
        waiting=waiting_for_link(user.pk, now=now).count(),
        upcoming=ahead.filter(conferences__unused=False).count(),
    )


def _speaker(user: User) -> Callable[[datetime | None], str]:
    def say(moment: datetime | None) -> str:
        if moment is None:
            return ""
        return f"{day(moment, user.timezone)}, {clock(moment, user.timezone)} ({city(user.timezone)})"

    return say


def _last_meeting(user: User, vendor: str, say: Callable[[datetime | None], str]) -> str:
    made = (
        Conference.objects.filter(booking__host=user, vendor=vendor, unused=False)
        .select_related("booking")
        .order_by("-created_at")
        .first()
    )
    return f"Made {say(made.created_at)}, for {made.booking.guest_name}" if made else "None yet"


def _used_for(user: User, vendor: str) -> tuple[str, ...]:
    own = Q(platform=vendor)
    inherited = Q(platform="", host__page__platform=vendor)
    return tuple(EventType.objects.filter(own | inherited, host=user, active=True).values_list("title", flat=True))
