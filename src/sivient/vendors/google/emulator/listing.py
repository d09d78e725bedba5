"""`events.list`: pages, and sync tokens that ask the change log (contract 1.5)."""

import base64
import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from sivient.vendors.calendar_emulator import Calendar, CalendarEmulator, Call, Event
from sivient.vendors.google.emulator import wire
from sivient.vendors.google.emulator.errors import ApiError, invalid, sync_lost
from sivient.vendors.google.emulator.faults import strikes

NOT_WITH_TOKEN = (
    *("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty"),
    *("timeMin", "timeMax", "updatedMin"),
)
FILTERS = ("iCalUID", "privateExtendedProperty")
USUAL_PAGE, LONGEST_PAGE = 250, 2500
TOKEN_LASTS = timedelta(days=28)
FAR = timedelta(days=730)  # how far an open window reaches: series have to end somewhere


@dataclass(frozen=True, slots=True)
class Question:
    """What a token says: of which listing it is the next page, or the next sync."""

    calendar: str
    single: bool
    window: tuple[datetime, datetime]
    since: int | None  # revision that the application knows
    until: int  # revision when the listing began
    asked: float  # epoch seconds
    last: tuple[str, str] = ("", "")  # start and id of the last item so far

    def token(self) -> str:
        """Return it as a text that nobody shall understand."""
        facts = {name: getattr(self, name) for name in self.__slots__}
        facts["window"] = [edge.isoformat() for edge in self.window]
        return base64.urlsafe_b64encode(json.dumps(facts).encode()).decode().rstrip("=")

    @classmethod
    def of(cls, token: str) -> "Question":
        """Read a token. ValueError."""
        facts = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        begin, end = (datetime.fromisoformat(edge) for edge in facts["window"])
        return cls(**facts | {"window": (begin, end), "last": tuple(facts["last"])})


def answer(emulator: CalendarEmulator, call: Call, calendar: Calendar, *, everything: bool) -> dict[str, Any]:
    """Return one page. `everything`: the token shows more than times."""
    params = call.request.url.params
    question = _question(emulator, params, calendar)
    if question.since is not None and strikes(emulator, "sync-lost", call):
        raise sync_lost()
    deleted = params.get("showDeleted") == "true" or question.since is not None
    found = _wanted(_found(emulator, question), params)
    first = bisect_right(found, question.last, key=lambda event: _place(event, calendar))
    page = found[first : first + _size(params)]
    items = [item for event in page if (item := _item(emulator, event, calendar, question, everything, deleted))]
    if items and strikes(emulator, "item-twice", call):
        items.append(items[0])
    body = {
        "kind": "calendar#events",
        "etag": f'"p{emulator.world.revision}"',
        "summary": calendar.name,
        "updated": f"{emulator.clock.now():%Y-%m-%dT%H:%M:%S.000Z}",
        "timeZone": calendar.zone,
        "accessRole": calendar.role,
        "defaultReminders": [],
        "items": items,
    }
    if first + len(page) < len(found):
        return body | {"nextPageToken": _moved(question, last=_place(page[-1], calendar)).token()}
    following = _moved(question, since=question.until, asked=emulator.clock.now().timestamp(), last=("", ""))
    return body | {"nextSyncToken": following.token()}


def _question(emulator: CalendarEmulator, params: httpx.QueryParams, calendar: Calendar) -> Question:
    single, now = params.get("singleEvents") == "true", emulator.clock.now()
    if page := params.get("pageToken"):
        try:
            return Question.of(page)
        except (ValueError, TypeError, KeyError):
            raise invalid("Invalid page token value.", "pageToken") from None
    if (token := params.get("syncToken")) is None:
        begin = _edge(params, "timeMin") or now - FAR
        end = _edge(params, "timeMax") or max(begin, now) + FAR
        if end <= begin:
            raise ApiError(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
        return Question(calendar.id, single, (begin, end), None, emulator.world.revision, now.timestamp())
    if wrong := [name for name in NOT_WITH_TOKEN if name in params]:
        raise invalid(f"Sync token cannot be used with {wrong[0]}.", "syncToken")
    try:
        known = Question.of(token)
    except (ValueError, TypeError, KeyError):
        raise sync_lost() from None
    is_old = now.timestamp() - known.asked > TOKEN_LASTS.total_seconds()
    if is_old or known.calendar != calendar.id or (known.since or 0) > emulator.world.revision:
        raise sync_lost()
    if known.single != single:
        raise invalid("The sync token belongs to a request with other parameters.", "syncToken")
    return _moved(known, until=emulator.world.revision)


def _found(emulator: CalendarEmulator, question: Question) -> list[Event]:
    """Return the whole listing, by `_place`."""
    world = emulator.world
    if question.single:
        return world.listing(question.calendar, question.window, since=question.since)
    zone = world.calendars[question.calendar].zone
    changed = [each for each in world.events(question.calendar) if each.revision > (question.since or 0)]
    return sorted(changed, key=lambda each: (each.span(zone)[0], each.id))


def _item(
    emulator: CalendarEmulator, event: Event, calendar: Calendar, question: Question, everything: bool, deleted: bool
) -> dict[str, Any] | None:
    address = emulator.world.host(calendar.id).address
    hidden = not everything and not event.takes_time(address)  # who sees times alone is shown times alone
    if event.cancelled or hidden:
        return wire.tombstone(event, calendar) if deleted and (event.cancelled or question.since is not None) else None
    return wire.shown(event, calendar, address) if everything else wire.times_only(event, calendar)


def _wanted(found: list[Event], params: httpx.QueryParams) -> list[Event]:
    if params.keys().isdisjoint(FILTERS):
        return found
    pairs = [wish.partition("=") for wish in params.get_list("privateExtendedProperty")]
    named = (event for event in found if all(event.properties.get(name) == value for name, _, value in pairs))
    return [event for event in named if params.get("iCalUID", event.uid) == event.uid]


def _size(params: httpx.QueryParams) -> int:
    text = params.get("maxResults", str(USUAL_PAGE))
    if not text.isdecimal() or not int(text):
        raise invalid("Invalid integer value.", "maxResults")
    return min(int(text), LONGEST_PAGE)


def _edge(params: httpx.QueryParams, name: str) -> datetime | None:
    if name not in params:
        return None
    try:
        moment = datetime.fromisoformat(params[name])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ApiError(400, "badRequest", "Bad Request", location=("parameter", name))
    return moment


def _place(event: Event, calendar: Calendar) -> tuple[str, str]:
    return event.span(calendar.zone)[0].isoformat(timespec="microseconds"), event.id


def _moved(question: Question, **changes: Any) -> Question:
    facts = {name: getattr(question, name) for name in question.__slots__}
    return Question(**facts | changes)
