"""Tell a host that their vendor's daily limit is used up, and what that means for their bookings."""

from datetime import datetime

from django.utils import timezone

from sivient.accounts.models import User
from sivient.delivery import connection_mails
from sivient.delivery.links import waiting_for_link
from sivient.delivery.work.standing import first_said, first_sent_at, sends_mail
from sivient.integrations.models import Connection
from sivient.jobs.completion import work_completion, write_down
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.ports.errors import Paused
from sivient.scheduling.models import Platform
from sivient.site import mailer

PAUSE_TOLD = "delivery.tell_pause"


def plan_word(host: User, pause: Paused) -> None:
    """Have the host told of the limit: once for each day (UTC) on which it ends, however many bookings meet it."""
    told = {"user": host.pk, "reason": str(pause), "until": pause.until.isoformat()}
    enqueue(PAUSE_TOLD, key=f"account:{host.pk}", payload=told)


@sends_mail(PAUSE_TOLD)
def tell_pause(work: Work) -> None:
    """Mail the host while the limit lasts, unless it was done."""
    until, now = datetime.fromisoformat(work.payload["until"]), timezone.now()
    live = Connection.objects.filter(user=work.payload["user"], vendor=Platform.ZOOM, state=Connection.State.CONNECTED)
    connection = live.select_related("user").first()
    if connection is None or not connection.user.email or until <= now:
        return
    day = until.date().isoformat()
    if work.result.get("day") != day:
        write_down(work, {"day": day})
    if "told" in work.result:
        return
    waiting = waiting_for_link(connection.user_id, now=now).count()
    said = first_said(work, reason=work.payload["reason"], until=work.payload["until"], waiting=waiting)
    until, at = datetime.fromisoformat(said["until"]), first_sent_at(work)
    mail = connection_mails.pause(connection, reason=said["reason"], until=until, waiting=said["waiting"], at=at)
    mailer.send(mail, to=connection.user.email)
    with work_completion(work, result=work.result | {"told": True}):
        pass
