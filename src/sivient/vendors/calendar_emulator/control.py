"""The control API of calendars under `/__ctl/`: what tests and the tour turn. Reached by whoever reaches the port.

GET  /__ctl/faults/known            every fault with its settings, and the row of the contract's table
POST /__ctl/faults                  {"fault": "lost-answer", "method": "POST", "path": "/events", "times": 1}
GET, DELETE /__ctl/faults           the rules in force; take all away
DELETE /__ctl/faults/{id}           take one rule away
GET, POST /__ctl/clock              {"advance_seconds": 3600}, {"set": "2026-11-24T23:59:50Z"}
GET  /__ctl/ledger?after=N          what the application asked and what became of it (`calls.Entry`)
GET  /__ctl/outbox?event=ID         the invitations that the provider mailed (`records.Invitation`)
GET  /__ctl/pushes                  the notices; POST /__ctl/push/release sends what was held back
GET  /__ctl/calendars               accounts, calendars, events and channels
and what `control_events` has: events and calendars changed as a person would.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from sivient.vendors.calendar_emulator import control_events

if TYPE_CHECKING:
    from sivient.vendors.calendar_emulator.emulator import CalendarEmulator

Body = dict[str, Any]
Verb = Callable[["CalendarEmulator", Body], Body]
RULE = "/__ctl/faults/"


def answer(emulator: CalendarEmulator, request: httpx.Request) -> httpx.Response | None:
    """Answer a control request with JSON; None: it is none of these."""
    path, method = request.url.path, request.method
    verb = VERBS.get((method, path))
    try:
        if method == "DELETE" and path.startswith(RULE):
            emulator.faults.remove(path.removeprefix(RULE))
            return httpx.Response(200, json=rules(emulator, {}))
        if verb is None:
            return None
        asked = dict(request.url.params) if method == "GET" else _body(request)
        return httpx.Response(200, json=verb(emulator, asked))
    except (ValueError, KeyError, TypeError) as problem:
        return httpx.Response(400, json={"message": str(problem)})


def rules(emulator: CalendarEmulator, body: Body) -> Body:
    """Return the rules in force."""
    return {"rules": emulator.faults.state()}


def known(emulator: CalendarEmulator, body: Body) -> Body:
    """Return every fault there is."""
    return {"faults": [asdict(fault) for fault in emulator.faults.known.values()]}


def inject(emulator: CalendarEmulator, body: Body) -> Body:
    """Add a rule."""
    return asdict(emulator.faults.inject(**body))


def mend(emulator: CalendarEmulator, body: Body) -> Body:
    """Take every rule away, and send what was held back."""
    emulator.faults.mend()
    emulator.pusher.release()
    return {"mended": True}


def clock(emulator: CalendarEmulator, body: Body) -> Body:
    """Return the time, or move it."""
    match body:
        case {"advance_seconds": int() | float() as seconds, **rest} if not rest:
            emulator.clock.advance(float(seconds))
        case {"set": str() as text, **rest} if not rest:
            emulator.clock.set(datetime.fromisoformat(text))
        case {**rest} if rest:
            raise ValueError("give one of advance_seconds and set")
    return {"now": emulator.clock.now().isoformat(), "outside": emulator.clock.outside().isoformat()}


def ledger(emulator: CalendarEmulator, body: Body) -> Body:
    """Return the calls after a number; `more` says whether to ask again."""
    entries, more = emulator.calls.page(int(body.get("after", 0)))
    return {"entries": entries, "more": more}


def outbox(emulator: CalendarEmulator, body: Body) -> Body:
    """Return what was mailed, of one event or of all."""
    event = body.get("event", "")
    return {"invitations": [each for each in emulator.outbox.state() if event in ("", each["event"])]}


def pushes(emulator: CalendarEmulator, body: Body) -> Body:
    """Return the notices, oldest first."""
    return {"pushes": [push.as_json() for push in emulator.pusher.sent]}


def release(emulator: CalendarEmulator, body: Body) -> Body:
    """Send the notices that were held back."""
    emulator.pusher.release()
    return {"released": True}


def calendars(emulator: CalendarEmulator, body: Body) -> Body:
    """Return what there is, without the secrets of channels."""
    world, channels = emulator.world, list(emulator.channels.all.values())
    return {
        "now": emulator.clock.now().isoformat(),
        "accounts": [asdict(account) for account in world.accounts.values()],
        "calendars": [asdict(each) for each in world.calendars.values()],
        "events": [event.dump() for each in world.calendars for event in world.events(each)],
        "channels": [asdict(each) | {"secret": "", "living": emulator.channels.is_living(each)} for each in channels],
        "invitations": len(emulator.outbox.sent),
        "rules": emulator.faults.state(),
    }


VERBS: dict[tuple[str, str], Verb] = {
    ("GET", "/__ctl/faults"): rules,
    ("GET", "/__ctl/faults/known"): known,
    ("POST", "/__ctl/faults"): inject,
    ("DELETE", "/__ctl/faults"): mend,
    ("GET", "/__ctl/clock"): clock,
    ("POST", "/__ctl/clock"): clock,
    ("GET", "/__ctl/ledger"): ledger,
    ("GET", "/__ctl/outbox"): outbox,
    ("GET", "/__ctl/pushes"): pushes,
    ("POST", "/__ctl/push/release"): release,
    ("GET", "/__ctl/calendars"): calendars,
    ("POST", "/__ctl/calendars"): control_events.add_calendar,
    ("POST", "/__ctl/calendars/remove"): control_events.remove_calendar,
    ("POST", "/__ctl/events"): control_events.add,
    ("POST", "/__ctl/events/change"): control_events.change,
    ("POST", "/__ctl/events/remove"): control_events.remove,
    ("POST", "/__ctl/events/answer"): control_events.answer,
}


def _body(request: httpx.Request) -> Body:
    if not request.content:
        return {}
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        raise ValueError("send application/json")  # other types any web page may send
    body = json.loads(request.content)
    if not isinstance(body, dict):
        raise ValueError("send an object")
    return body
