"""Where a guest is sent on who has just booked, if the host wants that.

The form leads to our own page, which says where it goes on and goes there after a while. Only the visit that the form
itself leads to goes on: the mark in its address holds for less time than the page waits, so that somebody who comes
back finds the booking.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from django.core import signing

from sivient.booking.models import Booking

WAIT = timedelta(seconds=6)  # so long the page shows where it goes on
FRESH = timedelta(seconds=5)  # so long after the booking the mark leads on
PARAMETER = "just"
_signer = signing.TimestampSigner(salt="sivient.booking.onward")


@dataclass(frozen=True, slots=True)
class Onward:
    """Where the page leads: the address, the name of its host, and after how many seconds."""

    href: str
    name: str
    seconds: int


def onward_query(booking: Booking) -> str:
    """Return the query that marks the visit right after booking, '' if it leads nowhere."""
    return f"?{urlencode({PARAMETER: _signer.sign(str(booking.pk))})}" if _target(booking) else ""


def onward(booking: Booking, mark: str) -> Onward | None:
    """Return where this visit leads, if it carries the mark of a booking that was made a moment ago."""
    target = _target(booking)
    try:
        right = _signer.unsign(mark, max_age=FRESH) == str(booking.pk)
    except signing.BadSignature:
        return None
    return target if right else None


def _target(booking: Booking) -> Onward | None:
    """Return the host's address if it is one of the web, for a booking that stands."""
    href = booking.event_type.redirect_url if booking.event_type else ""
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if not booking.stands or parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return Onward(href, parts.hostname, int(WAIT.total_seconds()))
