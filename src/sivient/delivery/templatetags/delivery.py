"""Moments in the words of the host's pages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template

from sivient.core import moments
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
def short_day(at: datetime, zone: str) -> str:
    """Return the local date for a narrow column: 'Tue 24 Nov'."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b}"
