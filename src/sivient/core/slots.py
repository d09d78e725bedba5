"""The slot engine: which starts a host offers. Architecture, section 4, rules 3 to 6.

Everything is computed on starts, not on meetings. Whatever stands in a meeting's way is turned into a range of
starts that are taken; open time becomes pieces, each with the grid it belongs to; what is left of the pieces
between the taken ranges is offered.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sivient.core.availability import Availability, local_ordinal, midnight
from sivient.core.interval import SECOND, Interval, Pair, ceil_seconds, floor_seconds, require_bookable
from sivient.core.limits import Limit, full_periods, periods_around

_LONGEST = timedelta(days=366)
_LONGEST_WINDOW = 36_525  # days: a hundred years
_NEVER = 1 << 62  # epoch seconds, after every date that a calendar can name


@dataclass(frozen=True, slots=True)
class SlotRules:
    """What an event type asks of a start. Lengths in whole seconds, at most 366 days (ValueError).

    `step` is the duration unless given. `window_days` n offers starts on local dates up to today + n.
    """

    duration: timedelta
    step: timedelta | None = None
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    minimum_notice: timedelta = timedelta(0)
    window_days: int | None = None
    limits: tuple[Limit, ...] = ()

    def __post_init__(self) -> None:
        for name in ("duration", "step", "buffer_before", "buffer_after", "minimum_notice"):
            length = getattr(self, name)
            if length is None:
                continue
            if not timedelta(0) <= length <= _LONGEST or length.microseconds:
                raise ValueError(f"{name} must be whole seconds from 0 to 366 days")
            if not length and name in ("duration", "step"):
                raise ValueError(f"{name} must be longer than 0")
        if self.window_days is not None and not 0 <= self.window_days <= _LONGEST_WINDOW:
            raise ValueError(f"window_days must be from 0 to {_LONGEST_WINDOW}")


class Booked(NamedTuple):
    """A meeting of the host with its own buffers, all in seconds; any tuple of this shape will do.

    `counts` says whether the limits of the event type count it.
    """

    start: int
    end: int
    buffer_before: int = 0
    buffer_after: int = 0
    counts: bool = False


class _Piece(NamedTuple):
    """Open time that belongs to one grid: starts lie at `anchor` plus whole steps."""

    start: int
    end: int
    anchor: int


def starts(
    availability: Availability,
    rules: SlotRules,
    *,
    window: Interval,
    busy: Iterable[Pair],
    booked: Iterable[tuple[int, int, int, int, bool]],
    now: datetime,
) -> list[int]:
    """Return what is offered: the starts in `window` that a guest may book, in order, in epoch seconds.

    `busy` (of calendars) and `booked` (our own, see `Booked`) may be in any order and overlap; they must hold
    all that lies in `reading_range` and, for the limits, in `counting_range`. More does no harm.
    """
    require_bookable(now)
    duration = rules.duration // SECOND
    first = max(ceil_seconds(window.start), ceil_seconds(now) + rules.minimum_notice // SECOND)
    beyond = min(ceil_seconds(window.end), _horizon(availability.zone, rules.window_days, now))
    if first >= beyond or not all(limit.allows(1, duration) for limit in rules.limits):
        return []
    taken = _taken(rules, busy, booked, availability.zone)
    pieces = _pieces(availability, first, beyond + duration)
    return _sweep(pieces, taken, first, beyond, duration, (rules.step or rules.duration) // SECOND)


def reading_range(rules: SlotRules, window: Interval, *, longest_buffer: timedelta = timedelta(0)) -> Pair:
    """Return how wide busy time and bookings must be read to offer starts in `window`, in epoch seconds.

    `longest_buffer` is the longest buffer that any booking of the host carries: it can reach into the window.
    """
    before = max(rules.buffer_before, longest_buffer) // SECOND
    after = (rules.duration + max(rules.buffer_after, longest_buffer)) // SECOND
    start, end = window.seconds()
    return start - before, end + after


def counting_range(availability: Availability, rules: SlotRules, window: Interval) -> Pair | None:
    """Return where bookings that count must be read for the limits, by their start; None without limits."""
    if not rules.limits:
        return None
    zone = availability.zone
    start, end = window.seconds()
    first, beyond = periods_around(rules.limits, local_ordinal(zone, start), local_ordinal(zone, end - 1))
    return midnight(zone, first), midnight(zone, beyond)


def nearest(offered: Sequence[int], wanted: int, n: int = 3) -> list[int]:
    """Return the `n` offered starts nearest to the wanted one, in order of time; of two as near, the earlier."""
    low = high = bisect_left(offered, wanted)
    while high - low < n and (low > 0 or high < len(offered)):
        if high == len(offered) or (low > 0 and wanted - offered[low - 1] <= offered[high] - wanted):
            low -= 1
        else:
            high += 1
    return list(offered[low:high])


def _horizon(zone: str, window_days: int | None, now: datetime) -> int:
    """Return the epoch second at which the booking window ends."""
    if window_days is None:
        return _NEVER
    return midnight(zone, local_ordinal(zone, floor_seconds(now)) + window_days + 1)


def _taken(
    rules: SlotRules, busy: Iterable[Pair], booked: Iterable[tuple[int, int, int, int, bool]], zone: str
) -> list[Pair]:
    """Return the ranges of starts at which something stands in the way, in order of their beginnings.

    A meeting misses another one, and both miss the other's buffers, exactly when its start lies neither in the
    other nor in what is before it: the duration and the longer of the two buffers between them. The last second
    of all that is free: a meeting may end as the other's buffer begins.
    """
    duration = rules.duration // SECOND
    before, after = rules.buffer_before // SECOND, rules.buffer_after // SECOND
    lead = duration + after - 1
    taken = [(start - lead, end + before) for start, end in busy if start < end]
    counted = []
    for start, end, own_before, own_after, counts in booked:
        taken.append((start - duration - max(after, own_before) + 1, end + max(before, own_after)))
        if counts:
            counted.append((start, end))
    if rules.limits and counted:
        taken += full_periods(rules.limits, counted, zone=zone, duration=duration)
    taken.sort()
    return taken


def _pieces(availability: Availability, start: int, end: int) -> list[_Piece]:
    """Return the open time around [start, end) as disjoint pieces in order, each of the latest date that has it.

    Hours may begin on the evening before. One more day before that, because zones that cross the date line
    skip one.
    """
    zone = availability.zone
    pieces: list[_Piece] = []
    for opened in availability.openings(local_ordinal(zone, start) - 2, local_ordinal(zone, end - 1)):
        for opening in opened:
            if pieces and opening[0] < pieces[-1].end:
                _lay(pieces, *opening)
            else:
                pieces.append(_Piece(opening[0], opening[1], opening[0]))
    return pieces


def _lay(pieces: list[_Piece], start: int, end: int) -> None:
    """Lay a later date's hours over the pieces; what sticks out of them keeps its own grid."""
    left: list[_Piece] = []
    right: list[_Piece] = []
    while pieces and pieces[-1].end > start:
        piece = pieces.pop()
        if piece.start < start:
            left.append(piece._replace(end=start))
        if piece.end > end:
            right.append(piece._replace(start=max(piece.start, end)))
    pieces += [*left, _Piece(start, end, start), *reversed(right)]


def _sweep(pieces: list[_Piece], taken: list[Pair], first: int, beyond: int, duration: int, step: int) -> list[int]:
    """Return the grid points from `first` up to `beyond` whose meeting stays in open time, and that are not taken."""
    last_starts = []
    run_end = run_start = _NEVER
    for start, end, _ in reversed(pieces):
        if end != run_start:
            run_end = end
        run_start = start
        last_starts.append(run_end - duration)
    last_starts.reverse()

    offered: list[int] = []
    taken = [*taken, (_NEVER, _NEVER)]
    i = 0
    for (start, end, anchor), last_start in zip(pieces, last_starts, strict=True):
        low, high = max(start, first), min(end, last_start + 1, beyond)
        while low < high:
            taken_from, taken_to = taken[i]
            if low < taken_from:
                offered.extend(range(low + (anchor - low) % step, min(taken_from, high), step))
            if taken_from >= high:
                break  # it may stand in the way of the next piece
            low = max(low, taken_to)
            if low < high:
                i += 1
    return offered
