"""Moments in the words of the host's pages."""

from datetime import datetime

from django import template

from sivient.core import moments

register = template.Library()


@register.filter
def local_day(at: datetime, zone: str) -> str:
    """Return the local date: 'Tuesday 24 November 2026'."""
    return moments.day(at, zone)


@register.filter
def day_and_clock(at: datetime, zone: str) -> str:
    """Return the local date and time of day: 'Tuesday 24 November 2026, 14:00'."""
    return f"{moments.day(at, zone)}, {moments.clock(at, zone)}"
