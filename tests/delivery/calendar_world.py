"""A calendar that keeps to the port, with what its provider mails counted, and trouble on demand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.steps import plan_standing
from sivient.calendars import writing
from sivient.calendars.models import Calendar
from sivient.calendars.services import plan_event
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.ports.calendars import Answer, CalendarInfo, Changed, EventDraft, Stored, Tombstone
from sivient.ports.errors import OutcomeUnknown
from tests.factories import make_booking, make_event_type

_numbers = count(1)


@dataclass(frozen=True)
class Mailed:
    """One message of the provider to one guest."""

    what: str  # REQUEST, UPDATE, CANCEL
    uid: str
    to: str
    draft: EventDraft


@dataclass
class World:
    """The events of one calendar, and the provider's messages. `trouble`: what the next calls raise, None for none.

    `lost`: how many of the next calls are done without an answer.
    """

    invites: bool = True
    events: dict[str, tuple[EventDraft, int]] = field(default_factory=dict)
    buried: set[str] = field(default_factory=set)
    outbox: list[Mailed] = field(default_factory=list)
    trouble: list[Exception | None] = field(default_factory=list)
    always: Exception | None = None
    lost: int = 0
    calls: list[str] = field(default_factory=list)
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def list(self) -> Sequence[CalendarInfo]:
        """Not asked here."""
        raise NotImplementedError

    def create(self, calendar: str, draft: EventDraft) -> Stored:
        """Make the event once, and invite."""
        self._begin("create")
        if draft.key in self.buried:
            raise Tombstone("deleted")
        if draft.key in self.events:
            return self._end(draft.key)
        self.events[draft.key] = (draft, 1)
        self._mail("REQUEST", draft)
        return replace(self._end(draft.key), as_made=True)

    def change(self, calendar: str, name: str, draft: EventDraft, *, etag: str, notify: bool) -> Stored:
        """Change the event, and tell if asked to."""
        self._begin("change")
        kept, revision = self.events[name]
        if etag and etag != str(revision):
            raise Changed("another one")
        self.events[name] = (replace(draft, key=kept.key), revision + 1)
        if notify:
            self._mail("UPDATE", replace(draft, key=kept.key))
        return self._end(name)

    def remove(self, calendar: str, name: str, *, notify: bool) -> None:
        """Remove the event, and tell if asked to."""
        self._begin("remove")
        kept = self.events.pop(name, None)
        self.buried.add(name)
        if kept and notify:
            self._mail("CANCEL", kept[0])
        if self.lost:
            self.lost -= 1
            raise OutcomeUnknown("The answer was lost.")

    def read(self, calendar: str, name: str) -> Stored | None:
        """Return the event, None when it was never there."""
        self._begin("read")
        return self._stored(name) if name in self.events else None

    def mailed(self, to: str) -> Sequence[str]:
        """What the provider has sent to one guest."""
        return [each.what for each in self.outbox if each.to == to]

    def _begin(self, call: str) -> None:
        self.calls.append(call)
        error = self.trouble.pop(0) if self.trouble else self.always
        if error is not None:
            raise error

    def _end(self, name: str) -> Stored:
        if self.lost:
            self.lost -= 1
            raise OutcomeUnknown("The answer was lost.")
        return self._stored(name)

    def _stored(self, name: str) -> Stored:
        draft, revision = self.events[name]
        time, uid = (draft.start, draft.end), f"{name}@calendar.example"
        return Stored(name, uid, str(revision), *time, answers=self.answers, location=draft.location)

    def _mail(self, what: str, draft: EventDraft) -> None:
        if self.invites:
            uid = f"{draft.key}@calendar.example"
            self.outbox += [Mailed(what, uid, guest.address, draft) for guest in draft.guests]


def calendar_of(host: User, vendor: str = "google") -> Calendar:
    """Connect a calendar of the host's that receives their bookings."""
    now, number = timezone.now(), next(_numbers)
    grant = Grant.objects.create(
        vendor=vendor,
        client_id=f"{vendor}-client",
        vendor_user_id=f"{vendor}-{number}",
        email=host.email,
        access_token="access-canary",
        refresh_token="refresh-canary",
        expires_at=now + timedelta(hours=1),
        authorized_at=now,
        refreshed_at=now,
    )
    connection = Connection.objects.create(user=host, vendor=vendor, account=str(number), grant=grant, connected_at=now)
    calendar = Calendar.objects.create(
        connection=connection,
        host=host,
        external_id="primary",
        name="Work",
        primary=True,
        writable=True,
        created_at=now,
    )
    host.page.calendar = calendar
    host.page.save(update_fields=["calendar"])
    return calendar


def mount(monkeypatch: pytest.MonkeyPatch, world: World) -> World:
    """Let all calendars be this one."""
    monkeypatch.setattr(writing, "calendars_for", lambda connection: world)
    return world


def soon(*kinds: str) -> None:
    """Let what waits be due now."""
    waiting = (
        Work.objects.filter(state=Work.State.WAITING, kind__in=kinds)
        if kinds
        else Work.objects.filter(kind__startswith="delivery.", state=Work.State.WAITING).exclude(
            kind__in=("delivery.link_due", "delivery.link_late")
        )
    )
    waiting.update(run_at=timezone.now() - timedelta(seconds=1))


def booked(host: User, calendar: Calendar, *, shared: bool = True, **guest: Any) -> Booking:
    """Book the host: the event goes into the calendar, whose provider invites if `shared`."""
    booking = make_booking(make_event_type(host, most_others=2), **guest)
    if booking.event is None:
        Work.objects.filter(key__startswith=f"booking:{booking.pk}:").delete()
        booking.event = plan_event(host.pk, calendar)
        booking.invites = Booking.Invites.CALENDAR if shared else Booking.Invites.MAIL
        booking.save()
        plan_standing(booking)
    return booking
