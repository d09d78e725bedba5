"""Everything that the judge is shown: the ledgers of the outside world, and the rows of the database."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Line = dict[str, Any]


@dataclass
class Evidence:
    """What guests were answered, mails that left, requests at Zoom with what stands there, the rows, and counts.

    `pages` are what guests' pages show in the end, `dead` the grants that needed a reconnect before the hosts did it,
    `removed` what was left of the connections of hosts who removed us at Zoom, before they came back.
    """

    answers: list[Line] = field(default_factory=list)
    mails: list[Line] = field(default_factory=list)
    requests: list[Line] = field(default_factory=list)
    meetings: list[Line] = field(default_factory=list)
    rows: dict[str, list[Line]] = field(default_factory=dict)
    pages: list[Line] = field(default_factory=list)
    dead: list[Line] = field(default_factory=list)
    removed: list[Line] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @cached_property
    def bookings(self) -> list[Line]:
        """Every booking."""
        return self.rows["bookings"]

    @cached_property
    def standing(self) -> list[Line]:
        """The bookings that take their host's time."""
        return [booking for booking in self.bookings if booking["status"] in ("pending", "confirmed")]

    @cached_property
    def by_token(self) -> dict[str, Line]:
        """Bookings by their secret."""
        return {booking["token"]: booking for booking in self.bookings}

    @cached_property
    def conferences(self) -> dict[int, list[Line]]:
        """Conferences by booking."""
        return grouped(self.rows["conferences"], "booking_id")

    @cached_property
    def attempts(self) -> dict[int, list[Line]]:
        """Requests for meetings by booking."""
        return grouped(self.rows["attempts"], "booking_id")

    @cached_property
    def there(self) -> dict[str, Line]:
        """Meetings that stand at Zoom, by their number."""
        return {str(meeting["id"]): meeting for meeting in self.meetings}

    @cached_property
    def scopes(self) -> dict[str, set[str]]:
        """What each host has granted, by handle."""
        return {grant["host"]: set(grant["scope"].split()) for grant in self.rows["grants"]}

    @cached_property
    def calendars(self) -> dict[tuple[str, str], list[Line]]:
        """Invites and cancellations by UID and reader, as they were taken."""
        found: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for mail in self.mails:
            if mail["uid"]:
                found[mail["uid"], mail["to"].lower()].append(mail)
        return found

    def link(self, booking: Line) -> str:
        """Return the booking's one link, '' while it has none."""
        used = [each["join_url"] for each in self.conferences.get(booking["id"], []) if not each["unused"]]
        return str(used[0]) if used else ""


def grouped(rows: list[Line], name: str) -> dict[Any, list[Line]]:
    """Return rows by one of their values."""
    found: dict[Any, list[Line]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found
