"""A host who uses every rule: durations, questions, requests, pauses, private links, notices, a redirect."""

from datetime import datetime, timedelta

from sivient.booking.models import Booking
from sivient.scheduling.models import EventType, Platform, PrivateLink, SchedulingPage
from sivient.scheduling.questions import Kind, Question, stored
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

QUESTIONS = stored(
    [
        Question("company", "Company", Kind.SHORT, required=True),
        Question("story", "What has happened so far, in your own words, from the beginning?", Kind.LONG),
        Question("colour", "Colour", Kind.CHOICE, required=True, options=("Red", "Blue, as dark as it gets")),
        Question("size", "Size", Kind.CHOICE, options=("S", "M", "L")),
        Question("days", "Days that suit", Kind.CHOICES, options=("Monday", "Tuesday", "Wednesday")),
        Question("terms", "I have read what Vera sends to guests", Kind.CHECKBOX, required=True),
        Question("people", "How many are you?", Kind.NUMBER),
        Question("phone", "Phone", Kind.PHONE),
    ]
)
NOTE = "I am sailing around the world until March.\nWrite to my colleagues meanwhile."
THANKS = "http://thanks.localhost/after?a=1&b=2"


def write(now: datetime) -> dict[str, str]:
    """Write the host with all of it; return tokens of bookings and private links by what they show."""
    vera = make_host(handle="vera", name="Vera Holm", platform=Platform.PHONE, platform_details="+49 30 901820")
    rich = make_event_type(
        vera, slug="rich", title="Consultation", more_minutes=[45, 90], questions=QUESTIONS, most_others=3
    )
    asked = make_event_type(vera, slug="asked", title="Interview", requires_approval=True, more_minutes=[60])
    make_event_type(vera, slug="paused", title="Workshop", paused=True, pause_note=NOTE)
    onward = make_event_type(vera, slug="onward", title="Webinar", redirect_url=THANKS)
    hidden = make_event_type(vera, slug="hidden", title="Friends", hidden=True, more_minutes=[45])
    resting = make_host(handle="resting", name="Rea Rest")
    for slug in ("one", "two"):
        make_event_type(resting, slug=slug)
    SchedulingPage.objects.filter(host=resting).update(paused=True, pause_note=NOTE)
    make_event_type(make_host(handle="free"), slug="call", step_minutes=15)
    links = {
        "private": PrivateLink.objects.create(event_type=hidden, created_at=now),
        "private used": PrivateLink.objects.create(event_type=hidden, created_at=now, single_use=True, used_at=now),
    }
    made = _bookings(rich, asked, onward, now)
    return {name: link.token for name, link in links.items()} | {name: each.token for name, each in made.items()}


def _bookings(rich: EventType, asked: EventType, onward: EventType, now: datetime) -> dict[str, Booking]:
    start = MONDAY_10 + timedelta(days=8)
    answers = (("company", "Company", "Nord & Co"), ("story", "What has happened so far?", "One.\nTwo."))
    made = {
        "answered": make_booking(rich, start=start, answers=answers, others=("bo@guest.example", "cy@guest.example")),
        "asked": make_booking(asked, start=start + timedelta(hours=1)),
        "declined": make_booking(asked, start=start + timedelta(hours=2)),
        "expired": make_booking(asked, start=start + timedelta(hours=3)),
        "moved": make_booking(rich, start=start + timedelta(hours=4)),
        "too late": make_booking(onward, start=start + timedelta(hours=5)),
        "to move": make_booking(rich, start=start + timedelta(days=1)),
        "to move by hand": make_booking(rich, start=start + timedelta(days=1, hours=1)),
    }
    late = timedelta(days=90)
    changes: dict[str, dict[str, object]] = {
        "declined": {"status": "declined", "cancelled_by": "host", "cancel_reason": "I am away.\nSorry."},
        "expired": {"status": "expired", "cancelled_by": "system"},
        "moved": {"previous_start": start, "rescheduled_at": now, "rescheduled_by": "host", "version": 2},
        "too late": {"reschedule_notice": late, "cancel_notice": late},
    }
    for name, fields in changes.items():
        Booking.objects.filter(pk=made[name].pk).update(**fields)
    return made
