"""What a host is told by mail about a connection."""

from datetime import datetime
from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from sivient.core import imip
from sivient.core.invite import Party
from sivient.core.moments import city, clock, day
from sivient.integrations import registry
from sivient.integrations.models import Connection, Grant


def deauthorized(connection: Connection) -> EmailMessage:
    """Return the mail that says that the vendor's user removed us there."""
    label = registry.provider(connection.vendor).label
    return _mail(connection, "deauthorized", f"{label} is no longer connected", at=connection.ended_at)


def reconnect(connection: Connection, grant: Grant) -> EmailMessage:
    """Return the mail that asks the host to connect again."""
    label = registry.provider(connection.vendor).label
    return _mail(
        connection,
        "reconnect",
        f"Reconnect {label}: bookings wait for their link",
        at=grant.state_since,
        reason=grant.reason,
    )


def _mail(connection: Connection, kind: str, subject: str, *, at: datetime | None, reason: str = "") -> EmailMessage:
    """Return a mail about what happened to the connection `at` that moment; sent again, it is the same mail."""
    user, moment = connection.user, at or timezone.now()
    sender, to = Party("Sivient", settings.MAIL_FROM), Party(user.name or user.email, user.email)
    context = {
        "kind": kind,
        "label": registry.provider(connection.vendor).label,
        "subject": subject,
        "reason": reason,
        "when": f"{day(moment, user.timezone)}, {clock(moment, user.timezone)} ({city(user.timezone)})",
        "page": settings.BASE_URL + reverse("settings-integrations"),
        "guide": settings.BASE_URL + reverse("docs-page", args=[connection.vendor]) + "#reconnecting",
    }
    return imip.plain(
        imip.message_id(f"connection:{connection.pk}:{moment.timestamp()}", 0, kind, to=to, sender=sender),
        sender=sender,
        to=to,
        subject=subject,
        text=render_to_string("integrations/ended.txt", context),
        html=render_to_string("integrations/ended.html", context),
        date=moment,
    )
