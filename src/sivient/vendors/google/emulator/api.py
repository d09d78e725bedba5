"""Google Calendar API v3: token, scope, parameters, then the work (contract 1.3 to 1.6)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from sivient.vendors.calendar_emulator import Calendar, CalendarEmulator, Call
from sivient.vendors.google.emulator import errors, faults, listing, scopes
from sivient.vendors.google.emulator.channels import Notices
from sivient.vendors.google.emulator.events import Events
from sivient.vendors.google.emulator.freebusy import busy_times
from sivient.vendors.google.emulator.partial import only
from sivient.vendors.oidc_emulator.grants import Token

BASE = "/calendar/v3/"
ALWAYS = ("alt", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "userIp")
LIST = (
    *("maxResults", "pageToken", "syncToken", "timeMin", "timeMax", "timeZone", "singleEvents", "showDeleted"),
    *("orderBy", "privateExtendedProperty", "iCalUID", "updatedMin", "maxAttendees", "eventTypes"),
)
WRITE = ("sendUpdates", "conferenceDataVersion", "maxAttendees", "supportsAttachments")
ROLES = ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API, under the name that Google's own description gives it."""

    name: str
    verb: str
    path: str
    params: tuple[str, ...]

    def match(self, request: httpx.Request) -> dict[str, str] | None:
        """Return the ids in the path; None: it is another method's."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", BASE + self.path)
        found = re.fullmatch(pattern, request.url.path) if request.method == self.verb else None
        return found.groupdict() if found else None


METHODS = (
    Method("calendarList.list", "GET", "users/me/calendarList", ("maxResults", "minAccessRole", "pageToken")),
    Method("calendarList.get", "GET", "users/me/calendarList/{calendarId}", ()),
    Method("freebusy.query", "POST", "freeBusy", ()),
    Method("channels.stop", "POST", "channels/stop", ()),
    Method("events.watch", "POST", "calendars/{calendarId}/events/watch", LIST),
    Method("events.list", "GET", "calendars/{calendarId}/events", LIST),
    Method("events.insert", "POST", "calendars/{calendarId}/events", WRITE),
    Method("events.get", "GET", "calendars/{calendarId}/events/{eventId}", ("timeZone", "maxAttendees")),
    Method("events.patch", "PATCH", "calendars/{calendarId}/events/{eventId}", WRITE),
    Method("events.delete", "DELETE", "calendars/{calendarId}/events/{eventId}", ("sendUpdates",)),
)


class GoogleCalendarApi:
    """Answers every request under `/calendar/v3/`; `bearer` finds the living token of a request."""

    def __init__(
        self, emulator: CalendarEmulator, bearer: Callable[[httpx.Request], Token | None], base_url: Callable[[], str]
    ) -> None:
        self._emulator = emulator
        self._bearer = bearer
        self._events = Events(emulator)
        self._notices = Notices(emulator, base_url)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. httpx.ReadError: the connection is to be cut."""
        request.read()
        method, ids = next(((each, ids) for each in METHODS if (ids := each.match(request)) is not None), (None, {}))
        token = self._bearer(request)
        call = Call(request, method.name if method else "", token.person if token else "")
        return self._emulator.call(call, lambda: self._refusable(call, method, ids, token))

    def _refusable(self, call: Call, method: Method | None, ids: dict[str, str], token: Token | None) -> httpx.Response:
        try:
            faults.before(self._emulator, call)
            if token is None:
                raise errors.unauthorized()
            if method is None:
                raise errors.not_found()
            if not scopes.covers(token.scopes, method.name):
                raise errors.missing_scope()
            strange = set(call.request.url.params) - set(method.params) - set(ALWAYS)
            if strange:
                raise errors.invalid(f"Unknown parameter: {', '.join(sorted(strange))}")
            return _told(self._do(call, method.name, ids, token), call.request)
        except errors.ApiError as refusal:
            return refusal.response()

    def _do(self, call: Call, method: str, ids: dict[str, str], token: Token) -> Body | None:
        """Return what there is to tell; None: nothing."""
        body = _body(call.request)
        if method == "calendarList.list":
            return self._list(call, token)
        if method == "freebusy.query":
            return busy_times(self._emulator, call, body)
        if method == "channels.stop":
            self._notices.stop(token.person, body)
            return None
        calendar = self._calendar(ids["calendarId"], token)
        match method:
            case "calendarList.get":
                return entry(calendar)
            case "events.list":
                everything = scopes.sees_everything(token.scopes, calendar.role)
                found = listing.answer(self._emulator, call, calendar, everything=everything)
                return _strange(found) if self._is_strange(call) else found
            case "events.watch":
                return self._notices.watch(token.person, calendar, body)
            case "events.get":
                return self._events.get(call, calendar, ids["eventId"], token.scopes)
        if not scopes.may_write(token.scopes, calendar.role):
            raise errors.ApiError(403, "forbidden", "Forbidden")
        match method:
            case "events.insert":
                return self._events.insert(call, calendar, body)
            case "events.patch":
                return self._events.patch(call, calendar, ids["eventId"], body)
        self._events.delete(call, calendar, ids["eventId"])
        return None

    def _list(self, call: Call, token: Token) -> Body:
        params = call.request.url.params
        wished, first = params.get("minAccessRole", ROLES[0]), int(params.get("pageToken") or 0)
        if wished not in ROLES:
            raise errors.invalid("Invalid value.", "minAccessRole")
        size = min(int(params.get("maxResults", 100)), 250)
        own = self._emulator.world.calendars_of(token.person)
        found = [entry(each) for each in own if each.role not in ROLES or ROLES.index(each.role) >= ROLES.index(wished)]
        body = {"kind": "calendar#calendarList", "etag": '"l"', "items": found[first : first + size]}
        more = first + size < len(found)
        body |= {"nextPageToken": str(first + size)} if more else {"nextSyncToken": "list"}
        return _strange(body) if self._is_strange(call) else body

    def _calendar(self, name: str, token: Token) -> Calendar:
        world = self._emulator.world
        calendar = world.primary(token.person) if name == "primary" else world.calendars.get(name)
        if calendar is None or calendar.account != token.person or calendar.deleted:
            raise errors.not_found()
        return calendar

    def _is_strange(self, call: Call) -> bool:
        return faults.strikes(self._emulator, "unknown-enums", call)


def entry(calendar: Calendar) -> Body:
    """Return a line of the calendar list."""
    facts: Body = {
        "kind": "calendar#calendarListEntry",
        "etag": '"c"',
        "id": calendar.id,
        "summary": calendar.name,
    }
    facts |= {"timeZone": calendar.zone, "accessRole": calendar.role, "colorId": "14", "defaultReminders": []}
    shown = {"selected": True, "backgroundColor": "#9fe1e7", "foregroundColor": "#000000"}
    return facts | shown | ({"primary": True} if calendar.primary else {})


def _told(found: Body | None, request: httpx.Request) -> httpx.Response:
    """Return the answer, with what was asked for of it."""
    if found is None:
        return httpx.Response(204)
    selector = request.url.params.get("fields")
    return httpx.Response(200, json=only(found, selector) if selector else found)


def _strange(body: Body) -> Body:
    """Give every item words that nobody knows, where the meaning does not hang on them."""
    odd = {"calendar#event": {"eventType": "somethingNew"}, "calendar#calendarListEntry": {"conferenceProperties": {}}}
    extra = {"kind": "calendar#unheardOf", "colorId": "unheardOf"}
    items = [item | odd.get(item["kind"], {}) | extra for item in body["items"]]
    return body | {"items": items}


def _body(request: httpx.Request) -> Body:
    if not request.content:
        return {}
    try:
        body = json.loads(request.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise errors.ApiError(400, "parseError", "Parse Error")
    return body
