"""What every step asks first: whether the booking is still what it was when the step was planned."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.steps import step_key
from sivient.delivery.readers import Reader
from sivient.jobs.clock import database_now
from sivient.jobs.completion import write_down
from sivient.jobs.models import Work
from sivient.jobs.registry import Function, handles
from sivient.jobs.retry import Follows

MAIL_LEASE = timedelta(seconds=90)  # longer than all waits of one mail (tests/delivery/test_leases.py adds them up)
MAIL_PATIENCE = timedelta(days=3)  # a mail server may be away for a weekend
SETTLES = timedelta(seconds=5)  # how long a step waits for one of an earlier version that is being done


def sends_mail(kind: str) -> Callable[[Function], Function]:
    """Register a step that sends one mail."""
    return handles(kind, lease=MAIL_LEASE, patience=MAIL_PATIENCE)


def planned_for(work: Work, *statuses: Booking.Status) -> Booking | None:
    """Return the booking if it is at the step's version and in one of the states; else the step gives way."""
    booking = Booking.objects.select_related("host__page", "event_type").filter(pk=work.payload["booking"]).first()
    if booking is None or booking.status not in statuses or booking.version != work.payload["version"]:
        return None
    return booking


def begun(booking: Booking) -> bool:
    """Say whether the meeting's time has come, by the database's clock: a worker's own may be wrong."""
    return booking.start <= database_now()


def start_of(work: Work) -> datetime | None:
    """Return when the work's booking begins: a meeting that is made or moved after that comes too late."""
    return Booking.objects.filter(pk=work.payload["booking"]).values_list("start", flat=True).first()


def earlier_keys(booking: Booking, reader: Reader | None = None) -> list[str]:
    """Return the keys of the steps at earlier versions, in their order: the reader's, or those about the meeting."""
    key = reader.key if reader else step_key
    return [key(booking, version) for version in range(1, booking.version)]


def after_earlier(kind: str, keys: list[str], *, doing: str) -> None:
    """Raise Follows while a worker has such a step of an earlier version: what it does may not come after this one.

    One that nobody has gives way by itself, for it reads the booking only after it was taken.
    """
    if Work.objects.filter(kind=kind, key__in=keys, lease_until__gt=Now()).exists():
        raise Follows(f"{doing}; this follows it.", after=SETTLES)


def first_sent_at(work: Work) -> datetime:
    """Return the date of the step's mail, written down before it leaves: sent again, it is the same mail."""
    if "at" not in work.result:
        write_down(work, work.result | {"at": timezone.now().isoformat()})
    return datetime.fromisoformat(work.result["at"])


def first_said(work: Work, *, mail: str = "", **said: Any) -> Mapping[str, Any]:
    """Return what the step's mail says of things that change, as they were when the mail first left.

    Nobody knows whether a mail without an answer arrived: sent again under its Message-ID, it has to be the same mail.
    `mail` tells the mails of one step apart.
    """
    if work.result.get("saying") != mail:
        write_down(work, work.result | {"saying": mail, "said": said})
    kept: Mapping[str, Any] = work.result["said"]
    return kept
