"""What a host is told by mail about a connection."""

from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from sivient.core import imip
from sivient.core.invite import Party
from sivient.core.moments import city, clock, day
from sivient.integrations import registry
from sivient.integrations.models import Connection


def deauthorized(connection: Connection) -> EmailMessage:
    """Return the mail that says that the vendor's user removed us there; sent again, it is the same mail."""
    label = registry.provider(connection.vendor).label
    subject = f"{label} is no longer connected"
    user, moment = connection.user, connection.ended_at or timezone.now()
    sender, to = Party("Sivient", settings.MAIL_FROM), Party(user.name or user.email, user.email)
    context = {
        "label": label,
        "subject": subject,
        "when": f"{day(moment, user.timezone)}, {clock(moment, user.timezone)} ({city(user.timezone)})",
        "page": settings.BASE_URL + reverse("settings-integrations"),
        "guide": settings.BASE_URL + reverse("docs-page", args=[connection.vendor]) + "#reconnecting",
    }
    return imip.plain(
        imip.message_id(f"connection:{connection.pk}:{moment.timestamp()}", 0, "deauthorized", to=to, sender=sender),
        sender=sender,
        to=to,
        subject=subject,
        text=render_to_string("integrations/ended.txt", context),
        html=render_to_string("integrations/ended.html", context),
        date=moment,
    )
