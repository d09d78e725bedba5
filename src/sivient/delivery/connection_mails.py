"""Mails about a host's connection, with what it means for their bookings."""

from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from sivient.core import imip
from sivient.core.invite import Party
from sivient.core.moments import city, clock, day
from sivient.delivery.banner import beyond
from sivient.integrations import registry
from sivient.integrations.models import Connection, Grant


def reconnect(connection: Connection, grant: Grant, *, at: datetime, waiting: int) -> EmailMessage:
    """Return the mail that asks the host to connect again; `waiting` is how many bookings have no link yet."""
    label = registry.provider(connection.vendor).label
    subject = f"Reconnect {label}" + (f": {_bookings(waiting)} for {_their(waiting)} link" if waiting else "")
    more = {"reason": beyond(grant.reason, label), "waiting": waiting, "bookings": _bookings(waiting)}
    return _mail(connection, "reconnect", subject, at=at, more=more)


def deauthorized(connection: Connection, *, at: datetime, waiting: int) -> EmailMessage:
    """Return the mail that says that the vendor's user removed us there; `waiting` as for `reconnect`."""
    subject = f"{registry.provider(connection.vendor).label} is no longer connected"
    subject += f": {_bookings(waiting)} for {_their(waiting)} link" if waiting else ""
    more = {"waiting": waiting, "bookings": _bookings(waiting)}
    return _mail(connection, "deauthorized", subject, at=at, more=more)


def limit(connection: Connection, *, used: int, at: datetime) -> EmailMessage:
    """Return the mail that warns of the vendor's daily limit. It begins anew at 00:00 UTC (Zoom contract chapter 6)."""
    provider, zone = registry.provider(connection.vendor), connection.user.timezone
    anew = datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    subject = f"{used} of {provider.daily_changes} {provider.label} meetings of a day are used"
    more = {"used": used, "most": provider.daily_changes, "anew": _moment(anew, zone)}
    return _mail(connection, "limit", subject, at=at, more=more)


def pause(connection: Connection, *, reason: str, until: datetime, waiting: int, at: datetime) -> EmailMessage:
    """Return the mail that says that the vendor's daily limit is used up `until` then, and why; `waiting` as above."""
    subject = f"{registry.provider(connection.vendor).label}'s daily limit is used up"
    subject += f": {_bookings(waiting)} for {_their(waiting)} link" if waiting else ""
    more = {"reason": reason, "waiting": waiting, "bookings": _bookings(waiting)}
    return _mail(connection, "pause", subject, at=at, more=more | {"anew": _moment(until, connection.user.timezone)})


def _mail(connection: Connection, kind: str, subject: str, *, at: datetime, more: dict[str, object]) -> EmailMessage:
    """Return a mail about what happened to the connection `at` that moment; sent again, it is the same mail."""
    user, sender = connection.user, Party("Sivient", settings.MAIL_FROM)
    to = Party(user.name or user.email, user.email)
    context = more | {
        "label": registry.provider(connection.vendor).label,
        "subject": subject,
        "when": _moment(at, user.timezone),
        "page": settings.BASE_URL + reverse("settings-integrations"),
        "guide": settings.BASE_URL + reverse("docs-page", args=[connection.vendor]),
    }
    return imip.plain(
        imip.message_id(f"connection:{connection.pk}:{at.timestamp()}", 0, kind, to=to, sender=sender),
        sender=sender,
        to=to,
        subject=subject,
        text=render_to_string(f"delivery/{kind}.txt", context),
        html=render_to_string(f"delivery/{kind}.html", context),
        date=at,
    )


def _moment(at: datetime, zone: str) -> str:
    return f"{day(at, zone)}, {clock(at, zone)} ({city(zone)})"


def _bookings(count: int) -> str:
    return "1 booking waits" if count == 1 else f"{count} bookings wait"


def _their(count: int) -> str:
    return "its" if count == 1 else "their"
