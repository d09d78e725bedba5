"""The room's background work: alarms, which any room raises by name with `enqueue`."""

from datetime import timedelta

from django.conf import settings

from sivient.delivery.work.standing import MAIL_LEASE
from sivient.jobs.clock import database_now
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.jobs.registry import every, handles
from sivient.ops import alarms
from sivient.ops.watch import watch
from sivient.site import mailer

OVER = "ops.alarm_over"


@handles("ops.alarm", lease=MAIL_LEASE)
def sound(work: Work) -> None:
    """Note the alarm that the key names, and mail the operator unless that was done within a day.

    The alarm is noted before the mail server is asked: /status shows it also while no mail can leave.
    """
    if Work.objects.filter(kind=OVER, key=work.key, asked_at__gte=work.asked_at).exists():
        return  # the mail was late, and meanwhile it is over
    alarms.note(work.key, work.payload["sentence"], at=work.asked_at)
    alarm = alarms.untold(work.key)
    if alarm is None or not settings.SUPPORT_EMAIL:
        return
    mailer.send(alarms.mail(alarm), to=settings.SUPPORT_EMAIL)
    with work_completion(work):
        alarms.told(alarm)


@handles(OVER)
def end(work: Work) -> None:
    """Let the alarm that the key names go, unless it was raised again later."""
    alarms.clear(work.key, at=work.asked_at)


@every(timedelta(minutes=5), "ops.watch")
def look_around(work: Work) -> None:
    """Raise the alarms for work that is late and a disk that is nearly full, and end those that are over."""
    watch(database_now())
