"""How offered times look on the event page: pure presentation of epoch seconds, in one guest's zone and clock."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sivient.booking.preferences import Preferences, written
from sivient.booking.stretch import SPAN, Source, Stretch, around, chosen_day, ends, first_shown, local_date, stretch
from sivient.core import moments
from sivient.core.interval import moment
from sivient.scheduling.models import EventType, Window

_DAY = timedelta(days=1)
WAKING_HOURS = range(7, 22)
LONGEST_BAR = 6


@dataclass(frozen=True, slots=True)
class DayPart:
    """A part of the day, from the hour at which it begins to the next part. `dark` ones are marked as night."""

    name: str
    begins: int
    dark: bool = False


DAY_PARTS = (
    DayPart("Night", 0, dark=True),
    DayPart("Morning", 6),
    DayPart("Afternoon", 12),
    DayPart("Evening", 17),
    DayPart("Late evening", 22, dark=True),
)


@dataclass(frozen=True, slots=True)
class FreeTime:
    """One offered start: `at` for its link, `time` and `half` for its face.

    `half` is the small print: am, pm, or the offset of an hour that the clocks repeat on that day.
    """

    at: str
    day: date
    minute: int  # of the local day
    time: str
    half: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the weeks. `free` counts its times."""

    day: date
    free: int
    today: bool
    chosen: bool

    @property
    def iso(self) -> str:
        """The day for an address."""
        return self.day.isoformat()

    @property
    def label(self) -> str:
        """The day in full, for those who do not see where it stands."""
        free = "no times" if not self.free else f"{_counted(self.free, 'time')} free"
        return f"{self.day:%A} {self.day.day} {self.day:%B}, {'today, ' if self.today else ''}{free}"

    @property
    def month(self) -> str:
        """The name of the month that begins on this day, else ''."""
        return f"{self.day:%b}" if self.day.day == 1 else ""

    @property
    def bar(self) -> int:
        """Length of the bar that says few or many, 1 to 6."""
        return min(LONGEST_BAR, (self.free + 1) // 2)


@dataclass(frozen=True, slots=True)
class PartTimes:
    """The free times of one part of the chosen day."""

    part: DayPart
    times: list[FreeTime]


@dataclass(frozen=True, slots=True)
class EventTimes:
    """Everything about time that the event page shows.

    `earlier` and `later` are days that lead to the weeks with free times before and after, if there are any. `early`
    is a free time of the night before `next`, which is the first one that suits somebody who sleeps. `known` is all
    that the page knows.
    """

    zone: ZoneInfo
    known: Stretch
    weeks: list[list[Cell]]
    title: str
    earlier: date | None
    later: date | None
    chosen: date
    parts: list[PartTimes]
    next: FreeTime
    early: FreeTime | None

    @property
    def last(self) -> date:
        """The last day with free times."""
        return local_date(self.known.last, self.zone)

    @property
    def strip(self) -> str:
        """The free times of the chosen day as an SVG path, 1440 minutes wide."""
        return "".join(f"M{time.minute} 0v18" for part in self.parts for time in part.times)


def event_times(source: Source, look: Preferences, *, now: datetime, wanted: date | None) -> EventTimes | None:
    """Return what the page shows of the free times, or None when there are none.

    The weeks begin with the week of the first free day, and roll on in steps of five. A wanted day without free
    times gives way to the next one that has some.
    """
    zone = ZoneInfo(look.zone)
    of = ends(source)
    if of is None:
        return None
    chosen, opening = chosen_day(source, of, zone, wanted), local_date(of[0], zone)
    first = first_shown(opening, chosen)
    known = stretch(source, around(first), of)
    days = by_day(known.starts, zone)
    last = first + SPAN - _DAY
    today = now.astimezone(zone).date()
    cells = [_cell(first + n * _DAY, days, today, chosen) for n in range(SPAN.days)]
    before, after = _neighbours(known, days, first, last, zone)
    next_time, early = _next_free(known.soon, look)
    return EventTimes(
        zone=zone,
        known=known,
        weeks=[cells[n : n + 7] for n in range(0, len(cells), 7)],
        title=_months(max(first, today), last),
        earlier=max(opening, first_shown(opening, before)) if before else None,
        later=after,
        chosen=chosen,
        parts=_parts(_day_times(days[chosen], look)),
        next=next_time,
        early=early,
    )


def instead(times: EventTimes, wanted: date, look: Preferences, now: datetime) -> dict[str, date]:
    """Return why other weeks than those of the wanted date are shown: it is `past`, in a `gap`, or all is `over`."""
    opening = local_date(times.known.first, times.zone)
    if wanted > times.last:
        return {"over": wanted}
    if wanted < now.astimezone(times.zone).date() - look.guessed * _DAY:  # yesterday may be today where they are
        return {"past": wanted}
    shown, asked = (first_shown(opening, day) for day in (times.chosen, wanted))
    return {} if shown == asked else {"gap": wanted}


def _neighbours(
    known: Stretch, days: dict[date, list[int]], first: date, last: date, zone: ZoneInfo
) -> tuple[date | None, date | None]:
    """Return the last free day before the weeks and the first one after them."""
    before = next((day for day in reversed(days) if day < first), None)
    if before is None and known.before is not None:
        before = local_date(known.before, zone)
    after = next((day for day in days if day > last), None)
    if after is None and known.after is not None:
        after = local_date(known.after, zone)
    return before, after


def duration_words(minutes: int) -> str:
    """Return a length in words: '30 minutes', '1 hour 15 minutes'."""
    hours, rest = divmod(minutes, 60)
    words = [_counted(hours, "hour")] * bool(hours) + [_counted(rest, "minute")] * bool(rest)
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Length:
    """How long an event type takes, short enough for a list: '30' and 'min', '1 h 30' and 'min', '24' and 'h'."""

    number: str
    unit: str


def length(durations: Sequence[int]) -> Length:
    """Return a duration, or the shortest and the longest of several: '15-90' and 'min', '1-2' and 'h'."""
    shortest, longest = min(durations), max(durations)
    hours = shortest % 60 == longest % 60 == 0 and longest > 60
    if shortest == longest:
        whole, rest = divmod(longest, 60)
        number = f"{whole}" if hours else f"{whole} h {rest}" if whole and longest > 60 else f"{longest}"
    else:
        number = "\N{EN DASH}".join(str(each // 60 if hours else each) for each in (shortest, longest))
    return Length(number, "h" if hours else "min")


def notice_words(length: timedelta) -> str:
    """Return a length in words, in whole days where it has them: '2 days', '90 minutes' is '1 hour 30 minutes'."""
    days, rest = divmod(length, _DAY)
    return _counted(days, "day") if days and not rest else duration_words(int(length.total_seconds()) // 60)


def limits_words(event_type: EventType) -> str:
    """Return until when guests may change what they book: 'reschedule until 2 days before'; '' without any limit."""
    reschedule, cancel = event_type.reschedule_notice, event_type.cancel_notice
    if reschedule == cancel:
        return f"reschedule or cancel until {notice_words(cancel)} before" if cancel else ""
    limits = (("reschedule", reschedule), ("cancel", cancel))
    return " and ".join(f"{verb} until {notice_words(notice)} before" for verb, notice in limits if notice)


def or_words(words: Sequence[str]) -> str:
    """Return a choice in words: '30 minutes, 45 minutes or 1 hour'."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def window_words(event_type: EventType) -> str:
    """Return when one may book: 'in the next 8 weeks', 'between 1 December 2026 and 24 December 2026'."""
    days = event_type.window_days
    if event_type.window_kind == Window.BUSINESS_DAYS:
        return f"in the next {_counted(days, 'business day')}"
    if event_type.window_kind == Window.DATES and event_type.first_date and event_type.last_date:
        first, last = (f"{day.day} {day:%B} {day.year}" for day in (event_type.first_date, event_type.last_date))
        return f"on {first}" if first == last else f"between {first} and {last}"
    whole_weeks = days % 7 == 0 and days > 7
    return f"in the next {_counted(days // 7, 'week') if whole_weeks else _counted(days, 'day')}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def by_day(starts: Sequence[int], zone: ZoneInfo) -> dict[date, list[int]]:
    """Return starts (in order) by their date in a zone."""
    days: dict[date, list[int]] = {}
    low = 0
    while low < len(starts):  # looking for the end of each day asks far less of the zone than asking for each start
        day = local_date(starts[low], zone)
        high = bisect_right(starts, day, low, key=lambda start: local_date(start, zone))
        days.setdefault(day, []).extend(starts[low:high])
        low = high
    return days


def _cell(day: date, days: dict[date, list[int]], today: date, chosen: date) -> Cell:
    return Cell(day, len(days.get(day, ())), today=day == today, chosen=day == chosen)


def _months(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%b %Y}"
    return f"{first:%b}{'' if first.year == last.year else f' {first.year}'} \N{EN DASH} {last:%b %Y}"


def _free_time(start: int, look: Preferences) -> FreeTime:
    at = moment(start)
    local = at.astimezone(ZoneInfo(look.zone))
    time, _, half = moments.clock(at, look.zone, look.clock).partition(" ")
    return FreeTime(written(at), local.date(), local.hour * 60 + local.minute, time, half)


def _day_times(starts: list[int], look: Preferences) -> list[FreeTime]:
    """Return the times of one day; an hour that the clocks repeat is told apart by its offset."""
    times = [_free_time(start, look) for start in starts]
    seen = Counter(time.minute for time in times)
    return [
        replace(time, half=f"{time.half} {moments.offset(moment(start), look.zone)}".strip())
        if seen[time.minute] > 1
        else time
        for start, time in zip(starts, times, strict=True)
    ]


def _parts(times: list[FreeTime]) -> list[PartTimes]:
    found: dict[DayPart, list[FreeTime]] = {}
    for time in times:
        part = next(part for part in reversed(DAY_PARTS) if part.begins * 60 <= time.minute)
        found.setdefault(part, []).append(time)
    return [PartTimes(part, found[part]) for part in DAY_PARTS if part in found]


def _next_free(starts: Sequence[int], look: Preferences) -> tuple[FreeTime, FreeTime | None]:
    """Return the first start of somebody's day, and the first of all when that is in the night before it."""
    zone = ZoneInfo(look.zone)
    awake = next((start for start in starts if datetime.fromtimestamp(start, zone).hour in WAKING_HOURS), starts[0])
    early = _free_time(starts[0], look) if awake != starts[0] else None
    return _free_time(awake, look), early
