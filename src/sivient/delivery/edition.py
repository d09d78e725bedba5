"""Which edition of an invite a calendar gets next. It is written down before it is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """What editions of earlier versions of the booking have told, as far as they were written down.

    `first` is the first SEQUENCE above all of them, whoever read them; `start` is the time that this reader's calendar
    has, None when it has none.
    """

    first: int = 0
    start: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of the invite for one reader: its SEQUENCE, which link it carries, and when it came to be.

    `link` is the number of the conference, None while there is none.

    The same edition sent twice is the same message (Message-ID, DTSTAMP), so that clients merge the copies; another
    content is another edition with a higher SEQUENCE, so that no client takes it for a copy.
    """

    sequence: int
    link: int | None
    at: datetime

    def record(self, *, start: datetime, sent: bool) -> dict[str, Any]:
        """Return what the step keeps as its result; `start` is the time that the edition tells."""
        return {
            "sequence": self.sequence,
            "link": self.link,
            "at": self.at.isoformat(),
            "start": start.isoformat(),
            "sent": sent,
        }


def told(earlier: Iterable[Mapping[str, Any]], own: Iterable[Mapping[str, Any]]) -> Told:
    """Return what the records of earlier versions say: `earlier` everybody's, `own` this reader's in their order."""
    sequences = [record["sequence"] for record in earlier if "sequence" in record]
    starts = [record["start"] for record in own if "sequence" in record]
    return Told(max(sequences, default=-1) + 1, datetime.fromisoformat(starts[-1]) if starts else None)


def present_edition(record: Mapping[str, Any], *, first: int, link: int | None, now: datetime) -> Edition:
    """Return the edition that a calendar has to have; `record` is the step's last result at this version."""
    if "sequence" not in record:
        return Edition(first, link, now)
    if record["link"] != link:
        return Edition(record["sequence"] + 1, link, now)
    return Edition(record["sequence"], link, datetime.fromisoformat(record["at"]))


def next_edition(record: Mapping[str, Any], *, first: int, link: int | None, now: datetime) -> Edition | None:
    """Return what has to be sent now, or None when the calendar has it."""
    edition = present_edition(record, first=first, link=link, now=now)
    return None if record.get("sent") and record["sequence"] == edition.sequence else edition
