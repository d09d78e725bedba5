"""A schedule as it is edited: name, time zone, and weekly hours as rows that come and go without a script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from django.http import QueryDict

from sivient.console import time_rows
from sivient.console.forms import LONGEST_TYPED
from sivient.console.time_rows import Row, read
from sivient.core.availability import Hours
from sivient.core.text import clean_line
from sivient.scheduling import weekly
from sivient.scheduling.models import Schedule
from sivient.site import zones

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SATURDAY = 5


@dataclass(slots=True)
class HoursForm:
    """The name, the rows of each weekday, and the zone they are read in."""

    timezone: str
    name: str = ""
    days: list[list[Row]] = field(default_factory=lambda: [[] for _ in WEEKDAYS])
    zone_problem: str = ""
    name_problem: str = ""

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """Return the rows of a stored schedule."""
        form = cls(schedule.timezone, schedule.name)
        for hours in schedule.hours.all():
            form.days[hours.weekday].append(time_rows.stored(hours.start, hours.end))
        return form

    @classmethod
    def office(cls, schedule: Schedule) -> Self:
        """Return office hours to begin a schedule with: changing five rows is less work than adding them."""
        days = [[time_rows.next_row([])] if day < SATURDAY else [] for day in range(7)]
        return cls(schedule.timezone, schedule.name, days)

    @classmethod
    def typed(cls, post: QueryDict, schedule: Schedule) -> Self:
        """Return what was typed. A form that does not ask for the name leaves it as it is."""
        form = cls(post.get("timezone", ""), clean_line(post.get("name", schedule.name), LONGEST_TYPED))
        form.days = [time_rows.typed(post, str(day)) for day in range(7)]
        return form

    def press(self, post: QueryDict) -> bool:
        """Add or drop a row if such a button was pressed; say whether one was."""
        added, dropped = post.get("add", ""), post.get("drop", "")
        day, _, place = dropped.partition("-")
        if added in _DAYS:
            time_rows.add(self.days[int(added)])
        elif day in _DAYS and place in time_rows.PLACES and int(place) < len(self.days[int(day)]):
            del self.days[int(day)][int(place)]
        return bool(added or dropped)

    def read(self) -> list[Hours]:
        """Return the hours, with a problem at each row and field that cannot stay."""
        if not self.name:
            self.name_problem = "Enter a name."
        if zones.known(self.timezone) is None:
            self.zone_problem = "Choose a time zone from the list."
        found = [(row, Hours(day, *minutes)) for day, rows in enumerate(self.days) for row, minutes in read(rows)]
        hours = [each for _, each in found]
        for place, problem in weekly.problems(hours).items():
            found[place][0].problem = problem
        return hours

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Put what the verb refuses beside its field."""
        self.name_problem = problems.get("name", "")
        self.zone_problem = problems.get("timezone", "")

    def problems(self) -> list[tuple[str, str]]:
        """Return (id of the field, message) for the summary above the form."""
        found = [("name", self.name_problem), ("timezone", self.zone_problem)]
        for day, rows in enumerate(self.days):
            found += [
                (f"from-{day}-{place}", f"{WEEKDAYS[day]}: {row.problem}")
                for place, row in enumerate(rows)
                if row.problem
            ]
        return [(place, problem) for place, problem in found if problem]

    def week(self) -> list[tuple[int, str, list[Row], bool]]:
        """Return (number, name, rows, whether there is no room for another) of each weekday."""
        return [(day, WEEKDAYS[day], rows, time_rows.is_full(rows)) for day, rows in enumerate(self.days)]


_DAYS = tuple("0123456")
