"""The mail that tells a host that a law has moved the clocks away from what was agreed."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from sivient.accounts.models import User
from sivient.core import imip
from sivient.core.invite import Party


def clocks_changed(user: User, lines: Sequence[str], *, more: int, at: datetime) -> EmailMessage:
    """Return one mail for all bookings that ask: a line for each, but for `more`. `at`: the last was found then."""
    count, sender = len(lines) + more, Party("Sivient", settings.MAIL_FROM)
    to = Party(user.name or user.email, user.email)
    asks = "1 booking needs" if count == 1 else f"{count} bookings need"
    subject = f"The clocks have changed by law: {asks} your answer"
    context = {
        "subject": subject,
        "lines": lines,
        "more": more,
        "page": settings.BASE_URL + reverse("bookings"),
        "guide": settings.BASE_URL + reverse("docs-page", args=["availability"]) + "#clocks",
    }
    return imip.plain(
        imip.message_id(f"account:{user.pk}:{at.timestamp()}", 0, "clocks", to=to, sender=sender),
        sender=sender,
        to=to,
        subject=subject,
        text=render_to_string("delivery/clocks.txt", context),
        html=render_to_string("delivery/clocks.html", context),
        date=at,
    )
