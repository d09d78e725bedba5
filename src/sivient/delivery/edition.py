"""Which edition of an invite a calendar gets next. It is written down before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of the invite for one reader: its SEQUENCE, whether it carries the link, and when it came to be.

    The same edition sent twice is the same message (Message-ID, DTSTAMP), so that clients merge the copies; another
    content is another edition with a higher SEQUENCE, so that no client takes it for a copy.
    """

    sequence: int
    link: bool
    at: datetime

    def record(self, *, sent: bool) -> dict[str, Any]:
        """Return what the step keeps as its result."""
        return {"sequence": self.sequence, "link": self.link, "at": self.at.isoformat(), "sent": sent}


def next_edition(record: Mapping[str, Any], *, link: bool, now: datetime) -> Edition | None:
    """Return what has to be sent now, or None when the calendar has it; `record` is the step's last result."""
    if "sequence" not in record:
        return Edition(0, link, now)
    if record["link"] != link:
        return Edition(record["sequence"] + 1, link, now)
    if record["sent"]:
        return None
    return Edition(record["sequence"], link, datetime.fromisoformat(record["at"]))
