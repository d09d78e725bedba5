"""Book: promise a time to a guest, or ask the host to."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from sivient.audit.log import record
from sivient.booking.calendar_check import asks_calendars, leave_unverified, require_free
from sivient.booking.calendar_events import give_event
from sivient.booking.committing import committed
from sivient.booking.models import Booking
from sivient.booking.refusals import (
    KeyReused,
    NotBooked,
    NotFree,
    NotOffered,
    PageClosed,
    TooManyOthers,
    meeting_time,
    refusal,
)
from sivient.booking.steps import plan_standing
from sivient.booking.wall import keep_wall
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Hold, PrivateLink, Timetable


@dataclass(frozen=True, slots=True)
class Guest:
    """Who books, with the zone (IANA) and clock (12 or 24) they saw the times in.

    `answers` are (key, label, answer) as the form has checked them, `others` the addresses of whom the guest brings.
    """

    name: str
    email: str
    timezone: str
    clock: int = 24
    note: str = ""
    answers: tuple[tuple[str, str, str], ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wish:
    """One filled form: what is asked for, how it was reached, and the key that makes it one."""

    event_type: EventType
    start: datetime
    minutes: int | None
    guest: Guest
    link: str | None
    key: str

    @property
    def digest(self) -> str:
        content = {
            "event_type": self.event_type.pk,
            "start": self.start.astimezone(UTC).isoformat(),
            "minutes": self.minutes,
            **asdict(self.guest),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def book(
    event_type: EventType,
    start: datetime,
    guest: Guest,
    *,
    key: str,
    now: datetime,
    minutes: int | None = None,
    link: str | None = None,
) -> Booking:
    """Promise `start` to the guest, or hold it while the host is asked; exactly one caller wins a time.

    `minutes` is one of the event type's durations, `link` the token of the private link that led here. The same `key`
    with the same content returns the booking that was made: a double click books once. The host's calendars are asked
    before anything is locked. Raises NotBooked.
    """
    meeting_time(start)
    wish = _Wish(event_type, start, minutes, guest, link, key)
    try:
        if asks := asks_calendars(event_type.host_id):
            earlier = _replay(wish)
            if earlier is not None:
                return earlier
        unverified = asks and _asked_calendars(wish, now)
        return committed(lambda: _book(wish, now=now, unverified=unverified))
    except (NotBooked, NotFree, IntegrityError) as refused:
        # This very form may have taken the time, or used up the link, or its booking is cancelled and the time free.
        earlier = _replay(wish)
        if earlier is not None:
            return earlier
        if isinstance(refused, NotFree):
            raise refusal(event_type, start, refused, now=now, minutes=minutes) from None
        raise


def booked_before(
    event_type: EventType, start: datetime, guest: Guest, *, key: str, minutes: int | None = None
) -> Booking | None:
    """Return the booking that this very form has made, None if there is none. Raises KeyReused for other content."""
    return _replay(_Wish(event_type, start, minutes, guest, None, key))


def _asked_calendars(wish: _Wish, now: datetime) -> bool:
    """Ask the host's calendars about a time that is offered; return whether it is to be looked at again."""
    event_type = wish.event_type
    minutes = wish.minutes or event_type.minutes
    if minutes not in event_type.durations:
        raise NotOffered
    require_offered(event_type, wish.start, minutes=minutes, now=now)
    time = meeting_time(wish.start, timedelta(minutes=minutes))
    return require_free(event_type.host_id, time, before=event_type.buffer_before, after=event_type.buffer_after)


def _book(wish: _Wish, *, now: datetime, unverified: bool) -> Booking:
    with transaction.atomic():
        Timetable.take(wish.event_type.host_id)
        event_type = _reached(wish, now)
        minutes = wish.minutes or event_type.minutes
        if minutes not in event_type.durations:
            raise NotOffered
        if len(wish.guest.others) > event_type.most_others:
            raise TooManyOthers
        require_offered(event_type, wish.start, minutes=minutes, now=now)
        booking = _promise(event_type, wish, minutes, now=now)
        keep_wall(booking)
        booking.hold = _hold(event_type, booking)
        if booking.status == Booking.Status.CONFIRMED:
            give_event(booking, event_type.host)
        booking.save(force_insert=True)
        plan_standing(booking)
        if unverified:
            leave_unverified(booking, now)
        event = "booking requested" if booking.status == Booking.Status.PENDING else "booking made"
        record(event, account=booking.host_id, actor="guest", subject=f"booking:{booking.pk}")
    return booking


def require_offered(
    event_type: EventType, start: datetime, *, minutes: int, now: datetime, without: int | None = None
) -> None:
    """Ask by the rules of the page, fresh from the database (`queries.refusal`). Raises NotFree with the rule."""
    reason = queries.refusal(event_type, start, now=now, minutes=minutes, without=without)
    if reason is not None:
        raise NotFree(reason.rule)


def _reached(wish: _Wish, now: datetime) -> EventType:
    """Return the event type as it is now, if the guest may book it this way; a link that serves once is used up."""
    if wish.link is None:
        shown = EventType.objects.filter(pk=wish.event_type.pk, active=True, hidden=False)
        event_type = shown.select_related("schedule", "host__page").first()
        if event_type is None or not queries.bookable(event_type.host):
            raise PageClosed
    else:
        link = queries.private_link(wish.link, now)
        if link is None or link.event_type_id != wish.event_type.pk:
            raise PageClosed
        PrivateLink.objects.filter(pk=link.pk, single_use=True).update(used_at=now)
        event_type = link.event_type
    if queries.pause_note(event_type) is not None:
        raise PageClosed
    return event_type


def _promise(event_type: EventType, wish: _Wish, minutes: int, *, now: datetime) -> Booking:
    meeting, guest = queries.meeting_of(event_type), wish.guest
    asks = event_type.requires_approval
    return Booking(
        host_id=event_type.host_id,
        event_type=event_type,
        status=Booking.Status.PENDING if asks else Booking.Status.CONFIRMED,
        title=event_type.title,
        start=wish.start,
        end=wish.start + timedelta(minutes=minutes),
        platform=meeting.platform,
        platform_details=meeting.details,
        guest_name=guest.name,
        guest_email=guest.email,
        guest_timezone=guest.timezone,
        guest_clock=guest.clock,
        note=guest.note,
        answers=[{"key": key, "label": label, "answer": answer} for key, label, answer in guest.answers],
        others=list(guest.others),
        reschedule_notice=event_type.reschedule_notice,
        cancel_notice=event_type.cancel_notice,
        idempotency_key=wish.key,
        content_digest=wish.digest,
        created_at=now,
        answer_by=min(now + event_type.approval_patience, wish.start) if asks else None,
    )


def _hold(event_type: EventType, booking: Booking) -> Hold:
    return Hold.objects.create(
        host_id=event_type.host_id,
        event_type=event_type,
        start=booking.start,
        end=booking.end,
        buffer_before=event_type.buffer_before,
        buffer_after=event_type.buffer_after,
    )


def _replay(wish: _Wish) -> Booking | None:
    booking = Booking.objects.filter(idempotency_key=wish.key).first()
    if booking is not None and booking.content_digest != wish.digest:
        raise KeyReused
    return booking
