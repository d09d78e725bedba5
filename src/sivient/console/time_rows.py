"""Rows of two time fields, from and to: what was typed, and what it means."""

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from sivient.core.availability import MINUTES_PER_DAY

MOST_ROWS = 12  # of one day
PLACES = frozenset(map(str, range(1000)))  # what a button of a row may name; a form of ours has fewer fields
TOO_MANY = f"A day has up to {MOST_ROWS} rows. Remove this one."
BOTH = "Enter both times, or remove the row."
LONGEST_TYPED = 40  # characters that are kept of what was typed as a time; none that is one has so many
NOT_A_TIME = "Enter times such as 09:00."
Minutes = tuple[int, int]
"""Start and end in minutes since local midnight, as in core.availability.Hours."""


@dataclass(slots=True)
class Row:
    """One pair of time fields as they were typed."""

    start: str = ""
    end: str = ""
    problem: str = ""


def stored(start: int, end: int) -> Row:
    """Return the row that shows stored hours."""
    return Row(_clock(start), _clock(end))


def next_row(rows: list[Row]) -> Row:
    """Return office hours for a day that has none, and a blank row for another."""
    return Row() if rows else Row("09:00", "17:00")


def typed(post: QueryDict, day: str) -> list[Row]:
    """Return the rows as they were typed: fields `from-DAY` and `to-DAY`, as often as there are rows."""
    pairs = zip(post.getlist(f"from-{day}"), post.getlist(f"to-{day}"), strict=False)
    return [Row(start.strip()[:LONGEST_TYPED], end.strip()[:LONGEST_TYPED]) for start, end in pairs]


def is_full(rows: list[Row]) -> bool:
    """Say whether a day has as many rows as it may."""
    return len(rows) >= MOST_ROWS


def add(rows: list[Row]) -> None:
    """Add a row to a day that is not full."""
    if not is_full(rows):
        rows.append(next_row(rows))


def read(rows: list[Row]) -> list[tuple[Row, Minutes]]:
    """Return the rows that are hours, with their meaning; the others get their problem."""
    found = []
    for row in rows[MOST_ROWS:]:
        row.problem = TOO_MANY
    for row in rows[:MOST_ROWS]:
        start, end = _minute(row.start), _minute(row.end)
        if start is None or end is None or start == MINUTES_PER_DAY:
            row.problem = NOT_A_TIME if row.start and row.end else BOTH
        else:
            found.append((row, (start, end or MINUTES_PER_DAY)))
    return found


def _clock(minute: int) -> str:
    return f"{minute % MINUTES_PER_DAY // 60:02}:{minute % 60:02}"


def _minute(typed: str) -> int | None:
    """Return the minute of the day of '9:00', '09:00:00' or '24:00', or None."""
    if typed == "24:00":
        return MINUTES_PER_DAY
    for form in ("%H:%M", "%H:%M:%S"):
        try:
            read = datetime.strptime(typed, form)  # noqa: DTZ007  # a time of day has no zone
        except ValueError:
            continue
        return read.hour * 60 + read.minute
    return None
