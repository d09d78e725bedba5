"""Misbehaviour on purpose: the one list of rules that is asked before and after each API answer.

Two rules stand here now: the switch "Zoom answers 503" and the queues of `fail_next`. Every other
fault of contract chapter 10 becomes one more class with `before` and `after`, and is appended to
`Faults.rules`; nothing else needs to know it. A rule that loses an answer raises an
`httpx.TransportError`: what happened stays stored, and the server closes the connection.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

import httpx

from sivient.vendors.zoom.emulator.errors import ApiRefusal, OAuthRefusal, unauthorized
from sivient.vendors.zoom.emulator.limits import TOO_FAST
from sivient.vendors.zoom.emulator.store import Store

ANY_ROUTE = "*"


@dataclass(frozen=True, slots=True)
class Call:
    """One API request as rules see it: "POST /v2/users/me/meetings", and whose token it carries."""

    route: str
    user_id: str | None
    request: httpx.Request


class Rule(Protocol):
    """Decides to answer instead of the API, or to change its answer."""

    def before(self, call: Call) -> httpx.Response | None:
        """Return an answer to give instead, before anything has happened; or None."""

    def after(self, call: Call, response: httpx.Response) -> httpx.Response:
        """Return the answer to give, after everything has happened."""


class Unavailable:
    """The switch: every API route answers 503 while it is on; pages still work."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def before(self, call: Call) -> httpx.Response | None:
        """Answer 503 while the switch is on."""
        return failure(call.route, 503) if self._store.switches.answers_503 else None

    def after(self, call: Call, response: httpx.Response) -> httpx.Response:
        """Leave the answer alone."""
        return response


class FailNext:
    """Status codes to answer first, in a queue per route; `ANY_ROUTE` serves every route."""

    def __init__(self) -> None:
        self.queues: defaultdict[str, list[int]] = defaultdict(list)

    def before(self, call: Call) -> httpx.Response | None:
        """Answer the next status of the route's queue, or of the queue for any."""
        for route in (call.route, ANY_ROUTE):
            if queue := self.queues.get(route):
                return failure(call.route, queue.pop(0))
        return None

    def after(self, call: Call, response: httpx.Response) -> httpx.Response:
        """Leave the answer alone."""
        return response

    def waiting(self) -> dict[str, list[int]]:
        """Return the queues that still hold something."""
        return {route: list(codes) for route, codes in self.queues.items() if codes}


class Faults:
    """The rules, in order: the first answer before counts; each may change the answer after."""

    def __init__(self, store: Store) -> None:
        self.fail_next = FailNext()
        self.rules: list[Rule] = [Unavailable(store), self.fail_next]

    def before(self, call: Call) -> httpx.Response | None:
        """Return the first answer that a rule gives instead of the API."""
        for rule in self.rules:
            response = rule.before(call)
            if response is not None:
                return response
        return None

    def after(self, call: Call, response: httpx.Response) -> httpx.Response:
        """Let every rule change the answer."""
        for rule in self.rules:
            response = rule.after(call, response)
        return response


def failure(route: str, status: int) -> httpx.Response:
    """Return the usual answer for a status, in the shape of the endpoint."""
    oauth = route.partition(" ")[2].startswith("/oauth/")
    if oauth and status >= 500:
        return OAuthRefusal(status, "server_error", "Service unavailable").response()
    if oauth:
        error, reason = ("invalid_grant", "Invalid Token!")
        if status == 401:
            error, reason = ("invalid_client", "Invalid client_id or client_secret")
        return OAuthRefusal(status, error, reason).response()
    if status == 401:
        return unauthorized().response()
    if status == 429:
        return ApiRefusal(429, 429, TOO_FAST).response()
    return ApiRefusal(status, status, "Emulated failure.").response()
