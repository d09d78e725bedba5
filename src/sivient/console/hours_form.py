"""Weekly hours as rows of time fields: reading them, and adding or dropping a row without a script."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.http import QueryDict

from sivient.core.availability import MINUTES_PER_DAY, Hours
from sivient.scheduling import weekly
from sivient.scheduling.models import Schedule
from sivient.site import zones

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_ROWS = 12  # per weekday
BOTH = "Enter both times, or remove the row."
NOT_A_TIME = "Enter times such as 09:00."


@dataclass(slots=True)
class Row:
    """One pair of time fields as they were typed."""

    start: str = ""
    end: str = ""
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """Say whether nothing was typed."""
        return not self.start and not self.end


@dataclass(slots=True)
class HoursForm:
    """The rows of each weekday, and the zone they are read in."""

    timezone: str
    days: list[list[Row]] = field(default_factory=lambda: [[] for _ in WEEKDAYS])
    zone_problem: str = ""

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """Return the rows of a stored schedule."""
        form = cls(schedule.timezone)
        for hours in schedule.hours.all():
            form.days[hours.weekday].append(Row(_clock(hours.start), _clock(hours.end)))
        return form

    @classmethod
    def typed(cls, post: QueryDict) -> Self:
        """Return the rows as they were typed: fields `from-0`, `to-0` for Monday, as often as there are rows."""
        form = cls(post.get("timezone", ""))
        for day in range(7):
            pairs = zip(post.getlist(f"from-{day}"), post.getlist(f"to-{day}"), strict=False)
            form.days[day] = [Row(start.strip()[:8], end.strip()[:8]) for start, end in pairs][:MOST_ROWS]
        return form

    def press(self, post: QueryDict) -> bool:
        """Add or drop a row if such a button was pressed; say whether one was."""
        added, dropped = post.get("add", ""), post.get("drop", "")
        day, _, place = dropped.partition("-")
        if added in _DAYS:
            self.days[int(added)].append(_next_row(self.days[int(added)]))
        elif day in _DAYS and place.isdecimal() and int(place) < len(self.days[int(day)]):
            del self.days[int(day)][int(place)]
        return bool(added or dropped)

    def read(self) -> list[Hours]:
        """Return the hours, with a problem at each row that cannot stay. Blank rows do not count."""
        if zones.known(self.timezone) is None:
            self.zone_problem = "Choose a time zone from the list."
        rows, hours = [], []
        for day, written in enumerate(self.days):
            for row in written:
                if row.is_blank:
                    continue
                start, end = _minute(row.start), _minute(row.end)
                if start is None or end is None or start == MINUTES_PER_DAY:
                    row.problem = NOT_A_TIME if row.start and row.end else BOTH
                    continue
                rows.append(row)
                hours.append(Hours(day, start, end or MINUTES_PER_DAY))
        for place, problem in weekly.problems(hours).items():
            rows[place].problem = problem
        return hours

    def problems(self) -> list[tuple[str, str]]:
        """Return (id of the field, message) for the summary above the form."""
        found = [("timezone", self.zone_problem)] if self.zone_problem else []
        for day, rows in enumerate(self.days):
            found += [
                (f"from-{day}-{place}", f"{WEEKDAYS[day]}: {row.problem}")
                for place, row in enumerate(rows)
                if row.problem
            ]
        return found

    def week(self) -> list[tuple[int, str, list[Row]]]:
        """Return (number, name, rows) of each weekday."""
        return [(day, WEEKDAYS[day], rows) for day, rows in enumerate(self.days)]


_DAYS = tuple("0123456")


def _next_row(rows: list[Row]) -> Row:
    """Return office hours for a closed day, and a blank row for another."""
    return Row() if rows else Row("09:00", "17:00")


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
