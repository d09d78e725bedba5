"""Weekly hours as a host types them: which of them cannot stand together."""

from collections.abc import Sequence

from sivient.core.availability import MINUTES_PER_DAY, Hours

MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY
SAME_TIME = "The start and the end are the same time."
OVERLAP = "These hours overlap others of the week."


def problems(week: Sequence[Hours]) -> dict[int, str]:
    """Return a sentence for each hours of the week that cannot stay, by its place in `week`.

    Hours whose end is at or before their start run into the next day; those of Sunday night into Monday. Hours that
    begin when they end have their own problem, and stand in nobody's way.
    """
    found = {place: SAME_TIME for place, hours in enumerate(week) if hours.start == hours.end != 0}
    whole = [place for place in range(len(week)) if place not in found]
    for number, place in enumerate(whole):
        if any(_overlap(week[earlier], week[place]) for earlier in whole[:number]):
            found[place] = OVERLAP
    return found


def _overlap(one: Hours, other: Hours) -> bool:
    begins, length = _span(one)
    other_begins, other_length = _span(other)
    # On the circle of the week: one begins while the other is open.
    return (other_begins - begins) % MINUTES_PER_WEEK < length or (
        begins - other_begins
    ) % MINUTES_PER_WEEK < other_length


def _span(hours: Hours) -> tuple[int, int]:
    """Return the minute of the week at which the hours begin, and how many minutes they last."""
    end = hours.end if hours.end > hours.start else hours.end + MINUTES_PER_DAY
    return hours.weekday * MINUTES_PER_DAY + hours.start, end - hours.start
