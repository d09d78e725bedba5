"""The control API of misbehaviour: rules, the journal of what they did, the clock, and events without a cause.

GET /__ctl/faults/known             every fault with its settings
POST /__ctl/faults                  {"fault": 10, "times": null, "share": 0.05, "seed": 7, "user": "mara"}
GET, DELETE /__ctl/faults           the rules in force; mend everything
DELETE /__ctl/faults/{id}           take one rule away
GET /__ctl/injections               what really happened each time
GET, POST /__ctl/clock              {"advance_seconds": 3600}, {"set": "2026-11-24T23:59:50Z"}, {"skew_seconds": -600}
POST /__ctl/event                   {"user": "mara"}: an event without a removal; {"release": true}
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sivient.vendors.zoom.emulator.clock import zoom_time
from sivient.vendors.zoom.emulator.faults import ANY_ROUTE, FAULTS
from sivient.vendors.zoom.emulator.faults.catalogue import found
from sivient.vendors.zoom.emulator.records import FaultRule
from sivient.vendors.zoom.emulator.world import World

Body = dict[str, Any]
WISHES = {"fault", "settings", "user", "route", "nth", "times", "share", "seed"}


def rules(world: World, body: Body) -> Body:
    """Return the rules in force and the queues of status codes."""
    standing = [described(rule) for rule in world.faults.rules.standing()]
    return {"rules": standing, "fail_next": world.faults.waiting()}


def known(world: World, body: Body) -> Body:
    """Return every fault there is: number, name, words, where it can strike, its settings and their usual values."""
    return {
        "faults": [
            {
                "number": fault.number,
                "name": fault.name,
                "words": fault.words,
                "group": fault.group,
                "routes": fault.routes,
                "settings": {name: setting.usual for name, setting in fault.settings.items()},
            }
            for fault in FAULTS
        ]
    }


def post(world: World, body: Body) -> Body:
    """Add one rule, or queue status codes: a list for any route, or lists by route ("GET /v2/users/me")."""
    if "fault" in body:
        return inject(world, body)
    if set(body) - {"fail_next"}:
        raise ValueError("name a fault, or fail_next")
    wanted = body.get("fail_next", {})
    queues = {ANY_ROUTE: wanted} if isinstance(wanted, list) else wanted
    if not isinstance(queues, dict) or not all(_statuses(codes) for codes in queues.values()):
        raise ValueError("fail_next must hold HTTP status codes")
    for route, codes in queues.items():
        world.faults.fail_next[route] = list(codes)
    return {"fail_next": world.faults.waiting()}


def inject(world: World, body: Body) -> Body:
    """Add a rule for a `fault`, by number or name. By itself it strikes the next call that fits, whoever makes it.

    Wishes: `settings`, `times` (null: always), `share`, `nth`, `seed`, `user` (id, key or address), `route`.
    """
    if unknown := set(body) - WISHES:
        raise ValueError(f"no wish {', '.join(sorted(unknown))}")
    settings, user = body.get("settings", {}), body.get("user")
    host = world.people.find(str(user)) if user is not None else None
    _check(isinstance(settings, dict), "settings must be an object")
    _check(user is None or host is not None, "no such user")
    _check(body.get("times", 1) is None or _whole(body.get("times", 1)), "times must be at least 1, or null for always")
    _check(_whole(body.get("nth", 1)), "nth must be at least 1")
    _check(_share(body.get("share", 1)), "share must be above 0 and at most 1")
    _check(type(body.get("seed", 1)) is int, "seed must be a whole number")
    _check(isinstance(body.get("route", ""), str), "route must be a text")
    narrowed = {name: body[name] for name in ("route", "nth", "times", "share", "seed") if name in body}
    rule = world.faults.rules.add(found(body["fault"]), settings, user_id=host.id if host else None, **narrowed)
    return described(rule)


def remove(world: World, rule_id: str) -> Body:
    """Take one rule away."""
    _check(world.faults.rules.remove(rule_id), f"no rule {rule_id}")
    return {"removed": rule_id}


def mend(world: World, body: Body) -> Body:
    """Mend everything: no rule, no queue, no delay, the right time; what was held back is sent. The journal stays."""
    world.mend()
    return {"mended": True}


def journal(world: World, body: Body) -> Body:
    """Return every fault that struck, and what really happened, oldest first."""
    return {"injections": [asdict(injection) for injection in world.store.injections]}


def clock(world: World, body: Body) -> Body:
    """Return the time, or move it: one of `advance_seconds`, `set` (ISO 8601 with a zone), `skew_seconds`."""
    if len(body) > 1 or set(body) - {"advance_seconds", "set", "skew_seconds"}:
        raise ValueError("give one of advance_seconds, set and skew_seconds")
    match body:
        case {"advance_seconds": seconds}:
            _check(_number(seconds) and seconds >= 0, "advance_seconds must be a number of at least 0")
            world.clock.advance(float(seconds))
        case {"skew_seconds": seconds}:
            _check(_number(seconds) and abs(seconds) <= 86400, "skew_seconds must be a number of at most a day")
            world.clock.skew(float(seconds))
        case {"set": moment}:
            world.clock.set(_moment(moment))
    world.webhooks.tick()
    return {
        "now": zoom_time(world.clock.now()),
        "outside": zoom_time(world.clock.outside()),
        "skew_seconds": world.store.progress.clock_skew,
    }


def event(world: World, body: Body) -> Body:
    """Send `app_deauthorized` for a user although nothing was removed, as a late or foreign event would come.

    A private app gets none. `{"release": true}` sends what a fault holds back.
    """
    if body.get("release") is True:
        world.webhooks.release()
        return {"released": True}
    user = world.people.find(str(body.get("user", "")))
    if user is None:
        raise ValueError("no such user")
    delivery = world.webhooks.deauthorized(user) if world.grants.published else None
    return {"user_id": user.id, "delivery": delivery.id if delivery else None}


def described(rule: FaultRule) -> Body:
    """Return a rule as the control API shows it."""
    return asdict(rule) | {"left": None if rule.times is None else rule.times - rule.struck}


def _check(holds: bool, problem: str) -> None:
    if not holds:
        raise ValueError(problem)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("set must be a moment such as 2026-11-24T23:59:50Z")
    return moment


def _statuses(value: object) -> bool:
    return isinstance(value, list) and all(type(code) is int and 400 <= code <= 599 for code in value)
