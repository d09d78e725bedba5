"""Moments in the words of the host's pages."""

from datetime import datetime

from django import template
from django.utils import timezone

from sivient.booking.models import Booking, Conference, ConferenceAttempt
from sivient.core import moments
from sivient.delivery.calendar_words import answer_of
from sivient.delivery.meeting_steps import spaced
from sivient.site import zones

register = template.Library()


@register.filter
def local_day(at: datetime, zone: str) -> str:
    """Return the local date: 'Tuesday 24 November 2026'."""
    return moments.day(at, zone)


@register.filter
def day_and_clock(at: datetime, zone: str) -> str:
    """Return the local date and time of day with its zone: 'Tuesday 24 November 2026, 14:00 (Berlin, UTC+1)'."""
    return f"{moments.day(at, zone)}, {moments.clock(at, zone)} ({zones.label(zone, at)})"


@register.filter
def meeting_number(meeting: Conference | ConferenceAttempt) -> str:
    """Return the number of a meeting as Zoom writes it: '845 1290 3377'."""
    return spaced(meeting.external_id)


@register.filter
def answered(booking: Booking, address: str) -> str:
    """Return what one who is invited has answered in the calendar: 'Accepted', '' for nothing yet."""
    return answer_of(booking, address)


@register.filter
def short_day(at: datetime, zone: str) -> str:
    """Return the local date for a narrow column: 'Tue 24 Nov', with its year where it needs it."""
    return moments.short_day(at, zone, timezone.now())
