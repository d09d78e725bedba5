"""Lets rules strike calls and events, and writes down each time what really happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from sivient.vendors.zoom.emulator.clock import Clock
from sivient.vendors.zoom.emulator.events import Draft
from sivient.vendors.zoom.emulator.faults.answers import plain_failure
from sivient.vendors.zoom.emulator.faults.call import ANY_ROUTE, Call, Outcome
from sivient.vendors.zoom.emulator.faults.catalogue import NAMED
from sivient.vendors.zoom.emulator.faults.fault import Shot
from sivient.vendors.zoom.emulator.faults.rulebook import RuleBook
from sivient.vendors.zoom.emulator.records import FaultRule, Injection
from sivient.vendors.zoom.emulator.store import Store

if TYPE_CHECKING:
    from sivient.vendors.zoom.emulator.world import World

Go = Callable[[httpx.Request], httpx.Response]


class Faults:
    """The rules, and the queues of status codes that stand before them (`fail_next`, by endpoint or `ANY_ROUTE`).

    A fault that loses an answer raises an `httpx.TransportError`: what happened stays stored, and the
    server closes the connection.
    """

    def __init__(self, store: Store, clock: Clock, seed: int) -> None:
        self._store = store
        self._clock = clock
        self.rules = RuleBook(store, seed)
        self.fail_next: defaultdict[str, list[int]] = defaultdict(list)

    def answer(self, world: World, call: Call, go: Go, outcome: Outcome) -> httpx.Response:
        """Do the work through every rule that strikes: the first one is asked first and has the last word."""

        def real(request: httpx.Request) -> httpx.Response:
            response = go(request)
            outcome.status, outcome.body = response.status_code, _object(response)
            return response

        status = self._queued(call)
        if status is not None:
            rule = FaultRule("fail_next", 0, "fail-next")
            self._write(rule, call, outcome, f"answered {status}, nothing was done", status)
            return plain_failure(call, status)
        shots: list[tuple[FaultRule, Shot]] = []
        response = self._through(self.rules.standing(), Shot(call, {}, world, outcome, real), shots)
        for rule, shot in shots:  # only now is it known what the app is told in the end
            self._write(rule, call, outcome, shot.happened, None if outcome.lost else response.status_code)
        if outcome.lost:
            raise httpx.ReadError("the connection was closed before the answer", request=call.request)
        return response

    def bend(self, draft: Draft) -> None:
        """Change an event through every rule that strikes it."""
        call = Call(f"EVENT {draft.event}", draft.user_id or None, httpx.Request("POST", "https://app.invalid/"))
        for rule in self.rules.standing():
            bend = NAMED[rule.name].bend
            if bend is not None and self.rules.strikes(rule, call):
                happened = bend(draft, rule.settings, self._store)
                draft.faults.append(rule.name)
                self._write(rule, call, Outcome(), happened, None, draft.id)

    def waiting(self) -> dict[str, list[int]]:
        """Return the queues of status codes that still hold something."""
        return {route: list(codes) for route, codes in self.fail_next.items() if codes}

    def _queued(self, call: Call) -> int | None:
        for route in (call.endpoint, ANY_ROUTE):
            if queue := self.fail_next.get(route):
                return queue.pop(0)
        return None

    def _through(self, rules: list[FaultRule], work: Shot, shots: list[tuple[FaultRule, Shot]]) -> httpx.Response:
        """Let the first rule that strikes do its part around the rest; without one, do the real work."""
        for place, rule in enumerate(rules):
            effect = NAMED[rule.name].effect
            if effect is None or not self.rules.strikes(rule, work.call):
                continue
            rest = rules[place + 1 :]

            def further(request: httpx.Request, rest: list[FaultRule] = rest) -> httpx.Response:
                return self._through(rest, replace(work, call=replace(work.call, request=request)), shots)

            shot = replace(work, settings=rule.settings, go=further)
            shots.append((rule, shot))
            return effect(shot)
        return work.proceed()

    def _write(
        self,
        rule: FaultRule,
        call: Call,
        outcome: Outcome,
        happened: str,
        told: int | None,
        delivery_id: str | None = None,
    ) -> None:
        outcome.struck.append(rule.name)
        number = len(self._store.injections) + 1
        injection = Injection(
            number=number,
            at=self._clock.outside().isoformat(timespec="milliseconds"),
            rule=rule.id,
            fault=rule.fault,
            name=rule.name,
            route=call.route,
            user_id=call.user_id,
            happened=happened,
            done=outcome.status,
            told=told,
            meeting_id=outcome.meeting_id,
            delivery_id=delivery_id,
            tracking_id=call.tracking_id,
        )
        self._store.injections.put(f"{number:09}", injection)


def _object(response: httpx.Response) -> dict[str, object]:
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return {}
    body = response.json()
    return body if isinstance(body, dict) else {}
