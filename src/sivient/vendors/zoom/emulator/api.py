"""The REST API under `/v2`: token, scope, `me`, limits, then the work (contract chapters 3 to 6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from sivient.vendors.zoom.emulator import errors
from sivient.vendors.zoom.emulator.app import CLASSIC
from sivient.vendors.zoom.emulator.grants import Grants
from sivient.vendors.zoom.emulator.limits import Label, Limits
from sivient.vendors.zoom.emulator.meetings import MeetingBook, listed, shown
from sivient.vendors.zoom.emulator.people import People, ZoomUser
from sivient.vendors.zoom.emulator.records import AccessToken, Meeting
from sivient.vendors.zoom.emulator.validation import check_meeting, read_object

Handler = Callable[[httpx.Request, ZoomUser, str], httpx.Response]
PAGE_SIZE = 30
UPCOMING = "upcoming"
LISTS = ("scheduled", UPCOMING)


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: its path, the scope it needs, its label. `{user}` only ever means `me`."""

    method: str
    path: str
    scope: str
    label: Label
    handler: Handler

    def match(self, request: httpx.Request) -> re.Match[str] | None:
        """Return the match of the path's placeholder."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        return re.fullmatch(pattern, request.url.path) if request.method == self.method else None


class Api:
    """Answers every request under `/v2`."""

    def __init__(self, people: People, grants: Grants, limits: Limits, meetings: MeetingBook) -> None:
        self._people = people
        self._grants = grants
        self._limits = limits
        self._meetings = meetings
        self._routes = (
            Route("GET", "/v2/users/{user}", "user:read:user", Label.LIGHT, self._me),
            Route("POST", "/v2/users/{user}/meetings", "meeting:write:meeting", Label.MEDIUM, self._create),
            Route("GET", "/v2/users/{user}/meetings", "meeting:read:list_meetings", Label.MEDIUM, self._list),
            Route("GET", "/v2/meetings/{meeting}", "meeting:read:meeting", Label.LIGHT, self._get),
            Route("PATCH", "/v2/meetings/{meeting}", "meeting:update:meeting", Label.LIGHT, self._patch),
            Route("DELETE", "/v2/meetings/{meeting}", "meeting:delete:meeting", Label.LIGHT, self._delete),
        )

    def route_name(self, request: httpx.Request) -> str:
        """Return "METHOD /path" with `me` and `{meeting}`; fault rules and `fail_next` use it."""
        route = self._route(request)
        path = route.path.replace("{user}", "me") if route else request.url.path
        return f"{request.method} {path}"

    def scope(self, request: httpx.Request) -> str:
        """Return the scope that the request needs; none for what is no endpoint."""
        route = self._route(request)
        return route.scope if route else ""

    def token(self, request: httpx.Request) -> AccessToken | None:
        """Return the token of the request, perhaps expired; None if it is dead, foreign or absent."""
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        return self._grants.access_token(value) if scheme.lower() == "bearer" else None

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; refusals are answers too."""
        route = self._route(request)
        try:
            response = self._answer(request, route)
        except errors.ApiRefusal as refusal:
            response = refusal.response()
        if route is not None:
            response.headers["X-RateLimit-Category"] = route.label
        return response

    def _route(self, request: httpx.Request) -> Route | None:
        return next((route for route in self._routes if route.match(request)), None)

    def _answer(self, request: httpx.Request, route: Route | None) -> httpx.Response:
        token = self.token(request)
        if token is None or self._grants.is_expired(token):
            raise errors.unauthorized(expired=token is not None)
        match = route.match(request) if route else None
        if route is None or match is None:
            raise errors.unknown_endpoint()
        if not {route.scope, CLASSIC[route.scope]} & set(token.scope.split()):
            raise errors.missing_scope(route.scope)
        user = self._people.get(token.user_id)
        name, value = next(iter(match.groupdict().items()))
        if name == "user" and value != "me":
            raise errors.unknown_user(value)
        self._limits.admit(user.account, route.label)
        return route.handler(request, user, value)

    def _me(self, request: httpx.Request, user: ZoomUser, me: str) -> httpx.Response:
        body: dict[str, object] = {
            "id": user.id,
            "account_id": user.account.id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "display_name": user.name,
            "email": user.email,
            "type": int(user.type),
            "status": "active",
            "pmi": user.pmi,
            "use_pmi": user.defaults.use_pmi,
            "timezone": user.timezone,
            "verified": 1,
            "language": "en-US",
            "created_at": "2024-03-01T08:00:00Z",
            "personal_meeting_url": f"https://{user.account.vanity}.zoom.us/j/{user.pmi}",
        }
        return httpx.Response(200, json=body)

    def _create(self, request: httpx.Request, user: ZoomUser, me: str) -> httpx.Response:
        if not user.may_host:
            raise errors.may_not_host()
        self._limits.admit_meeting_write(user)
        meeting = self._meetings.create(user, self._fields(request))
        return httpx.Response(201, json=shown(meeting, created=True))

    def _list(self, request: httpx.Request, user: ZoomUser, me: str) -> httpx.Response:
        try:
            size = int(request.url.params.get("page_size", PAGE_SIZE))
            first = int(request.url.params.get("next_page_token") or 0)
        except ValueError:
            raise errors.validation_failed([{"field": "page_size", "message": "Invalid field."}]) from None
        kind = request.url.params.get("type", LISTS[0])
        if kind not in LISTS:
            raise errors.validation_failed([{"field": "type", "message": "Invalid field."}])
        meetings = self._meetings.planned(user, upcoming=kind == UPCOMING)
        size = min(max(size, 1), 300)
        more = first + size < len(meetings)
        body = {
            "page_size": size,
            "total_records": len(meetings),
            "next_page_token": str(first + size) if more else "",
            "meetings": [listed(meeting) for meeting in meetings[first : first + size]],
        }
        return httpx.Response(200, json=body)

    def _get(self, request: httpx.Request, user: ZoomUser, meeting_id: str) -> httpx.Response:
        return httpx.Response(200, json=shown(self._found(meeting_id, user)))

    def _patch(self, request: httpx.Request, user: ZoomUser, meeting_id: str) -> httpx.Response:
        meeting = self._found(meeting_id, user)
        self._limits.admit_meeting_write(user)
        self._meetings.update(meeting, self._fields(request))
        return httpx.Response(204)

    def _delete(self, request: httpx.Request, user: ZoomUser, meeting_id: str) -> httpx.Response:
        self._meetings.delete(self._found(meeting_id, user))
        return httpx.Response(204)

    def _found(self, meeting_id: str, user: ZoomUser) -> Meeting:
        meeting = self._meetings.find(meeting_id, host=user)
        if meeting is None:
            raise errors.unknown_meeting(meeting_id)
        return meeting

    def _fields(self, request: httpx.Request) -> dict[str, object]:
        if not request.headers.get("Content-Type", "").startswith("application/json"):
            raise errors.not_json()
        fields = read_object(request.content)
        check_meeting(fields)
        return fields
