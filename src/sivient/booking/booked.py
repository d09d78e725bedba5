"""How a booking stands, for the guest who holds its link."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from sivient.booking.changes import may_cancel, may_reschedule
from sivient.booking.models import Booking, Conference
from sivient.booking.pages import notice_words
from sivient.booking.places import Place, place
from sivient.booking.steps import CONFERENCE, EVENT, LINK_DUE, step_key
from sivient.core import moments
from sivient.integrations.queries import connected
from sivient.jobs.models import Work
from sivient.scheduling.models import Platform
from sivient.site import zones
from sivient.site.ticket import Ticket

PATIENCE = timedelta(minutes=1)  # so long a link may take without a word
GIVEN_UP = timedelta(minutes=10)  # after that, a page without JavaScript stops refreshing itself
GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/action/compose"


class State(StrEnum):
    """What the confirmed page says."""

    ASKED = "asked"  # the host has to confirm it
    DECLINED = "declined"
    EXPIRED = "expired"  # the host did not answer in time
    CANCELLED = "cancelled"
    PAST = "past"
    READY = "ready"  # the join link is there
    ARRANGED = "arranged"  # there is no link to wait for
    WAITING = "waiting"  # Zoom is not connected
    PENDING = "pending"  # the link is being made
    DELAYED = "delayed"  # it takes longer than usual
    LINKLESS = "linkless"  # none is coming by itself: it takes the host


ENDS = {
    Booking.Status.CANCELLED: State.CANCELLED,
    Booking.Status.DECLINED: State.DECLINED,
    Booking.Status.EXPIRED: State.EXPIRED,
}
SAYS = {
    State.ASKED: "Your request waits for an answer.",
    State.DECLINED: "Your request was declined.",
    State.EXPIRED: "Your request was not answered in time.",
    State.CANCELLED: "This booking is cancelled.",
    State.PAST: "This meeting is over.",
    State.READY: "Your Zoom link is ready.",
    State.ARRANGED: "You are booked.",
    State.WAITING: "Your Zoom link comes later, by email.",
    State.PENDING: "Your Zoom link is being made.",
    State.DELAYED: "Your Zoom link takes longer than usual. It comes by email and on this page.",
    State.LINKLESS: "There is no link for this meeting yet.",
}
OF_THE_EVENT = (Booking.CalendarAsks.DELETED, Booking.CalendarAsks.ELSEWHERE, Booking.CalendarAsks.MOVED)
OWN_READY = "Your link is ready."
WITHDRAWN = "This request is withdrawn."


@dataclass(frozen=True, slots=True)
class BookedPage:
    """What `booking/booked.html` shows. `conference` is where they meet, None while there is no link.

    `host_told`: a mail to the host has left that says that no link is coming. `invite_late`: the host's calendar,
    which is to invite the guest, has trouble.
    """

    booking: Booking
    state: State
    conference: Conference | None
    now: datetime
    host_told: bool = False
    invite_late: bool = False

    @property
    def link(self) -> str:
        """The join link, '' while there is none."""
        return self.conference.join_url if self.conference else ""

    @property
    def in_zoom(self) -> bool:
        """Whether Zoom made the meeting; else the host gave the link, which may lead anywhere."""
        return self.conference is not None and self.conference.vendor == Platform.ZOOM

    @property
    def complete(self) -> bool:
        """Whether the guest knows all they need to meet."""
        return self.state in (State.READY, State.ARRANGED)

    @property
    def invited(self) -> bool:
        """Whether an invite with all of it has left."""
        own = self.booking
        return (own.link_invited_at if own.platform == Platform.ZOOM else own.invited_at) is not None

    @property
    def settled(self) -> bool:
        """Whether nothing more will change by itself."""
        given_up = self.state == State.LINKLESS and not self.host_told
        return self.ended or self.state == State.PAST or given_up or (self.complete and self.invited)

    @property
    def ended(self) -> bool:
        """Whether the booking came to nothing."""
        return self.state in ENDS.values()

    @property
    def was_request(self) -> bool:
        """Whether it ended before the host had approved it."""
        return self.ended and self.booking.answer_by is not None and self.booking.approved_at is None

    @property
    def seen(self) -> str:
        """A word that changes when the page would look different, also by another link."""
        link = f"-{hashlib.sha256(self.link.encode()).hexdigest()[:8]}" if self.link else ""
        invite = "invited" if self.invited else "late" if self.invite_late else "not-invited"
        return f"{self.booking.version}-{self.state}-{invite}{link}{self.calendar_asks}"

    @property
    def says(self) -> str:
        """The state in a sentence, for those who do not see the page change."""
        if self.state == State.READY and not self.in_zoom:
            return OWN_READY
        return WITHDRAWN if self.state == State.CANCELLED and self.was_request else SAYS[self.state]

    @property
    def refreshes(self) -> bool:
        """Whether a page without JavaScript asks again by itself."""
        return not self.settled and self.state != State.ASKED and self.now - _since(self.booking) < GIVEN_UP

    @property
    def place(self) -> Place:
        """Where the meeting happens."""
        return place(self.booking.platform)

    @property
    def ticket(self) -> Ticket:
        """The booking in the guest's own zone and clock."""
        return ticket_of(self.booking, off=self.ended)

    @property
    def moved_from(self) -> str:
        """The day and time before the last reschedule, in the guest's zone and clock; '' if there was none."""
        before = self.booking.previous_start
        return "" if before is None else _moment(self.booking, before)

    @property
    def calendar_asks(self) -> str:
        """What the host has made of the event by which the guest was invited, and has yet to explain; '' for nothing.

        Its provider has told the guest of that already; what is not the guest's event is not theirs to know of.
        """
        asks = self.booking.calendar_asks if self.booking.invites == Booking.Invites.CALENDAR else ""
        return asks if asks in OF_THE_EVENT and not self.begun else ""

    @property
    def stands_at(self) -> str:
        """The day and time of the booking, in the guest's zone and clock."""
        return _moment(self.booking, self.booking.start)

    @property
    def answer_by(self) -> str:
        """Until when the host may answer a request, in the guest's zone and clock, with the zone."""
        until = self.booking.answer_by or self.booking.start
        return f"{_moment(self.booking, until)} ({zones.label(self.booking.guest_timezone, until)})"

    @property
    def join(self) -> str:
        """The address behind the join button: Zoom's, or the host's own link; '' when there is none to click."""
        own = self.booking.platform_details if self.booking.platform == Platform.OWN_LINK else ""
        address = self.link or own
        return address if address.startswith(("https://", "http://")) else ""

    @property
    def reschedule_notice(self) -> str:
        """How long before the start guests may still reschedule, in words."""
        return notice_words(self.booking.reschedule_notice)

    @property
    def cancel_notice(self) -> str:
        """How long before the start guests may still cancel, in words."""
        return notice_words(self.booking.cancel_notice)

    @property
    def can_cancel(self) -> bool:
        """Whether the guest may still cancel."""
        return may_cancel(self.booking, self.now)

    @property
    def can_reschedule(self) -> bool:
        """Whether the guest may still choose another time."""
        return may_reschedule(self.booking, self.now)

    @property
    def begun(self) -> bool:
        """Whether the meeting has begun, or is over."""
        return self.booking.start <= self.now

    @property
    def google(self) -> str:
        """The address that puts the meeting into a Google calendar."""
        start, end = (f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in (self.booking.start, self.booking.end))
        query = {"action": "TEMPLATE", "text": self._summary, "dates": f"{start}/{end}", "location": self._location}
        return f"{GOOGLE}?{urlencode(query)}"

    @property
    def outlook(self) -> str:
        """The address that puts the meeting into an Outlook calendar."""
        start, end = (f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (self.booking.start, self.booking.end))
        query = {"rru": "addevent", "subject": self._summary, "startdt": start, "enddt": end}
        return f"{OUTLOOK}?{urlencode({**query, 'location': self._location})}"

    @property
    def _summary(self) -> str:
        return f"{self.booking.title} with {self.booking.host.name}"

    @property
    def _location(self) -> str:
        return self.link or self.booking.platform_details


def booked_page(booking: Booking, now: datetime) -> BookedPage:
    """Return how the booking stands now."""
    conference = booking.conferences.filter(unused=False).first()
    state = _state(booking, conference, now)
    if state in (State.WAITING, State.PENDING, State.DELAYED) and _is_hopeless(booking, now):
        told = bool(booking.host.email) and _stands(booking, LINK_DUE, Work.State.DONE)
        return BookedPage(booking, State.LINKLESS, conference, now, host_told=told)
    late = booking.invites == Booking.Invites.CALENDAR and booking.invited_at is None and _in_trouble(booking, EVENT)
    return BookedPage(booking, state, conference, now, invite_late=late)


def ticket_of(booking: Booking, *, off: bool = False) -> Ticket:
    """Return the booking as its guest sees it."""
    return Ticket(
        title=booking.title,
        start=booking.start,
        end=booking.end,
        zone=booking.guest_timezone,
        clock=booking.guest_clock,
        other_name=booking.host.name,
        other_zone=booking.host.timezone,
        off=off,
    )


def _state(booking: Booking, conference: Conference | None, now: datetime) -> State:
    if booking.status in ENDS:
        return ENDS[Booking.Status(booking.status)]
    if booking.status == Booking.Status.PENDING:
        return State.EXPIRED if booking.answer_is_due(now) else State.ASKED
    if booking.end <= now:
        return State.PAST
    if booking.platform != Platform.ZOOM:
        return State.ARRANGED
    if conference is not None:
        return State.READY
    if not connected(booking.host, Platform.ZOOM):
        return State.WAITING
    return State.DELAYED if now - _since(booking) > PATIENCE or _in_trouble(booking, CONFERENCE) else State.PENDING


def _is_hopeless(booking: Booking, now: datetime) -> bool:
    """Whether no link comes by itself: given up, nobody's Zoom is left to make it, or the meeting's time has come."""
    host_left = booking.host.closed_at is not None
    return host_left or booking.start <= now or _stands(booking, CONFERENCE, Work.State.FAILED)


def _in_trouble(booking: Booking, step: str) -> bool:
    """Whether a step is not simply under way: it waits for another try, or for the end of a limit."""
    making = Work.objects.filter(kind=step, key=step_key(booking)).exclude(state=Work.State.DONE)
    return making.exclude(trouble=Work.Trouble.NONE).exists()


def _stands(booking: Booking, step: str, state: Work.State) -> bool:
    return Work.objects.filter(kind=step, key=step_key(booking), state=state).exists()


def _since(booking: Booking) -> datetime:
    """Return since when the booking is to be delivered as it stands."""
    return max(filter(None, (booking.created_at, booking.approved_at, booking.rescheduled_at)))


def _moment(booking: Booking, at: datetime) -> str:
    zone = booking.guest_timezone
    return f"{moments.day(at, zone)}, {moments.clock(at, zone, booking.guest_clock)}"
