"""What the Integrations page shows of calendars: a row per account, a line per calendar, and where bookings go."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.calendars.models import Calendar
from sivient.calendars.queries import SHOWN_FOR, invites, targets
from sivient.calendars.unread import counts
from sivient.console.calendars_names import Names
from sivient.console.calendars_words import ADDRESS, ago
from sivient.core.moments import city, clock, day
from sivient.delivery.banner import FIRST_READING, beyond
from sivient.integrations import queries, registry
from sivient.integrations.models import Grant
from sivient.integrations.queries import Card, CardState
from sivient.scheduling.models import EventType, SchedulingPage

NO_TIMES = "Until then your page shows no times."
WITHOUT = "Guests can then book times that are taken in it. Tick it again when it can be read."
NOTHING_BLOCKS = (
    "Nothing blocks your times: guests can book over what stands in your calendars.",
    "Tick a calendar.",
)
WITHOUT_ANY = "It is the last one that blocks your times: guests can then book over what stands in your calendars."
WORDS = {
    CardState.CONNECTED: "Connected",
    CardState.RECONNECT: "Reconnect needed",
    CardState.OFF: "Turned off",
    CardState.DEAUTHORIZED: "Removed",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One calendar of an account. `problem` and `means` are sentences; `stops` says that it keeps the page empty."""

    calendar: Calendar
    receives: bool  # bookings
    read: str
    is_new: bool  # it is being read for the first time
    without: str = WITHOUT  # what taking bookings without it means
    problem: str = ""
    means: str = ""
    stops: bool = False
    skipped: tuple[str, ...] = ()
    name: str = ""  # what it is called beside its account

    @property
    def is_open(self) -> bool:
        """Say whether bookings go into it although guests can book over what else stands there."""
        return self.receives and not self.calendar.blocks and not self.calendar.gone_at


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a host has chosen, in numbers of calendars."""

    receiving: frozenset[int | None]
    blocking: frozenset[int]

    def without(self, dropped: Iterable[Calendar]) -> str:
        """Return what taking bookings without these calendars means."""
        return WITHOUT if self.blocking - {each.pk for each in dropped} else WITHOUT_ANY


@dataclass(frozen=True, slots=True)
class Row:
    """One account, or a vendor of which none is connected. Moments are words in the host's zone."""

    card: Card
    lines: tuple[Line, ...]
    missing: tuple[str, ...]  # what does not work, because a permission was not given
    connected_on: str
    since: str
    started: str
    written: int = 0  # bookings ahead whose event stands in it
    is_last: bool = False  # of its vendor's accounts, behind which another one is offered
    without: str = WITHOUT  # what taking bookings without all of it means

    @property
    def is_address(self) -> bool:
        """Say whether it is one calendar at an address, and no account."""
        return self.card.provider.key == ADDRESS

    @property
    def title(self) -> str:
        """Return what its card is called: the vendor, or the one calendar at an address."""
        if self.is_address and self.card.is_live:
            return next((line.name for line in self.lines), self.card.label) or self.card.provider.label
        return self.card.provider.label

    @property
    def whose(self) -> str:
        """Return the account's address, or the host of a calendar's address; "" where the title says it."""
        return self.card.label if self.card.is_live and self.card.label != self.title else ""

    @property
    def name(self) -> str:
        """Return how it is told apart from every other one."""
        return f"{self.title} ({self.whose})" if self.whose else self.title

    @property
    def word(self) -> str:
        """Return the state in the word that the guide uses."""
        return WORDS.get(self.card.state, "Not connected")

    @property
    def anchor(self) -> str:
        """Return what its card is called in the page."""
        return f"{self.card.provider.key}-{self.card.connection}" if self.card.connection else self.card.provider.key

    @property
    def why(self) -> str:
        """Return what the vendor's reason says beyond the headline."""
        return beyond(self.card.reason, self.card.provider.label)

    @property
    def consents(self) -> bool:
        """Say whether the vendor has a consent page; otherwise the host types an address or a password here."""
        return self.card.provider.oauth is not None

    @property
    def blocks(self) -> bool:
        """Say whether the host's times depend on it."""
        return any(line.calendar.blocks for line in self.lines)

    @property
    def receives(self) -> bool:
        """Say whether bookings are to be written into one of its calendars."""
        return any(line.receives for line in self.lines)


@dataclass(frozen=True, slots=True)
class Target:
    """One choice of where bookings are written; `value` is the calendar's number, "" for nowhere."""

    value: str
    label: str
    hint: str
    checked: bool


def calendar_rows(user: User, *, now: datetime) -> list[Row]:
    """Return the rows of every vendor that has calendars, account by account."""
    blocking = Calendar.objects.filter(host=user, blocks=True).values_list("pk", flat=True)
    chosen = Chosen(_receiving(user), frozenset(blocking))
    rows, names = [], Names(user)
    for vendor, provider in registry.PROVIDERS.items():
        if provider.calendars is None:
            continue
        *others, last = queries.cards(user, vendor, now=now) or [queries.unconnected(user, vendor, now=now)]
        rows += [_row(user, card, chosen, names, now=now) for card in others]
        rows.append(_row(user, last, chosen, names, now=now, is_last=provider.several))
    return rows


def row_of(user: User, number: int, *, now: datetime) -> Row | None:
    """Return the row of one account, by the number of its connection; None once it is not connected."""
    return next(
        (row for row in calendar_rows(user, now=now) if row.card.is_live and row.card.connection == number), None
    )


def nothing_blocks(user: User, rows: Iterable[Row]) -> tuple[str, ...]:
    """Return what to say when the host has calendars and none of them blocks; () otherwise."""
    if not any(row.lines for row in rows) or Calendar.objects.filter(host=user, blocks=True).exists():
        return ()
    return NOTHING_BLOCKS


def target_choices(user: User) -> list[Target]:
    """Return where bookings may be written, and nowhere; [] where there is no choice."""
    page = SchedulingPage.objects.filter(host=user).select_related("calendar__connection").first()
    chosen = page.calendar if page else None
    offered = sorted(targets(user).select_related("connection__grant"), key=_by_account)
    if not offered and chosen is None:
        return []
    names = Names(user)
    found = [Target(str(each.pk), names.full(each), _invited(each), each == chosen) for each in offered]
    if chosen is not None and chosen not in offered:
        hint = "Nothing can be written into it now. Until that is mended, we mail the invites."
        found.append(Target(str(chosen.pk), names.full(chosen), hint, checked=True))
    return [*found, Target("", "Nowhere", "We mail the invites to you and your guests.", chosen is None)]


def _by_account(calendar: Calendar) -> tuple[object, ...]:
    return calendar.connection.vendor, calendar.connection_id, not calendar.primary, calendar.name, calendar.pk


def _invited(calendar: Calendar) -> str:
    label, grant = registry.provider(calendar.connection.vendor).label, calendar.connection.grant
    if grant is None or grant.state != Grant.State.CONNECTED:
        return "It needs reconnecting. Until then, we mail the invites."
    if invites(calendar):
        return f"{label} sends the invites, and tells guests of changes."
    return "The booking stands in it; we mail the invites to you and your guests."


def _receiving(user: User) -> frozenset[int | None]:
    own = EventType.objects.filter(host=user, active=True).values_list("calendar", flat=True)
    return frozenset(own) | frozenset(SchedulingPage.objects.filter(host=user).values_list("calendar", flat=True))


def _row(user: User, card: Card, chosen: Chosen, names: Names, *, now: datetime, is_last: bool = False) -> Row:
    zone = user.timezone
    found = list(Calendar.objects.filter(connection=card.connection)) if card.is_live else []
    works = card.state == CardState.CONNECTED
    return Row(
        card=card,
        lines=tuple(replace(_line(each, chosen, works=works, now=now), name=names.short(each)) for each in found),
        missing=card.provider.missing(card.scope) if works else (),
        connected_on=day(card.connected_at, zone) if card.connected_at else "",
        since=f"{day(card.since, zone)}, {clock(card.since, zone)} ({city(zone)})" if card.since else "",
        started=clock(card.started_at, zone) if card.started_at else "",
        written=_written(card.connection, now) if card.is_live else 0,
        is_last=is_last and card.is_live and card.state != CardState.OFF,
        without=chosen.without(found),
    )


def _written(connection: int | None, now: datetime) -> int:
    ahead = Booking.objects.filter(status=Booking.Status.CONFIRMED, end__gt=now)
    return ahead.filter(event__calendar__connection=connection, event__removed_at=None).count()


def _line(calendar: Calendar, chosen: Chosen, *, works: bool, now: datetime) -> Line:
    """Return the line of a calendar. While its account does not work, the card says why and not each line."""
    receives, without = calendar.pk in chosen.receiving, chosen.without([calendar])
    read = f"Read {ago(calendar.synced_at, now)}" if calendar.synced_at else ""
    if not works:
        return Line(calendar, receives, read, is_new=False)
    if calendar.gone_at:
        problem = calendar.trouble
        means = "Until you take bookings without it, your page shows no times." if calendar.blocks else ""
        return Line(calendar, receives, read, False, without, problem, means, stops=calendar.blocks)
    if not calendar.blocks:
        return Line(calendar, receives, "", is_new=False, problem=calendar.trouble if receives else "")
    is_late = calendar.synced_at is None or now - calendar.synced_at > SHOWN_FOR
    is_new = calendar.synced_at is None and not calendar.trouble and now - calendar.created_at < FIRST_READING
    problem = calendar.trouble
    if is_late and not is_new and not problem:
        problem = "It has not been read for more than an hour." if calendar.synced_at else "It could not be read yet."
    means = f"We keep trying. {NO_TIMES}" if is_late else "We keep trying."
    return Line(
        calendar,
        receives,
        read or ("Reading it for the first time. " + NO_TIMES if is_new else ""),
        is_new=is_new,
        without=without,
        problem=problem,
        means=means if problem else "",
        stops=bool(problem) and is_late,
        skipped=tuple(_skipped(counts(calendar.skipped).items())),
    )


def _skipped(found: Iterable[tuple[str, int]]) -> Iterable[str]:
    for reason, count in found:
        entries = "1 entry" if count == 1 else f"{count} entries"
        yield f"{entries} could not be read: {reason}"
