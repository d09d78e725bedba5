"""calendarView/delta: what changed in a window since a link (calendars contract, chapter 2.5).

A round lists what it has to say when it begins, and gives it out page by page; what changes meanwhile is said in the
next one. Of an occurrence only its time is said: the rest stands once, in the entry of its series.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from sivient.vendors.calendar_emulator import Event
from sivient.vendors.calendar_emulator.records import Window, instant
from sivient.vendors.microsoft.emulator.errors import GraphError, invalid
from sivient.vendors.microsoft.emulator.mailbox import Mailbox
from sivient.vendors.microsoft.emulator.reading import fails, link

USUAL_PAGE = 50
ROUNDS_KEPT = 50
OF_AN_OCCURRENCE = {"start", "end", "type", "seriesMasterId"}
Body = dict[str, Any]


@dataclass(slots=True)
class Rounds:
    """Rounds that are under way, and the number of times that everything was forgotten."""

    era: int = 0
    under_way: dict[str, tuple[list[Body], str]] = field(default_factory=dict)  # the rest, and the link at its end
    begun: int = 0

    def keep(self, rest: list[Body], cursor: str) -> str:
        """Keep what is left of a round; return its number."""
        self.begun += 1
        while len(self.under_way) >= ROUNDS_KEPT:
            del self.under_way[next(iter(self.under_way))]
        self.under_way[str(self.begun)] = (rest, cursor)
        return str(self.begun)

    def forget(self) -> None:
        """Let every link that was given be too old."""
        self.era += 1
        self.under_way.clear()


def delta(mailbox: Mailbox, rounds: Rounds) -> httpx.Response:
    """Begin a round, go on with one, or begin the next one from a link."""
    asked = mailbox.asked
    asked.only("startDateTime", "endDateTime", "$skiptoken", "$deltatoken")  # no $select, no $filter
    calendar = mailbox.calendar(asked.ids[0])
    if "$skiptoken" in asked.query:
        fails(mailbox, following=True)
        if asked.query["$skiptoken"] not in rounds.under_way:
            raise _lost(410)
        rest, cursor = rounds.under_way[asked.query["$skiptoken"]]
        return _answer(mailbox, rest, cursor, rounds)
    if "$deltatoken" in asked.query:
        if rule := mailbox.emulator.calls.strike("sync-lost", mailbox.call):
            raise _lost(rule.settings["status"])
        window, since = _read(asked.query["$deltatoken"], calendar.id, rounds)
    else:
        window, since = asked.window(), None
    cursor = _cursor(calendar.id, window, mailbox.emulator.world.revision, rounds)
    return _answer(mailbox, _said(mailbox, calendar.id, window, since), cursor, rounds)


def _said(mailbox: Mailbox, calendar: str, window: Window, since: int | None) -> list[Body]:
    found = mailbox.emulator.world.listing(calendar, window, since=since)
    series = dict.fromkeys(each.series for each in found if each.series)
    masters = [each for each in mailbox.emulator.world.events(calendar) if each.id in series]
    if since is not None:
        masters = [each for each in masters if each.revision > since]
    zone = mailbox.account.zone
    said = [_entry(mailbox, each, window, zone) for each in (*masters, *found)]
    if said and mailbox.emulator.calls.strike("item-twice", mailbox.call):
        said.insert(0, _older(said[-1]))
    return said


def _entry(mailbox: Mailbox, event: Event, window: Window, zone: str) -> Body:
    inside = event.rule or _overlaps(event, window, zone)
    if event.cancelled or not inside:
        return {"@odata.type": "#microsoft.graph.event", "id": event.id, "@removed": {"reason": "deleted"}}
    entry = mailbox.show(event)
    if entry["type"] != "occurrence":
        return entry
    return {name: value for name, value in entry.items() if name in OF_AN_OCCURRENCE or name in ("id", "@odata.etag")}


def _older(entry: Body) -> Body:
    """Return what an entry might have said before: the same event, an hour long on another day."""
    if "start" not in entry:
        return entry
    day = entry["start"]["dateTime"][:8] + "01"
    at = {name: {**entry[name], "dateTime": f"{day}T{hour}:00:00.0000000"} for name, hour in HOURS}
    return {**entry, **at}


HOURS = (("start", "03"), ("end", "04"))


def _overlaps(event: Event, window: Window, zone: str) -> bool:
    start, end = instant(event.start, zone), instant(event.end, zone)
    return start < window[1] and end >= window[0]


def _answer(mailbox: Mailbox, entries: list[Body], cursor: str, rounds: Rounds) -> httpx.Response:
    size = mailbox.asked.page_size(USUAL_PAGE)
    body: Body = {"@odata.context": f"{mailbox.graph}/$metadata#Collection(event)", "value": entries[:size]}
    path = mailbox.asked.request.url.raw_path.decode().partition("?")[0]
    if len(entries) > size:
        body["@odata.nextLink"] = link(mailbox, f"{path}?$skiptoken={rounds.keep(entries[size:], cursor)}")
    else:
        body["@odata.deltaLink"] = link(mailbox, f"{path}?$deltatoken={cursor}")
    return httpx.Response(200, json=body)


def _cursor(calendar: str, window: Window, revision: int, rounds: Rounds) -> str:
    said = [rounds.era, calendar, *(moment.isoformat() for moment in window), revision]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def _read(token: str, calendar: str, rounds: Rounds) -> tuple[Window, int]:
    try:
        era, of, start, end, revision = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        window = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except (ValueError, TypeError):
        raise invalid("Badly formed token.", "SyncStateInvalid") from None
    if era != rounds.era or of != calendar:
        raise _lost(410)
    return window, int(revision)


def _lost(status: int) -> GraphError:
    return GraphError(status, "SyncStateNotFound", "The sync state generation is not found; resync is required.")
