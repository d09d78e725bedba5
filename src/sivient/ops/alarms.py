"""What only the operator can mend: noted once, mailed once a day, gone when it is over."""

import logging
from datetime import datetime, timedelta
from email.message import EmailMessage

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse

from sivient.core import imip
from sivient.core.invite import Party
from sivient.core.text import clean_line
from sivient.ops.models import Alarm

TELL_AGAIN = timedelta(days=1)
LONGEST = 300  # characters of a sentence

log = logging.getLogger(__name__)


def note(key: str, sentence: str, *, at: datetime) -> None:
    """Count that this has happened, at most once for each moment `at`: work that runs again counts nothing twice."""
    sentence = clean_line(sentence, LONGEST)
    with transaction.atomic():
        first = {"sentence": sentence, "first_at": at, "last_at": at}
        _, created = Alarm.objects.get_or_create(key=key, defaults=first)
        again = Alarm.objects.filter(key=key, last_at__lt=at)
        if created or again.update(sentence=sentence, last_at=at, times=F("times") + 1):
            log.error("alarm", extra={"key": key})


def clear(key: str, *, at: datetime) -> None:
    """Let an alarm go that was last raised at that moment or before."""
    Alarm.objects.filter(key=key, last_at__lte=at).delete()


def untold(key: str) -> Alarm | None:
    """Return the alarm if it stands and the operator has not been told within a day."""
    return _standing(key).exclude(told_at__gt=Now() - TELL_AGAIN).first()


def told(alarm: Alarm) -> None:
    """Note that a mail about the alarm has left."""
    _standing(alarm.key).update(told_at=Now())


def mail(alarm: Alarm) -> EmailMessage:
    """Return the mail to the operator; sent again after a crash, it is the same mail."""
    sender, to = Party("Sivient", settings.MAIL_FROM), Party("", settings.SUPPORT_EMAIL)
    day = alarm.told_at or alarm.first_at
    page = settings.BASE_URL + reverse("status") if settings.STATUS_TOKEN else ""
    context = {"alarm": alarm, "subject": "Sivient needs its operator", "server": settings.BASE_URL, "page": page}
    return imip.plain(
        imip.message_id(f"alarm:{alarm.key}:{day.timestamp()}", 0, "alarm", to=to, sender=sender),
        sender=sender,
        to=to,
        subject=f"{context['subject']}: {alarm.sentence}",
        text=render_to_string("ops/alarm.txt", context),
        html=render_to_string("ops/alarm.html", context),
        date=alarm.last_at,
    )


def _standing(key: str) -> QuerySet[Alarm]:
    return Alarm.objects.filter(key=key)
