"""The verbs of booking. Each owns its transaction; no outside call happens in any of them."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction

from sivient.audit.log import record
from sivient.booking.models import Booking
from sivient.core.interval import Interval
from sivient.core.slots import nearest
from sivient.jobs.queue import enqueue, enqueue_new, new
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Hold, Platform, Timetable

LINK_PATIENCE = timedelta(seconds=60)  # an invite waits this long for its join link (architecture section 6)


class NotBooked(Exception):
    """The time was not promised. The class says why."""


class SlotTaken(NotBooked):
    """The time was offered, but somebody else booked first."""


class NotOffered(NotBooked):
    """The time is not one of the offered ones: past, off the grid, outside the window or closed."""


class PageClosed(NotBooked):
    """The page or the event type is not published any more."""


class KeyReused(NotBooked):
    """The idempotency key belongs to a booking with other content."""


class NotCancellable(Exception):
    """The booking has begun or is over."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who books, with the zone (IANA) and clock (12 or 24) they saw the times in."""

    name: str
    email: str
    timezone: str
    clock: int = 24
    note: str = ""


def book(event_type: EventType, start: datetime, guest: Guest, *, key: str, now: datetime) -> Booking:
    """Promise `start` to the guest; exactly one caller wins a time.

    The same `key` with the same content returns the booking that was made: a double click books once.
    Raises SlotTaken, NotOffered, PageClosed or KeyReused.
    """
    digest = _digest(event_type, start, guest)
    for last_try in (False, True):
        try:
            return _book(event_type, start, guest, key=key, digest=digest, now=now)
        except IntegrityError as error:
            earlier = _replay(key, digest)  # the form's booking is cancelled, and the time was free again
            if earlier is not None:
                return earlier
            if "hold_never_overlaps" in str(error):
                raise SlotTaken from error
            raise
        except OperationalError as error:
            if last_try or "deadlock" not in str(error):
                raise
    raise AssertionError("unreachable")


def cancel(booking: Booking, *, by: str, now: datetime, reason: str = "") -> Booking:
    """Take the promise back and tell both sides. A cancelled booking stays as it is: cancelling twice is one.

    `by` is guest, host or operator. Raises NotCancellable once the meeting has begun.
    """
    with transaction.atomic():
        Timetable.take(booking.host_id)
        booking = Booking.objects.select_for_update(of=("self",)).select_related("hold").get(pk=booking.pk)
        if booking.status == Booking.Status.CANCELLED:
            return booking
        if booking.start <= now:
            raise NotCancellable
        hold, booking.hold = booking.hold, None
        booking.status = Booking.Status.CANCELLED
        booking.version += 1
        booking.cancelled_at, booking.cancelled_by, booking.cancel_reason = now, by, reason
        booking.save()
        if hold is not None:
            hold.delete()
        payload = {"booking": booking.pk, "version": booking.version}
        for kind in ("delivery.cancellation", "delivery.host_cancellation"):
            enqueue(kind, key=step_key(booking), payload=payload)
        record("booking cancelled", account=booking.host_id, actor=by, subject=f"booking:{booking.pk}")
    return booking


def nearest_free(event_type: EventType, start: datetime, *, now: datetime) -> list[int]:
    """Return the three offered starts nearest to `start`, in order of time, in epoch seconds."""
    free = queries.offered(event_type, window=queries.whole_window(event_type, now), now=now)
    return nearest(free, int(start.timestamp()), 3)


def step_key(booking: Booking) -> str:
    """Return the key of the booking's steps at its present version."""
    return f"booking:{booking.pk}:{booking.version}"


def _book(event_type: EventType, start: datetime, guest: Guest, *, key: str, digest: str, now: datetime) -> Booking:
    with transaction.atomic():
        Timetable.take(event_type.host_id)
        try:
            event_type = _published_again(event_type)
            time = Interval(start, start + event_type.duration)
            _require_offered(event_type, time, now=now)
        except NotBooked:
            earlier = _replay(key, digest)  # the time may be taken by this very form
            if earlier is None:
                raise
            return earlier
        booking = _promise(event_type, time, guest, now=now)
        booking.idempotency_key, booking.content_digest = key, digest
        booking.hold = _hold(event_type, time)
        booking.save(force_insert=True)
        _plan_delivery(booking, now=now)
        record("booking made", account=booking.host_id, actor="guest", subject=f"booking:{booking.pk}")
    return booking


def _promise(event_type: EventType, time: Interval, guest: Guest, *, now: datetime) -> Booking:
    meeting = queries.meeting_of(event_type)
    return Booking(
        host_id=event_type.host_id,
        event_type=event_type,
        title=event_type.title,
        start=time.start,
        end=time.end,
        platform=meeting.platform,
        platform_details=meeting.details,
        guest_name=guest.name,
        guest_email=guest.email,
        guest_timezone=guest.timezone,
        guest_clock=guest.clock,
        note=guest.note,
        created_at=now,
    )


def _hold(event_type: EventType, time: Interval) -> Hold:
    return Hold.objects.create(
        host_id=event_type.host_id,
        event_type=event_type,
        start=time.start,
        end=time.end,
        buffer_before=event_type.buffer_before,
        buffer_after=event_type.buffer_after,
    )


def _published_again(event_type: EventType) -> EventType:
    fresh = EventType.objects.filter(pk=event_type.pk, active=True).select_related("schedule", "host__page").first()
    if fresh is None or not queries.bookable(fresh.host):
        raise PageClosed
    return fresh


def _require_offered(event_type: EventType, time: Interval, *, now: datetime) -> None:
    """Ask the same question as the page; if the answer is no, say whether somebody has taken the time."""
    instant = Interval(time.start, time.start + timedelta(seconds=1))
    wanted = [time.start.timestamp()]  # to the microsecond: the grid has whole seconds
    if queries.offered(event_type, window=instant, now=now) == wanted:
        return
    raise SlotTaken if queries.open_starts(event_type, window=instant, now=now) == wanted else NotOffered


def _plan_delivery(booking: Booking, *, now: datetime) -> None:
    """Write down everything that has to happen now: the steps are rows of the same transaction."""
    needs_link = booking.platform == Platform.ZOOM
    invite_at = now + LINK_PATIENCE if needs_link else now
    payload, key = {"booking": booking.pk, "version": booking.version}, step_key(booking)
    steps = [
        new("delivery.invite", key=key, payload=payload, run_at=invite_at),
        new("delivery.host_invite", key=key, payload=payload, run_at=invite_at),
    ]
    if needs_link:
        steps.insert(0, new("delivery.conference", key=key, payload=payload, run_at=now))
    enqueue_new(steps)


def _replay(key: str, digest: str) -> Booking | None:
    booking = Booking.objects.filter(idempotency_key=key).only("token", "content_digest", "host_id").first()
    if booking is not None and booking.content_digest != digest:
        raise KeyReused
    return booking


def _digest(event_type: EventType, start: datetime, guest: Guest) -> str:
    content = {"event_type": event_type.pk, "start": start.astimezone(UTC).isoformat(), **asdict(guest)}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
