"""Hosts and bookings in every state that a guest can meet, written to the database of the environment.

Run as a program: `python -m tests.browser.guest.world` prints the tokens of the bookings as JSON.
"""

import json
from datetime import datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from sivient.booking.models import Booking, Conference  # noqa: E402
from sivient.scheduling.models import EventType, Hours, Platform  # noqa: E402
from tests.always import make_always, make_away  # noqa: E402
from tests.browser.guest import rules  # noqa: E402
from tests.factories import MONDAY_10, connect_zoom, make_booking, make_event_type, make_host  # noqa: E402

LINK = "https://zoom.test/j/84512903377?pwd=" + "Zm9vYmFyYmF6cXV4" * 8
DETAILS = {
    Platform.PHONE: "+49 30 901820",
    Platform.IN_PERSON: "Torstraße 1, Berlin",
    Platform.OWN_LINK: "https://meet.test/mara",
}


class Calendar:
    """Gives each booking a time of its own."""

    def __init__(self) -> None:
        self._next = MONDAY_10 + timedelta(days=7)

    def book(self, event_type: EventType, **fields: object) -> Booking:
        """Make a booking, and bring it into a state."""
        start, self._next = self._next, self._next + timedelta(minutes=30)
        if self._next.hour == 14:
            self._next += timedelta(hours=19)
        booking = make_booking(event_type, start=start)
        Booking.objects.filter(pk=booking.pk).update(**fields)
        return booking


def write() -> dict[str, str]:
    """Write it all; return the tokens by state."""
    now = timezone.now()
    mara = make_host(handle="mara")
    connect_zoom(mara)
    intro = make_event_type(mara, slug="intro", description="Get to know each other.\nNo preparation needed.")
    make_event_type(mara, slug="review", title="Design review", minutes=60, platform=Platform.PHONE)
    make_event_type(make_host(handle="solo", name="Jo"), slug="only")
    full = make_host(handle="full")
    make_event_type(full, slug="other", title="Design review")
    Hours.objects.filter(schedule=make_event_type(full, slug="none").schedule).delete()
    apart = make_event_type(make_host(handle="apart", name="Olu Adeyemi"), slug="call")
    make_always()
    make_away()
    made = bookings(intro, apart, now)
    for state in ("ready", "over"):
        Conference.objects.create(
            booking=made[state], vendor="zoom", external_id="1", join_url=LINK, vendor_start=now, created_at=now
        )
    return {state: booking.token for state, booking in made.items()} | rules.write(now)


def bookings(intro: EventType, apart: EventType, now: datetime) -> dict[str, Booking]:
    """A booking in each state."""
    calendar = Calendar()
    ago, ahead = now - timedelta(days=2), now + timedelta(days=1)
    made = {
        "pending": calendar.book(intro, created_at=ahead),  # stays pending, however long the tests take
        "changing": calendar.book(intro, created_at=ahead),
        "delayed": calendar.book(intro, created_at=ago, invited_at=now),
        "waiting": calendar.book(apart),
        "ready": calendar.book(intro, invited_at=now, link_invited_at=now),
        "over": calendar.book(intro, start=ago, end=ago + timedelta(minutes=30)),
        "begun": calendar.book(intro, start=now - timedelta(minutes=5), end=now + timedelta(hours=5)),
        "cancelled": calendar.book(intro, status="cancelled", cancelled_by="guest"),
        "cancelled by the host": calendar.book(
            intro, status="cancelled", cancelled_by="host", cancel_reason="I am ill.\nSorry."
        ),
        "for leaving": calendar.book(intro, created_at=ahead),
    }
    for platform, details in DETAILS.items():
        made[platform.value] = calendar.book(intro, platform=platform, platform_details=details, invited_at=now)
    return made


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    print(json.dumps(write()))
