"""Bookings in every state, for the pages on which a host answers and moves them."""

from datetime import timedelta
from typing import Any

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_bookings(host: Any) -> None:
    """Give the host a booking in each state; the guests' names say which."""
    from django.utils import timezone

    from sivient.booking.services import cancel, decline, reschedule
    from sivient.scheduling.models import SchedulingPage
    from tests.factories import MONDAY_10, make_booking, make_event_type

    now = timezone.now()
    SchedulingPage.objects.filter(host=host).update(platform="phone", platform_details="+49 30 1234567")
    call = make_event_type(host, color="rose", platform="zoom", most_others=2)  # not connected: the link has to wait
    review = make_event_type(host, title="Design review", color="violet", requires_approval=True, most_others=2)
    answers = (("topic", "What would you like to talk about?", "The new site\nand its colours"),)
    make_booking(review, name="Requesting Rosa", note="A note", answers=answers, others=("bo@guest.example",))
    make_booking(review, start=MONDAY_10 + HOUR, name="Approved Anna")
    make_booking(call, start=MONDAY_10 + 2 * HOUR, name="Booked Bela")
    moved = make_booking(call, start=MONDAY_10 + DAY, name="Moved Mona", others=("bo@guest.example",))
    reschedule(moved, moved.start + HOUR, by="guest", now=now)
    shifted = make_booking(call, start=MONDAY_10 + DAY + 3 * HOUR, name="Shifted Sam")  # 13:00, and was to be at 14:00
    shifted.wall_start, shifted.wall_asked_at = shifted.wall_start.replace("T13:", "T14:"), now
    shifted.save()
    cancel(make_booking(call, start=MONDAY_10 + 2 * DAY, name="Cancelled Cy"), by="guest", reason="Ill", now=now)
    decline(make_booking(review, start=MONDAY_10 + 2 * DAY, name="Declined Di"), reason="I am away.", now=now)
