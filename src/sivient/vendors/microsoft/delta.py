"""The sync of one calendar: Graph's delta over calendarView (calendars contract, chapter 2.5).

A round begins with a window and ends with a link, from which the next one goes on; the window is part of that link.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from sivient.core.interval import Interval
from sivient.ports.calendars import Change, Page, Skipped, SyncLost
from sivient.ports.errors import OutcomeUnknown, Rejected
from sivient.vendors.microsoft.api import Body, Graph, items
from sivient.vendors.microsoft.errors import judge_delta
from sivient.vendors.microsoft.events import change, named
from sivient.vendors.microsoft.times import LONGEST_VIEW, Unreadable, in_query, widened

PAGE_SIZE = "odata.maxpagesize=100"  # bodies come with them: a page has to stay well below 5 MB
# What a series says for its occurrences.
SHARED = ("showAs", "isAllDay", "isCancelled", "responseStatus", "attendees", "iCalUId")


def changes(graph: Graph, calendar: str, *, since: str, window: Interval, zone: str) -> Iterator[Page]:
    """Yield the pages of one round. SyncLost: the link counts no more."""
    if since and not graph.is_ours(since):  # the operator has changed where Graph is
        raise SyncLost("The calendar has to be read anew.")
    series = Series(graph)
    for body in graph.pages(since or _beginning(calendar, window), prefer=PAGE_SIZE, judge=judge_delta):
        yield _page(body, series, zone)


@dataclass(slots=True)
class Series:
    """The series that a round has met: their occurrences come without what they have in common."""

    graph: Graph
    known: dict[str, Body] = field(default_factory=dict)

    def meet(self, event: Body) -> None:
        """Remember a series' own entry."""
        if event.get("type") == "seriesMaster":
            self.known[str(event.get("id"))] = {name: event.get(name) for name in SHARED}

    def of(self, event: Body) -> Body:
        """Return what an occurrence shares with its series, asking for it when this round has not brought it."""
        name = event.get("seriesMasterId")
        if not isinstance(name, str) or not name or "showAs" in event:
            return {}
        if name not in self.known:
            path = f"/me/events/{quote(name, safe='')}?{urlencode({'$select': ','.join(SHARED)}, quote_via=quote)}"
            try:
                self.known[name] = self.graph.call("GET", path)
            except Rejected:
                self.known[name] = {}  # nothing is known of it: its occurrences block
        return {**self.known[name], "type": "occurrence"}


def _beginning(calendar: str, window: Interval) -> str:
    """Return where a round begins."""
    start, end = widened(window)
    if end - start > LONGEST_VIEW:  # Graph refuses it, and to read less would leave times free that are not
        raise Rejected("Outlook cannot be asked about more than five years at once.")
    query = {"startDateTime": in_query(start), "endDateTime": in_query(end)}
    return f"/me/calendars/{quote(calendar, safe='')}/calendarView/delta?{urlencode(query)}"


def _page(body: Body, series: Series, zone: str) -> Page:
    listed = items(body)
    for event in listed:
        if isinstance(event, dict):
            series.meet(event)
    found: dict[str, Change] = {}
    skipped: list[Skipped] = []
    for event in listed:
        try:
            said = _change(event, series, zone)
        except Unreadable as reason:
            skipped.append(Skipped(named(event), str(reason)))
        else:
            found.pop(said.name, None)
            found[said.name] = said  # of an id that comes twice the last counts
    return Page(tuple(found.values()), _cursor(body, series.graph), tuple(skipped))


def _change(event: Any, series: Series, zone: str) -> Change:
    if not isinstance(event, dict):
        raise Unreadable("An event cannot be read.")
    return change(event, zone, series.of(event))


def _cursor(body: Body, graph: Graph) -> str:
    """Return the link of the next round, "" while this one goes on."""
    if body.get("@odata.nextLink"):
        return ""
    link = body.get("@odata.deltaLink")
    if not isinstance(link, str) or not graph.is_ours(link):
        raise OutcomeUnknown("Microsoft gave an answer that leads nowhere.")
    return link
