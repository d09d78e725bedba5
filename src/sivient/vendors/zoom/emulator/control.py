"""The control API under `/__ctl/`: what the tour and tests turn. Reached by whoever reaches the port.

`GET /__ctl/ledger?after=N` is what the app asked and what became of it (`records.Entry`); `control_faults.py` has the
misbehaviour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import httpx

from sivient.vendors.zoom.emulator import control_faults
from sivient.vendors.zoom.emulator.app import SCOPE_LABELS
from sivient.vendors.zoom.emulator.clock import zoom_time
from sivient.vendors.zoom.emulator.errors import ApiRefusal
from sivient.vendors.zoom.emulator.meetings import listed
from sivient.vendors.zoom.emulator.people import ZoomUser
from sivient.vendors.zoom.emulator.records import Switches
from sivient.vendors.zoom.emulator.validation import read_object
from sivient.vendors.zoom.emulator.world import World

Body = dict[str, Any]
Verb = Callable[[World, Body], Body]
RULE = "/__ctl/faults/"


def answer(world: World, request: httpx.Request) -> httpx.Response:
    """Answer a control request with JSON. `validate-url` is not here: it must not hold the lock."""
    path, rule_id = request.url.path, request.url.path.removeprefix(RULE)
    try:
        if request.method == "DELETE" and rule_id != path:
            return httpx.Response(200, json=control_faults.remove(world, rule_id))
        verb = VERBS.get((request.method, path))
        if verb is None:
            return httpx.Response(404, json={"message": "no such control"})
        asked = dict(request.url.params) if request.method == "GET" else read_body(request)
        return httpx.Response(200, json=verb(world, asked))
    except (ApiRefusal, ValueError) as problem:
        return httpx.Response(400, json={"message": str(problem)})


def read_body(request: httpx.Request) -> Body:
    """Return the JSON body, or nothing. Other types are refused, as any web page may send those."""
    if not request.content:
        return {}
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        raise ValueError("send application/json")
    return dict(read_object(request.content))


def state(world: World, body: Body) -> Body:
    """Return everything but secrets and tokens."""
    return control_faults.rules(world, {}) | {
        "base_url": world.base_url,
        "now": zoom_time(world.clock.now()),
        "app": {"name": world.app.name, "published": world.grants.published, "scopes": world.grants.scopes},
        "users": [_user(world, user) for user in world.people],
        "meetings": [listed(m) | {"joins": m.joins} for m in world.store.meetings],
        "installed_apps": [asdict(app) for app in world.store.installed],
        "deliveries": [asdict(delivery) for delivery in world.store.deliveries],
        "clock": control_faults.clock(world, {}),
        "switches": asdict(world.store.switches),
        "subscription": {
            "active": world.store.progress.webhook_active,
            "failures_in_row": world.store.progress.webhook_failures,
            "owner_mails": world.store.progress.owner_mails,
        },
        "injections": len(world.store.injections),
    }


def switch(world: World, changes: Body) -> Body:
    """Turn switches by name; the others stay."""
    switches = world.store.switches
    for name, value in changes.items():
        if name not in CHECKS:
            raise ValueError(f"no switch {name}")
        if not CHECKS[name](value):
            raise ValueError(f"{name} cannot be {value!r}")
    for name, value in changes.items():
        setattr(switches, name, value)
    world.store.keep()
    return asdict(switches)


def ledger(world: World, body: Body) -> Body:
    """Return what the app asked and what became of it, after the number `after`; `more` says whether to ask again."""
    number = str(body.get("after", "0"))
    if not (number.isascii() and number.isdecimal() and len(number) <= 9):
        raise ValueError("after must be a number")
    entries, more = world.ledger.page(int(number))
    return {"entries": [asdict(entry) for entry in entries], "more": more}


def reset(world: World, body: Body) -> Body:
    """Forget everything that happened; no id or token comes twice all the same."""
    world.store.clear()
    world.faults.fail_next.clear()
    return {"reset": True}


def deauthorize(world: World, body: Body) -> Body:
    """Remove the app for a user, given by id, key or e-mail address."""
    user = world.people.find(str(body.get("user_id", "")))
    if user is None:
        raise ValueError("no such user")
    delivery = world.remove_app(user.id)
    return {"user_id": user.id, "delivery": delivery.id if delivery else None}


VERBS: dict[tuple[str, str], Verb] = {
    ("GET", "/__ctl/state"): state,
    ("POST", "/__ctl/switch"): switch,
    ("GET", "/__ctl/ledger"): ledger,
    ("GET", "/__ctl/clock"): control_faults.clock,
    ("POST", "/__ctl/clock"): control_faults.clock,
    ("POST", "/__ctl/reset"): reset,
    ("POST", "/__ctl/deauthorize"): deauthorize,
    ("GET", "/__ctl/faults"): control_faults.rules,
    ("GET", "/__ctl/faults/known"): control_faults.known,
    ("POST", "/__ctl/faults"): control_faults.post,
    ("DELETE", "/__ctl/faults"): control_faults.mend,
    ("GET", "/__ctl/injections"): control_faults.journal,
    ("POST", "/__ctl/event"): control_faults.event,
}


def _user(world: World, user: ZoomUser) -> Body:
    access, refresh = world.grants.living(user.id)
    return {
        "key": user.key,
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "type": int(user.type),
        "may_host": user.may_host,
        "account": {"id": user.account.id, "name": user.account.name, "plan": user.account.plan},
        "installed": world.store.installed.get(user.id) is not None,
        "tokens": {"access": access, "refresh": refresh},
    }


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _boolean(value: object) -> bool:
    return isinstance(value, bool)


def _maybe(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or check(value)


def _scopes(value: object) -> bool:
    return isinstance(value, list) and all(scope in SCOPE_LABELS for scope in value)


CHECKS: dict[str, Callable[[object], bool]] = {
    "answers_503": _boolean,
    "delay_seconds": _number,
    "limits": _boolean,
    "published": _maybe(_boolean),
    "scopes": _maybe(_scopes),
    "refresh_grace_seconds": _number,
    "revoke_sends_event": _boolean,
}
if set(CHECKS) != set(Switches.__dataclass_fields__):
    raise RuntimeError("every switch needs a check")
