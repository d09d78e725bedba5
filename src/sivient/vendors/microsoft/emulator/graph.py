"""The door of the emulated Graph: which call a request is, whose it is, and whether its token may."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx

from sivient.vendors.calendar_emulator import CalendarEmulator, Call
from sivient.vendors.microsoft.emulator import delta, faults, reading, subscriptions, writing
from sivient.vendors.microsoft.emulator.asked import Asked
from sivient.vendors.microsoft.emulator.errors import GraphError
from sivient.vendors.microsoft.emulator.mailbox import Mailbox
from sivient.vendors.oidc_emulator.grants import Token

ROOT = "/v1.0"
READ, WRITE, WHO = "Calendars.Read", "Calendars.ReadWrite", "User.Read"
ID = "([^/]+)"


@dataclass(frozen=True, slots=True)
class Route:
    """One call: its name, which scope it needs, and what it does."""

    name: str
    scope: str
    work: Callable[[Mailbox], httpx.Response]


@dataclass(slots=True)
class Graph:
    """Graph at one address, over the calendars of `emulator`. `token` finds the living token of a request."""

    emulator: CalendarEmulator
    base_url: Callable[[], str]
    token: Callable[[httpx.Request], Token | None]
    rounds: delta.Rounds = field(default_factory=delta.Rounds)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request to Graph. httpx.ReadError: the connection is to be cut."""
        request.read()
        request_id = request.headers.get("client-request-id", "")
        token = self.token(request)
        route, ids = self._route(request)
        call = Call(request, route.name if route else "", token.person if token else "")
        try:
            asked = Asked.of(request, ids)
            trouble = None
            if route and route.name == "subscriptions.create" and token:
                trouble = subscriptions.shake_hands(self.emulator, asked)
        except GraphError as error:
            return error.response(request_id)

        def work() -> httpx.Response:
            try:
                if trouble is not None:
                    raise trouble
                mailbox = self._mailbox(call, asked, route, token)
                faults.refuse(self.emulator, call)
                assert route is not None  # noqa: S101 - _mailbox has seen to it
                return route.work(mailbox)
            except GraphError as error:
                return error.response(request_id)

        response = self.emulator.call(call, work)
        response.headers["request-id"] = request_id
        return response

    def _mailbox(self, call: Call, asked: Asked, route: Route | None, token: Token | None) -> Mailbox:
        if token is None:
            raise GraphError(401, "InvalidAuthenticationToken", "Access token is empty, expired or unknown.")
        if route is None:
            raise GraphError(400, "BadRequest", "Resource not found for the segment.")
        if route.scope not in token.scopes and not (route.scope == READ and WRITE in token.scopes):
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        account = self.emulator.world.accounts[token.person]
        return Mailbox(self.emulator, account, call, asked, self.base_url() + ROOT)

    def _route(self, request: httpx.Request) -> tuple[Route | None, tuple[str, ...]]:
        path = request.url.raw_path.decode().partition("?")[0].removeprefix(ROOT)
        for method, pattern, route in self._routes():
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return route, tuple(unquote(part) for part in found.groups())
        return None, ()

    def _routes(self) -> list[tuple[str, str, Route]]:
        calendar, event, subscription = f"/me/calendars/{ID}", f"/me/events/{ID}", f"/subscriptions/{ID}"
        return [
            ("GET", "/me", Route("me", WHO, reading.me)),
            ("GET", "/me/calendars", Route("calendars.list", READ, reading.calendars)),
            ("GET", f"{calendar}/calendarView", Route("calendarView", READ, reading.view)),
            ("GET", f"{calendar}/calendarView/delta", Route("delta", READ, lambda it: delta.delta(it, self.rounds))),
            ("GET", f"{calendar}/events", Route("events.list", READ, reading.events)),
            ("POST", f"{calendar}/events", Route("events.create", WRITE, writing.create)),
            ("GET", event, Route("events.get", READ, reading.event)),
            ("PATCH", event, Route("events.change", WRITE, writing.change)),
            ("DELETE", event, Route("events.delete", WRITE, writing.delete)),
            ("POST", f"{event}/cancel", Route("events.cancel", WRITE, writing.cancel)),
            ("GET", "/subscriptions", Route("subscriptions.list", READ, subscriptions.listed)),
            ("POST", "/subscriptions", Route("subscriptions.create", READ, subscriptions.create)),
            ("PATCH", subscription, Route("subscriptions.renew", READ, subscriptions.renew)),
            ("DELETE", subscription, Route("subscriptions.end", READ, subscriptions.end)),
        ]
