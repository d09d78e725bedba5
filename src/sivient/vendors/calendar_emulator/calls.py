"""One API call: what misbehaviour does to it, and the line about it in the ledger."""

import gzip
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx

from sivient.vendors.calendar_emulator.clock import Clock
from sivient.vendors.calendar_emulator.faults import Faults, Rule

Proceed = Callable[[], httpx.Response]
PAGE = 1000
HTML = "<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"


@dataclass(slots=True)
class Call:
    """One request of an application: `route` names the endpoint ("events.insert"), `account` who is meant, or ""."""

    request: httpx.Request
    route: str
    account: str = ""
    struck: list[str] = field(default_factory=list)
    done: int | None = None  # the status of the real work; None: nothing was done
    wait: float = 0.0  # seconds until the answer leaves

    @property
    def path(self) -> str:
        """The path, with ids, without the query."""
        return str(self.request.url.path)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `status` is what the application was told, None for a cut connection."""

    number: int
    at: str
    method: str
    path: str
    route: str
    account: str
    status: int | None
    done: int | None
    faults: list[str]


class Calls:
    """Lets each call meet its faults and writes it down. Holds no token."""

    def __init__(self, faults: Faults, clock: Clock) -> None:
        self.entries: list[Entry] = []
        self._faults = faults
        self._clock = clock

    def strike(self, fault: str, call: Call) -> Rule | None:
        """Return the rule by which a fault strikes this call, and write it down with the call."""
        rule = self._faults.strike(fault, call.request.method, call.path, call.account)
        if rule is not None:
            call.struck.append(fault)
        return rule

    def answer(self, call: Call, proceed: Proceed) -> httpx.Response:
        """Answer a call through the shared faults. httpx.ReadError: the connection is to be cut."""
        told: int | None = None
        try:
            response = self._answer(call, proceed)
            told = response.status_code
        finally:
            request, at = call.request, self._clock.now().isoformat(timespec="milliseconds")
            facts = (request.method, call.path, call.route, call.account, told, call.done, call.struck)
            self.entries.append(Entry(len(self.entries) + 1, at, *facts))
        return response

    def page(self, after: int) -> tuple[list[dict[str, Any]], bool]:
        """Return the entries that follow a number, oldest first, and whether there are more."""
        found = self.entries[after : after + PAGE]
        return [asdict(entry) for entry in found], len(self.entries) > after + PAGE

    def _answer(self, call: Call, proceed: Proceed) -> httpx.Response:
        if rule := self.strike("slow", call):
            call.wait += rule.settings["seconds"]
        if self.strike("cut", call):
            raise httpx.ReadError("cut", request=call.request)
        if rule := self.strike("status", call):
            return httpx.Response(rule.settings["status"])
        if rule := self.strike("html-page", call):
            return httpx.Response(rule.settings["status"], html=HTML)
        if rule := self.strike("redirect", call):
            return httpx.Response(307, headers={"Location": rule.settings["to"] + call.path})
        if rule := self.strike("huge", call):
            return httpx.Response(200, json={"items": ["x" * 1024 * 1024] * rule.settings["megabytes"]})
        response = proceed()
        call.done = response.status_code
        return self._spoil(call, response)

    def _spoil(self, call: Call, done: httpx.Response) -> httpx.Response:
        """Return what is told of work that is done."""
        if self.strike("lost-answer", call):
            raise httpx.ReadError("cut", request=call.request)
        if rule := self.strike("done-but-500", call):
            return httpx.Response(rule.settings["status"])
        if rule := self.strike("done-but-html", call):
            return httpx.Response(rule.settings["status"], html=HTML)
        if rule := self.strike("done-but-late", call):
            call.wait += rule.settings["seconds"]
        if self.strike("unknown-fields", call):
            done = _with_unknown_fields(done)
        if self.strike("truncated", call):
            return httpx.Response(done.status_code, content=done.content[: len(done.content) // 2], headers=JSON)
        if self.strike("gzip", call):
            packed = gzip.compress(done.content, mtime=0)
            return httpx.Response(done.status_code, content=packed, headers=JSON | {"Content-Encoding": "gzip"})
        return done


JSON = {"Content-Type": "application/json; charset=UTF-8"}


def _with_unknown_fields(done: httpx.Response) -> httpx.Response:
    """Add a field to every object of the answer."""

    def grown(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: grown(each) for name, each in value.items()} | {"brandNew": {"kind": "unheardOf"}}
        return [grown(each) for each in value] if isinstance(value, list) else value

    if not done.content:
        return done
    return httpx.Response(done.status_code, content=json.dumps(grown(done.json())), headers=JSON)
