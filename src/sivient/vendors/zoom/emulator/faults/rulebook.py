"""The rules in force: which fault strikes whom, where and how often. They survive a restart."""

from __future__ import annotations

import hashlib
import hmac

from sivient.vendors.zoom.emulator.faults.call import Call
from sivient.vendors.zoom.emulator.faults.catalogue import NAMED
from sivient.vendors.zoom.emulator.faults.fault import Fault, Settings
from sivient.vendors.zoom.emulator.records import FaultRule
from sivient.vendors.zoom.emulator.store import Store

SWITCH = "switch"
"""The id of the rule that the switch `answers_503` stands for."""


class RuleBook:
    """Adds, lists, removes and counts rules. A rule that has struck as often as it should is gone."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._seed = seed

    def add(
        self,
        fault: Fault,
        settings: Settings | None = None,
        *,
        user_id: str | None = None,
        route: str | None = None,
        nth: int = 1,
        times: int | None = 1,
        share: float = 1.0,
        seed: int | None = None,
    ) -> FaultRule:
        """Put a rule at the end. ValueError: a setting or a route is not one of this fault."""
        settled = fault.settled(settings or {})
        if route is not None and not any(route in (known, " ".join(known.split()[:2])) for known in fault.routes):
            raise ValueError(f"{fault.name} cannot strike {route}")
        self._store.progress.rules_made += 1
        self._store.keep()
        rule = FaultRule(
            id=f"r{self._store.progress.rules_made}",
            fault=fault.number,
            name=fault.name,
            settings=settled,
            user_id=user_id,
            route=route,
            nth=nth,
            times=times,
            share=share,
            seed=self._seed if seed is None else seed,
        )
        return self._store.rules.put(rule.id, rule)

    def remove(self, rule_id: str) -> bool:
        """Take a rule away, or turn the switch off; return whether it was there."""
        if rule_id != SWITCH:
            return self._store.rules.drop(rule_id) is not None
        was, self._store.switches.answers_503 = self._store.switches.answers_503, False
        self._store.keep()
        return was

    def clear(self) -> None:
        """Take every rule away."""
        self._store.rules.clear()
        self.remove(SWITCH)

    def standing(self) -> list[FaultRule]:
        """Return the rules in force, in the order in which they are asked."""
        down = self._store.switches.answers_503
        switch = [FaultRule(SWITCH, NAMED["answers-503"].number, "answers-503")] if down else []
        return switch + list(self._store.rules)

    def strikes(self, rule: FaultRule, call: Call) -> bool:
        """Count the call, and return whether the rule strikes it."""
        fault = NAMED[rule.name]
        if not {call.route, call.endpoint} & set(fault.routes) or rule.route not in (None, call.route, call.endpoint):
            return False
        if rule.user_id not in (None, call.user_id) or not fault.fits(call, rule.settings):
            return False
        rule.seen += 1
        drawn = rule.seen >= rule.nth and _draw(rule) < rule.share
        if drawn:
            rule.struck += 1
        self._keep(rule)
        return drawn

    def _keep(self, rule: FaultRule) -> None:
        if rule.id == SWITCH:
            return
        if rule.times is not None and rule.struck >= rule.times:
            self._store.rules.drop(rule.id)
        else:
            self._store.rules.put(rule.id, rule)


def _draw(rule: FaultRule) -> float:
    """Return a number in [0, 1) that depends on the seed, the rule and the count alone, so a run can be repeated."""
    digest = hmac.new(f"faults {rule.seed}".encode(), f"{rule.id} {rule.seen}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
