"""Mails about a host's connection, with what it means for their bookings."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from sivient.calendars.models import Calendar
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


def calendar_ended(connection: Connection, *, reason: str, at: datetime, blocks: bool, receives: bool) -> EmailMessage:
    """Return the mail that asks for a calendar account to be connected again; `reason` is what the vendor said.

    `blocks`: its busy times keep the page without times. `receives`: bookings were to be written into it.
    """
    label, zone = registry.provider(connection.vendor).label, connection.user.timezone
    subject = f"Reconnect {label}" + (": your page shows no times" if blocks else "")
    name = connection.label or "your account"
    happened = f"{label} stopped accepting our access to {name} on {_moment(at, zone)}."
    more = {
        "happened": f"{happened} {beyond(reason, label)}".strip(),
        "means": " ".join(_calendar_means(blocks, receives, until="you reconnect")),
        "button": f"Reconnect {label}",
        "anchor": "reconnecting",
    }
    return _mail(connection, "calendar", subject, at=at, more=more)


def calendar_gone(calendar: Calendar, *, at: datetime, blocks: bool, receives: bool) -> EmailMessage:
    """Return the mail that says that a calendar was deleted or is shared no more; `blocks`, `receives` as above."""
    connection, name = calendar.connection, f"“{calendar.name}”"
    subject = f"The calendar {name} is gone" + (": your page shows no times" if blocks else "")
    label = registry.provider(connection.vendor).label
    where = f"{label} ({connection.label})" if connection.label else label
    until = "you take bookings without it, or it is back"
    more = {
        "happened": f"The calendar {name} of {where} was deleted there, or is no longer shared with that account.",
        "means": " ".join(_calendar_means(blocks, receives, until=until)),
        "button": "See what you can do",
        "anchor": "not-read",
    }
    return _mail(connection, "calendar", subject, at=at, more=more)


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


def plan_ends(connection: Connection, *, since: datetime, until: datetime, labels: str, at: datetime) -> EmailMessage:
    """Return the mail that says which connections end `until` then, because no plan opens them `since` then."""
    zone = connection.user.timezone
    more = {"labels": labels, "since": day(since, zone), "until": day(until, zone)}
    return _mail(connection, "plan_ends", f"Your connections end on {day(until, zone)}", at=at, more=more)


def labels(connections: Iterable[Connection]) -> str:
    """Return what is connected, in words: 'Zoom and Google Calendar'."""
    names = list(dict.fromkeys(registry.provider(connection.vendor).label for connection in connections))
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _mail(connection: Connection, kind: str, subject: str, *, at: datetime, more: Mapping[str, object]) -> EmailMessage:
    """Return a mail about what happened to the connection `at` that moment; sent again, it is the same mail."""
    user, sender = connection.user, Party("Sivient", settings.MAIL_FROM)
    guide = connection.vendor if registry.provider(connection.vendor).calendars is None else "calendars"
    to = Party(user.name or user.email, user.email)
    context = {**more} | {
        "label": registry.provider(connection.vendor).label,
        "subject": subject,
        "when": _moment(at, user.timezone),
        "page": settings.BASE_URL + reverse("settings-integrations"),
        "guide": settings.BASE_URL + reverse("docs-page", args=[guide]),
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


def _calendar_means(blocks: bool, receives: bool, *, until: str) -> Iterator[str]:
    if blocks:
        yield f"It blocks your times, so your page shows no times until {until}."
    else:
        yield "People can still book you."
    if receives:
        yield "Meanwhile bookings are not written into it, and we mail the invites."


def _moment(at: datetime, zone: str) -> str:
    return f"{day(at, zone)}, {clock(at, zone)} ({city(zone)})"


def _bookings(count: int) -> str:
    return "1 booking waits" if count == 1 else f"{count} bookings wait"


def _their(count: int) -> str:
    return "its" if count == 1 else "their"
