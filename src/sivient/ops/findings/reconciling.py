"""Do the hosts' calendars and the database agree? Asked after an old backup was restored, or a standby that lagged was
promoted (reliability.md section 3, rows 35 and 43). It asks every provider, and changes nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from sivient.booking.models import Booking
from sivient.calendars import standing
from sivient.calendars.models import Calendar
from sivient.integrations import registry
from sivient.ops.findings.bookings import ahead
from sivient.ops.findings.finding import Finding, Severity, number
from sivient.ports.errors import IntegrationError

BATCH = 500
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Row = Mapping[str, str]  # one line of the list: what, and its value


@dataclass(slots=True)
class Compared:
    """What came of it, calendar by calendar. `unread`: calendars that could not be asked."""

    unknown: list[Row] = field(default_factory=list)
    missing: list[Row] = field(default_factory=list)
    unread: list[Row] = field(default_factory=list)


def look(now: datetime) -> Iterator[Finding]:
    """Find events of ours that no booking knows, and standing bookings whose event is not there."""
    compared = compare(now)
    yield from _unknown(compared.unknown)
    yield from _missing(compared.missing)
    yield from _unread(compared.unread)


def compare(now: datetime) -> Compared:
    """Ask every calendar that may have received bookings."""
    compared, ours = Compared(), _references()
    for calendar in standing.receiving(now):
        awaited = _awaited(calendar, now)  # before the calendar is asked: what is made meanwhile, is nobody's loss
        try:
            found = standing.ahead_in(calendar, now=now, ours=lambda text: ours.fullmatch(text) is not None)
            there = {each.reference for each in found}
            gone = [each for each in awaited if each.uid not in there and not _is_there(calendar, each)]
        except IntegrationError as error:
            compared.unread.append(_row(calendar, reason=str(error)))
            continue
        known = _known(there)
        new = sorted((each for each in found if each.reference not in known), key=lambda each: each.start)
        compared.unknown += [_row(calendar, each.start, each.end, reference=each.reference) for each in new]
        still = set(_standing(calendar, now).filter(pk__in=[each.pk for each in gone]).values_list("pk", flat=True))
        compared.missing += [
            _row(calendar, each.start, each.end, reference=each.uid, booking=str(each.pk))
            for each in gone
            if each.pk in still
        ]
    return compared


def _references() -> re.Pattern[str]:
    """Return what references of this server look like (booking.models). The domain of the mails may have changed."""
    kept = Booking.objects.order_by("-pk").values_list("uid", flat=True)[:BATCH]
    domains = {settings.MAIL_FROM.rpartition("@")[2], *(uid.rpartition("@")[2] for uid in kept)}
    return re.compile(f"{_UUID}@(?:{'|'.join(map(re.escape, sorted(domains)))})")


def _standing(calendar: Calendar, now: datetime) -> QuerySet[Booking]:
    """Return the confirmed bookings ahead whose event was written into the calendar."""
    written = ahead(now).filter(event__calendar=calendar, event__removed_at=None, event__written_at__isnull=False)
    return written.exclude(event__name="")


def _awaited(calendar: Calendar, now: datetime) -> list[Booking]:
    return list(_standing(calendar, now).select_related("event").order_by("start", "pk"))


def _is_there(calendar: Calendar, booking: Booking) -> bool:
    """Ask for the event by its name: somebody may have moved it far away."""
    return booking.event is not None and standing.stands(calendar, booking.event.name)


def _known(references: Collection[str]) -> set[str]:
    """Return which references are of bookings, whatever became of these."""
    listed, known = sorted(references), set[str]()
    for start in range(0, len(listed), BATCH):
        known |= set(Booking.objects.filter(uid__in=listed[start : start + BATCH]).values_list("uid", flat=True))
    return known


def _row(calendar: Calendar, start: datetime | None = None, end: datetime | None = None, **more: str) -> Row:
    """Return one line. It names nobody but the host, by their handle."""
    times = {"start": f"{start:%Y-%m-%d %H:%M}", "end": f"{end:%Y-%m-%d %H:%M}"} if start and end else {}
    vendor = registry.provider(calendar.connection.vendor).label
    return times | {"host": str(calendar.host), "calendar": f"{calendar.pk} ({vendor})"} | more


def _unknown(rows: list[Row]) -> Iterator[Finding]:
    if rows:
        yield Finding(
            "events-unknown",
            Severity.OPERATOR,
            f"{number(len(rows), 'event')} of ours in calendars that no booking knows.",
            "Bookings that the database has lost: guest and host still have them in their calendars, and the time is "
            "taken only where that calendar blocks. Times are UTC.",
            "Tell each host, whose event says who comes: they keep it as an event of their own, or book the guest anew "
            "and delete it.",
            len(rows),
            listed=tuple(rows),
        )


def _missing(rows: list[Row]) -> Iterator[Finding]:
    if rows:
        yield Finding(
            "events-missing",
            Severity.OPERATOR,
            f"{number(len(rows), 'booking')} ahead whose event is not in its calendar any more.",
            "They were cancelled after the backup was made, or the host has deleted the event. Times are UTC.",
            "Nothing, if that is so: a worker asks each host, and cancels without an answer; guests are told, those "
            "of bookings that were cancelled once more. A host who wants it keeps the booking on its page.",
            len(rows),
            listed=tuple(rows),
        )


def _unread(rows: list[Row]) -> Iterator[Finding]:
    if rows:
        yield Finding(
            "calendars-not-compared",
            Severity.OPERATOR,
            f"{number(len(rows), 'calendar')} that could not be asked: what stands there is not known.",
            "The provider does not answer, or does not accept our permission any more.",
            "Ask again later: `sivient doctor --reconcile`. If the host has to connect again, write to them.",
            len(rows),
            listed=tuple(rows),
        )
