"""Which edition of an invite a calendar gets next. It is written down before it is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """What editions of earlier versions of the booking have told, as far as they were written down.

    `first` is the first SEQUENCE above all of them, whoever read them; `start` is the time that this reader's calendar
    has, None when it has none; `link` is the last one that it carried, None when it never had one. `by_event`: only the
    event in the host's calendar, with a UID of its own, has told it.
    """

    first: int = 0
    start: datetime | None = None
    link: int | None = None
    by_event: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of the invite for one reader: its SEQUENCE, which link it carries, and when it came to be.

    `link` is the number of the conference, None while there is none; `replaces` is the one that the calendar had
    before it. `needs_host`: without a link, and none comes unless the host does something.

    The same edition sent twice is the same message (Message-ID, DTSTAMP), so that clients merge the copies; another
    content is another edition with a higher SEQUENCE, so that no client takes it for a copy.
    """

    sequence: int
    link: int | None
    at: datetime
    replaces: int | None = None
    needs_host: bool = False

    @property
    def new_link(self) -> bool:
        """Whether its link takes the place of another one that the calendar had."""
        return self.link is not None and self.replaces is not None

    def record(self, *, start: datetime, sent: bool) -> dict[str, Any]:
        """Return what the step keeps as its result; `start` is the time that the edition tells."""
        return {
            "sequence": self.sequence,
            "link": self.link,
            "replaces": self.replaces,
            "needs_host": self.needs_host,
            "at": self.at.isoformat(),
            "start": start.isoformat(),
            "sent": sent,
        }


def told(earlier: Iterable[Mapping[str, Any]], own: Iterable[Mapping[str, Any]]) -> Told:
    """Return what the records of earlier versions say: `earlier` everybody's, `own` this reader's in their order."""
    sequences = [record["sequence"] for record in earlier if "sequence" in record]
    first, last = max(sequences, default=-1) + 1, next((each for each in reversed([*own]) if "sequence" in each), None)
    if last is None:
        return Told(first)
    return Told(first, datetime.fromisoformat(last["start"]), _carried(last))


def present_edition(
    record: Mapping[str, Any], *, before: Told, link: int | None, now: datetime, needs_host: bool = False
) -> Edition:
    """Return the edition that a calendar has to have; `record` is the step's last result at this version."""
    begun = "sequence" in record
    if begun and record["link"] == link:
        at = datetime.fromisoformat(record["at"])
        return Edition(record["sequence"], link, at, record.get("replaces"), record.get("needs_host", False))
    sequence, carried = (record["sequence"] + 1, _carried(record)) if begun else (before.first, before.link)
    return Edition(sequence, link, now, carried if carried != link else None, needs_host and link is None)


def next_edition(
    record: Mapping[str, Any], *, before: Told, link: int | None, now: datetime, needs_host: bool = False
) -> Edition | None:
    """Return what has to be sent now, or None when the calendar has it."""
    edition = present_edition(record, before=before, link=link, now=now, needs_host=needs_host)
    return None if record.get("sent") and record["sequence"] == edition.sequence else edition


def _carried(record: Mapping[str, Any]) -> int | None:
    """Return the last link that a calendar got with this edition or before it."""
    link: int | None = record["link"] if record["link"] is not None else record.get("replaces")
    return link
