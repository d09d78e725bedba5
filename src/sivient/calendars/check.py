"""Ask the host's calendars whether a time is free, while a guest waits: all accounts at once, within a budget.

What does not answer in time is left behind and counts as not read. Tokens are read in this thread and never renewed,
so that the threads that ask touch no database.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from sivient.calendars import plans, queries
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.core.interval import Interval, Pair, ceil_seconds, floor_seconds, merge
from sivient.integrations.models import Connection
from sivient.integrations.services import calendars_now
from sivient.jobs.clock import database_now
from sivient.ports.calendars import Busy, Calendars
from sivient.ports.errors import IntegrationError, Reconnect, Rejected, TokenRefused
from sivient.ports.http import Patience

BUDGET = 2.0  # seconds, for all calendars together
THREADS = 32  # of a process; questions that find none in time are not answered
Answers = Mapping[str, Sequence[Busy]]


class Kind(StrEnum):
    """What is known of the time."""

    FREE = "free"  # every calendar that blocks says so
    TAKEN = "taken"
    STORED = "stored"  # not all answered, but what is stored of the others is young enough, and says that it is free
    UNREAD = "unread"  # some calendar is not known: the time is not free


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the host's calendars say about one time."""

    kind: Kind


def check(
    host_id: int,
    window: Interval,
    *,
    own: WrittenEvent | None = None,
    own_time: Interval | None = None,
    since: datetime | None = None,
    budget: float = BUDGET,
) -> Verdict:
    """Ask the calendars that block whether `window` is free; never longer than `budget` seconds.

    `own` is an event of ours whose time does not count in its calendar, because its booking is the one that is asked
    about. `own_time`: when that booking is, as its invite may stand in any calendar. The answer does not
    say what else lies at that time, so there the store is believed, if it is young enough, and was read after `own`
    was written and after `since`; if not, the calendar is read, and counts as one that did not answer.
    """
    calendars = list(queries.blocking(host_id).select_related("connection", "host"))
    if not calendars:
        return Verdict(Kind.FREE)
    answers, refused = _ask(calendars, window, budget)
    asked = [each for each in calendars if each.pk in answers]
    hidden = _Own(own, own_time, since)
    said = {each: hidden.judge(each, answers[each.pk], window.seconds()) for each in asked}
    for calendar, kind in said.items():
        if kind is not Kind.FREE:
            plans.plan_sync(calendar)  # the store does not know it yet
    if Kind.TAKEN in said.values():
        return Verdict(Kind.TAKEN)
    silent = [each.pk for each in calendars if said.get(each) is not Kind.FREE]
    if not silent:
        return Verdict(Kind.FREE)
    return Verdict(_by_store(silent, window) if not refused else Kind.UNREAD)


def _by_store(silent: Sequence[int], window: Interval) -> Kind:
    """Judge by what is stored of the calendars that did not answer."""
    start, end = window.seconds()
    if queries.stored_pairs(silent, start, end):
        return Kind.TAKEN
    there = Calendar.objects.filter(pk__in=silent)
    short = there.exclude(known_until__gte=window.end)
    if short.exists() or queries.untrusted(there, queries.TRUSTED_FOR).exists():
        return Kind.UNREAD
    return Kind.STORED


def _ask(calendars: Sequence[Calendar], window: Interval, budget: float) -> tuple[dict[int, Sequence[Busy]], bool]:
    """Ask all accounts at once; return the answers by calendar, and whether one refused for good."""
    patience = Patience(connect=budget / 2, answer=budget / 2)
    groups: dict[Connection, list[Calendar]] = {}
    for calendar in calendars:
        groups.setdefault(calendar.connection, []).append(calendar)
    questions: dict[Future[Answers], list[Calendar]] = {}
    refused = False
    for connection, group in groups.items():
        try:
            live = calendars_now(connection, patience)
        except IntegrationError as error:
            refused = refused or _is_final(error)
            continue
        questions[_pool().submit(_busy, live, [each.external_id for each in group], window, _zone(group))] = group
    done, late = wait(questions, timeout=budget)
    for future in late:
        future.cancel()
    answers: dict[int, Sequence[Busy]] = {}
    for future in done:
        try:
            answer = future.result()
        except IntegrationError as error:
            refused = refused or _is_final(error)
            continue
        answers |= {each.pk: answer[each.external_id] for each in questions[future] if each.external_id in answer}
    return answers, refused


def _busy(live: Calendars, names: Sequence[str], window: Interval, zone: str) -> Answers:
    return live.busy(names, window=window, zone=zone)


def _zone(group: Sequence[Calendar]) -> str:
    """Return where dates without a zone lie in these calendars, whose own zone the vendor knows."""
    return group[0].host.timezone


def _is_final(error: IntegrationError) -> bool:
    """Whether it says that the calendar cannot be read, so that what is stored counts for nothing.

    A token that is refused may only have to be renewed.
    """
    return isinstance(error, (Reconnect, Rejected)) and not isinstance(error, TokenRefused)


@dataclass(frozen=True, slots=True)
class _Own:
    """What is ours in the answers, see `check`."""

    event: WrittenEvent | None
    time: Interval | None
    since: datetime | None

    def judge(self, calendar: Calendar, answer: Iterable[Busy], window: Pair) -> Kind:
        """Say what is taken by others: FREE, TAKEN, or UNREAD where nobody knows what lies at our own time."""
        pairs = merge((floor_seconds(each.start), ceil_seconds(each.end)) for each in answer)
        foreign = pairs
        for hole in self._holes(calendar):
            foreign = _without(foreign, hole)
        if _touches(foreign, window):
            return Kind.TAKEN
        if not _touches(pairs, window):
            return Kind.FREE
        if not self._is_known(calendar):
            return Kind.UNREAD
        hidden = [(max(start, window[0]), min(end, window[1])) for start, end in self._holes(calendar)]
        stored = (queries.stored_pairs([calendar.pk], *part, but=self.event) for part in hidden if part[0] < part[1])
        return Kind.TAKEN if any(stored) else Kind.FREE

    def _holes(self, calendar: Calendar) -> Iterator[Pair]:
        """Yield when we have something in the calendar."""
        if self.time is not None:
            yield self.time.seconds()
        if self.event is not None and self.event.calendar_id == calendar.pk:
            for start, end in ((self.event.start, self.event.end), (self.event.seen_start, self.event.seen_end)):
                if start is not None and end is not None and end > start:
                    yield Interval(start, end).seconds()

    def _is_known(self, calendar: Calendar) -> bool:
        """Whether what is stored of the calendar says what else lies at our own time."""
        at = calendar.synced_at
        if at is None or at < database_now() - queries.TRUSTED_FOR:
            return False
        written_at = self.event.written_at if self.event is not None else None
        return all(moment is None or at > moment for moment in (written_at, self.since))


def _without(pairs: Iterable[Pair], hole: Pair) -> list[Pair]:
    """Return the same time without `hole`."""
    cut = [(start, min(end, hole[0])) for start, end in pairs] + [(max(start, hole[1]), end) for start, end in pairs]
    return merge(cut)


def _touches(pairs: Iterable[Pair], window: Pair) -> bool:
    return any(start < window[1] and end > window[0] for start, end in pairs)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    """Return the threads that ask, made with the first question: a child process has its own."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="calendar-check")
