"""Tell hosts what their connection needs of them."""

from datetime import datetime

from django.utils import timezone

from sivient.delivery import connection_mails
from sivient.delivery.links import waiting_for_link
from sivient.delivery.work.standing import sends_mail
from sivient.integrations.models import Connection, Grant
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
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
    waiting = waiting_for_link(connection.user_id, now=timezone.now()).count()
    mail = connection_mails.reconnect(connection, grant, at=grant.state_since, waiting=waiting)
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
    waiting = waiting_for_link(connection.user_id, now=timezone.now()).count()
    mail = connection_mails.deauthorized(connection, at=connection.ended_at, waiting=waiting)
    mailer.send(mail, to=connection.user.email)
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
