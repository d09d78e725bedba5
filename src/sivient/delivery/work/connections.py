"""Tell hosts what their connection needs of them."""

from datetime import datetime
from email.message import EmailMessage

from django.db.models import Q
from django.utils import timezone

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.delivery import connection_mails
from sivient.delivery.links import waiting_for_link
from sivient.delivery.work.standing import first_said, first_sent_at, sends_mail
from sivient.integrations import registry
from sivient.integrations.models import Connection, Grant
from sivient.integrations.unplanned import KEPT
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.scheduling.models import EventType, SchedulingPage
from sivient.site import mailer


@sends_mail("delivery.tell_reconnect")
def tell_reconnect(work: Work) -> None:
    """Mail a host whose connection needs them, unless it does not any more: once each time it ends."""
    connection = Connection.objects.select_related("user", "grant").filter(pk=work.payload["connection"]).first()
    grant = connection.grant if connection else None
    if connection is None or grant is None or not connection.user.email or grant.state_since is None:
        return
    moment = grant.state_since.isoformat()
    if grant.state != Grant.State.NEEDS_RECONNECT or work.result.get("told") == moment:
        return
    if registry.provider(connection.vendor).calendars is not None:
        mail = _calendar_mail(work, connection, grant.reason, at=grant.state_since)
    else:
        waiting = waiting_for_link(connection.user_id, now=timezone.now()).count()
        said = first_said(work, mail=moment, waiting=waiting)
        mail = connection_mails.reconnect(connection, grant, at=grant.state_since, **said)
    mailer.send(mail, to=connection.user.email)
    with work_completion(work, result={"told": moment}):
        pass


@sends_mail("delivery.tell_deauthorized")
def tell_deauthorized(work: Work) -> None:
    """Mail a host whose connection was removed at the vendor, unless they have connected again: once each time."""
    connection = Connection.objects.select_related("user").filter(pk=work.payload["connection"]).first()
    if connection is None or not connection.user.email or connection.ended_at is None:
        return
    moment = connection.ended_at.isoformat()
    if connection.state != Connection.State.DEAUTHORIZED or work.result.get("told") == moment:
        return
    if registry.provider(connection.vendor).calendars is not None:
        mail = _calendar_mail(work, connection, "The app was removed there.", at=connection.ended_at)
    else:
        waiting = waiting_for_link(connection.user_id, now=timezone.now()).count()
        said = first_said(work, mail=moment, waiting=waiting)
        mail = connection_mails.deauthorized(connection, at=connection.ended_at, **said)
    mailer.send(mail, to=connection.user.email)
    with work_completion(work, result={"told": moment}):
        pass


@sends_mail("delivery.tell_calendar_gone")
def tell_calendar_gone(work: Work) -> None:
    """Mail a host one of whose calendars is gone, if anything depends on it and it is not back: once each time."""
    calendar = Calendar.objects.select_related("connection__user").filter(pk=work.payload["calendar"]).first()
    if calendar is None or calendar.gone_at is None or not calendar.connection.user.email:
        return
    moment, receives = calendar.gone_at.isoformat(), _receives(Q(calendar=calendar))
    if work.result.get("told") == moment or not (calendar.blocks or receives):
        return
    said = first_said(work, mail=moment, blocks=calendar.blocks, receives=receives)
    mail = connection_mails.calendar_gone(calendar, at=calendar.gone_at, **said)
    mailer.send(mail, to=calendar.connection.user.email)
    with work_completion(work, result={"told": moment}):
        pass


@sends_mail("delivery.tell_limit")
def tell_limit(work: Work) -> None:
    """Mail a host whose vendor user has nearly used up a day's limit: once a day, also if the next has begun."""
    connection = Connection.objects.select_related("user").filter(pk=work.payload["connection"]).first()
    moment = work.payload["at"]
    if connection is None or connection.state != Connection.State.CONNECTED or not connection.user.email:
        return
    if work.result.get("told") == moment:
        return
    mail = connection_mails.limit(connection, used=work.payload["used"], at=datetime.fromisoformat(moment))
    mailer.send(mail, to=connection.user.email)
    with work_completion(work, result={"told": moment}):
        pass


@sends_mail("delivery.tell_plan_ends")
def tell_plan_ends(work: Work) -> None:
    """Mail a host whose plan opens the page no more, a week before their connections end: once each time."""
    user = User.objects.filter(pk=work.payload["user"]).first()
    if user is None or not user.email or user.unplanned_since is None:
        return
    moment = user.unplanned_since.isoformat()
    connections = list(user.connections.filter(state=Connection.State.CONNECTED).order_by("pk"))
    if not connections or work.result.get("told") == moment:
        return
    said = first_said(work, mail=moment, labels=connection_mails.labels(connections))
    since, at = user.unplanned_since, first_sent_at(work)
    mail = connection_mails.plan_ends(connections[0], since=since, until=since + KEPT, at=at, **said)
    mailer.send(mail, to=user.email)
    with work_completion(work, result={"told": moment}):
        pass


def _calendar_mail(work: Work, connection: Connection, reason: str, *, at: datetime) -> EmailMessage:
    blocks = Calendar.objects.filter(connection=connection, blocks=True).exists()
    receives = _receives(Q(calendar__connection=connection))
    said = first_said(work, mail=at.isoformat(), blocks=blocks, receives=receives)
    return connection_mails.calendar_ended(connection, reason=reason, at=at, **said)


def _receives(calendar: Q) -> bool:
    """Say whether bookings are to be written into it, in the settings or of an event type."""
    return SchedulingPage.objects.filter(calendar).exists() or EventType.objects.filter(calendar, active=True).exists()
