"""Makes, moves, deletes and finds Zoom meetings (Zoom contract chapter 4)."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from sivient.core.text import clean_line, clean_text
from sivient.ports.conferencing import Ability, MadeMeeting, MeetingRequest
from sivient.ports.errors import Gone, OutcomeUnknown, Unusable
from sivient.ports.http import Patience, client
from sivient.ports.vendor import Access, App
from sivient.vendors.zoom.api import Span, call
from sivient.vendors.zoom.errors import FieldsRefused
from sivient.vendors.zoom.meeting import Reader

CREATE = Patience(connect=5, answer=30)  # creation is slow at times (contract chapter 9)
CHANGE = Patience(connect=5, answer=30)  # to move or delete
LIST = Patience(connect=3, answer=10)  # for one page
# Seconds for all requests of one change or one look: a redirect is followed, a refused field left out.
CHANGE_WHOLE, LIST_WHOLE = 38.0, 70.0
PAGE_SIZE, MOST_PAGES = 300, 5
MEETINGS = "/v2/users/me/meetings"
SCHEDULED_MEETING = 2
TOPIC_LIMIT = 200  # code points
AGENDA_LIMIT = 2000
LONGEST = 24 * 60  # minutes
CLOSE_ENOUGH = timedelta(seconds=60)
OPTIONAL = frozenset({"timezone", "agenda"})  # left out when Zoom's own list refuses them
# Which scope allows what. The classic names are those of older apps (contract 4.3; 11, row 12).
SCOPES = {
    Ability.MOVE: {"meeting:update:meeting", "meeting:write"},
    Ability.DELETE: {"meeting:delete:meeting", "meeting:write"},
    Ability.FIND: {"meeting:read:list_meetings", "meeting:read"},
}
log = logging.getLogger(__name__)
Details = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ZoomConferencing:
    """Meetings of one Zoom user."""

    http: httpx.Client
    token: str = field(repr=False)
    abilities: frozenset[Ability] = frozenset()
    reader: Reader = field(default_factory=Reader)

    def create(self, meeting: MeetingRequest) -> MadeMeeting:
        """Make one meeting that inherits every setting from the host's Zoom account.

        Unusable: there is a meeting, but none of its own that guests can join. That it begins in the future is the
        caller's to know (contract 11, row 14): the clock of this process may be wrong.
        """
        span = Span(CREATE, CHANGE_WHOLE)
        body = _without_what_is_refused(_details(meeting), lambda details: self._call("POST", MEETINGS, span, details))
        made = self.reader.read(body)
        if made is None:
            number = self.reader.number(body)  # not that of the personal room, which opens it to anybody
            log.warning("zoom made a meeting that cannot be used", extra={"key": f"zoom:{number or 'none'}"})
            raise Unusable("Zoom made a meeting but gave no link to it.", external_id=number)
        if body.get("start_time") and _distance(made.start, meeting.start) >= CLOSE_ENOUGH:
            log.warning("zoom names another start than it was asked for", extra={"key": f"zoom:{made.external_id}"})
        return made

    def move(self, external_id: str, meeting: MeetingRequest) -> None:
        """Give a meeting the time of `meeting`; id and link stay. Gone: it was deleted, or it has expired."""
        path, span = _path(external_id), Span(CHANGE, CHANGE_WHOLE)
        _without_what_is_refused(_time(meeting), lambda details: self._call("PATCH", path, span, details))

    def delete(self, external_id: str) -> None:
        """Delete a meeting; one that is gone already is deleted."""
        try:
            self._call("DELETE", _path(external_id), Span(CHANGE, CHANGE_WHOLE))
        except Gone:
            return

    def find(self, meeting: MeetingRequest) -> MadeMeeting | None:
        """Return the upcoming meeting whose agenda has the reference; of several, the one nearest to the start.

        None of the `known` ones. Zoom's list cuts an agenda after 250 characters (its API reference; the contract
        says nothing), so the reference has to stand at its beginning. Reading a meeting's whole agenda would need one
        more scope.
        """
        if not meeting.reference:
            return None
        named = re.compile(rf"(?<![\w-]){re.escape(meeting.reference)}(?![\w-])")
        read = (self.reader.read(body) for body in self._upcoming() if named.search(str(body.get("agenda") or "")))
        found = [made for made in read if made is not None and made.external_id not in meeting.known]
        return min(found, key=lambda made: _distance(made.start, meeting.start), default=None)

    def _upcoming(self) -> Iterator[dict[str, Any]]:
        """Yield what the list of upcoming meetings holds, up to a bound: this waits for every page."""
        query, span = {"type": "upcoming", "page_size": PAGE_SIZE}, Span(LIST, LIST_WHOLE)
        for _ in range(MOST_PAGES):
            page = self._call("GET", f"{MEETINGS}?{urlencode(query)}", span)
            meetings = page.get("meetings")
            if not isinstance(meetings, list):  # nothing was found out: it is not the same as an empty list
                raise OutcomeUnknown("Zoom gave an answer that cannot be read.")
            yield from (body for body in meetings if isinstance(body, dict))
            if not page.get("next_page_token"):
                return
            query["next_page_token"] = str(page["next_page_token"])
        log.warning("zoom has more upcoming meetings than were looked through")

    def _call(self, method: str, path: str, span: Span, details: Details | None = None) -> dict[str, Any]:
        return call(self.http, self.token, method, path, span=span, json=details)


def connect_conferencing(app: App, access: Access) -> ZoomConferencing:
    """Return the meetings of the host whose access it is."""
    reader = Reader(access.personal_meeting_id, plain_links=app.api_base.startswith("http://"))
    return ZoomConferencing(client(app.api_base), access.token, allowed(access.scope), reader)


def allowed(scope: str) -> frozenset[Ability]:
    """Return what a granted scope string allows beyond making meetings."""
    granted = set(scope.split())
    return frozenset(ability for ability, names in SCOPES.items() if granted & names)


def _details(meeting: MeetingRequest) -> Details:
    """Return the body of contract 4.1: these keys and no others, so that the rest inherits."""
    agenda = clean_text(meeting.agenda, AGENDA_LIMIT)
    return {
        "topic": clean_line(meeting.topic, TOPIC_LIMIT) or "Meeting",
        "type": SCHEDULED_MEETING,
        **_time(meeting),
        **({"agenda": agenda} if agenda else {}),
        "settings": {"use_pmi": False},
    }


def _time(meeting: MeetingRequest) -> Details:
    minutes = int((meeting.end - meeting.start).total_seconds() // 60)
    return {
        "start_time": f"{meeting.start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",  # without Z it would be wall time
        "duration": min(max(1, minutes), LONGEST),
        **({"timezone": meeting.timezone} if meeting.timezone else {}),
    }


def _without_what_is_refused(details: Details, ask: Callable[[Details], Details]) -> Details:
    """Ask, and once more without those fields that Zoom named in its refusal and that a meeting can do without."""
    try:
        return ask(details)
    except FieldsRefused as refused:
        log.error("zoom refused fields of ours", extra={"key": f"zoom:{','.join(sorted(refused.fields))}"})
        spare = refused.fields & OPTIONAL & details.keys()
        if not spare:
            raise
    return ask({name: value for name, value in details.items() if name not in spare})


def _path(external_id: str) -> str:
    return f"/v2/meetings/{quote(external_id, safe='')}"


def _distance(said: datetime | None, start: datetime) -> timedelta:
    return timedelta.max if said is None else abs(said - start)
