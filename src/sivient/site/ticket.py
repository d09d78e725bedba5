"""A booking as one object: the ticket on every page that shows one."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sivient.core import moments
from sivient.site import zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What one reader sees of a booking.

    `zone` (IANA) and `clock` (12 or 24) are the reader's; `other_name` and `other_zone` belong to the other side.
    `off` strikes the time: it is cancelled or taken.
    """

    title: str
    start: datetime
    end: datetime
    zone: str
    clock: int
    other_name: str
    other_zone: str
    off: bool = False

    @property
    def day(self) -> date:
        """The local date of the start, for the big leaf."""
        return self.start.astimezone(ZoneInfo(self.zone)).date()

    def month(self, now: datetime) -> str:
        """Return the month under the day, with the year where the date needs it."""
        return moments.month(self.start, self.zone, now)

    @property
    def starts(self) -> str:
        """The local time of the start."""
        return moments.clock(self.start, self.zone, self.clock)

    @property
    def ends(self) -> str:
        """The local time of the end, with the weekday when it is another day."""
        return moments.until(self.start, self.end, self.zone, self.clock)

    @property
    def where_on_earth(self) -> str:
        """The reader's zone in words: city and offset at the start."""
        return zones.label(self.zone, self.start)

    @property
    def for_other(self) -> str:
        """What the other side's clock shows at the start, or '' when it shows the same."""
        other = self.start.astimezone(ZoneInfo(self.other_zone))
        if other.utcoffset() == self.start.astimezone(ZoneInfo(self.zone)).utcoffset():
            return ""
        return f"{other:%A} {moments.clock(self.start, self.other_zone, self.clock)}"
