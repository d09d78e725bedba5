"""Every misbehaviour of an emulated calendar, by name, and the rules that say when one strikes.

`SHARED` are those of any dialect; a dialect adds its own (`Faults(more=...)`). A test names one:
`inject("lost-answer", method="POST", path="/events", times=1)`, or `POST /__ctl/faults {"fault": "lost-answer", ...}`;
`GET /__ctl/faults/known` lists all of them. `row` is the row of the contract's table (chapter 5).
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sivient.vendors.calendar_emulator.store import Store

PUSH = "PUSH"
"""The method of a notice, for rules that are about pushes; its path is the channel's id."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a fault: its usual value, and what it means."""

    usual: Any
    words: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour."""

    name: str
    row: str
    words: str
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(slots=True)
class Rule:
    """When a fault strikes: the next `times` calls that fit (None: always). Empty `method`, `path`, `account`: any.

    `path` is a part of the request's path. `share` of those that fit are struck, `skip` first ones are not.
    """

    id: str
    fault: str
    settings: dict[str, Any]
    times: int | None = 1
    method: str = ""
    path: str = ""
    account: str = ""
    share: float = 1.0
    skip: int = 0
    met: int = 0
    struck: int = 0

    def fits(self, method: str, path: str, account: str) -> bool:
        """Whether the rule is about this call."""
        about = (not self.method or self.method == method) and self.path in path
        return about and (not self.account or self.account == account)


SECONDS = Setting(3.0, "how long")
SHARED = (
    Fault("lost-answer", "F1", "Does the work, then cuts the connection."),
    Fault("done-but-500", "F1", "Does the work, then answers an error.", {"status": Setting(500, "which")}),
    Fault("done-but-late", "F1", "Does the work, then answers after a while.", {"seconds": Setting(30.0, "how long")}),
    Fault("status", "F15", "Does nothing and answers a bare status.", {"status": Setting(503, "which")}),
    Fault("cut", "F15", "Does nothing and cuts the connection."),
    Fault("slow", "F15", "Answers rightly, late.", {"seconds": SECONDS}),
    Fault("truncated", "F15", "Answers half of the JSON."),
    Fault("html-page", "F15", "A proxy answers with a page; nothing is done.", {"status": Setting(502, "which")}),
    Fault("done-but-html", "F15", "Does the work; a proxy answers with a page.", {"status": Setting(502, "which")}),
    Fault("gzip", "F15", "Answers compressed."),
    Fault("unknown-fields", "F15", "Adds fields and enum values that nobody knows."),
    Fault("huge", "F15", "Answers 50 MB.", {"megabytes": Setting(50, "how many")}),
    Fault("redirect", "F15", "Sends the request on to another host.", {"to": Setting("https://elsewhere.example", "")}),
    Fault("push-lost", "F10", "A notice is never sent."),
    Fault("push-twice", "F10", "A notice is sent twice."),
    Fault("push-late", "F10", "A notice waits until it is released, or so long.", {"seconds": Setting(None, "")}),
    Fault("push-out-of-order", "F10", "A notice is sent after the next one."),
    Fault("push-wrong-secret", "F10", "A notice comes with another secret."),
    Fault("push-after-stop", "F10", "A stopped channel goes on for one notice."),
    Fault("channel-expires-early", "F12", "A new channel ends sooner than it says.", {"seconds": Setting(60, "when")}),
)


class Faults:
    """The rules in force, and the journal of what they did."""

    def __init__(self, store: Store, more: Iterable[Fault] = (), seed: int = 1) -> None:
        self.known = {fault.name: fault for fault in (*SHARED, *more)}
        self._store = store
        self._chance = random.Random(seed)  # noqa: S311 - the same seed strikes the same calls
        self.rules = {key: Rule(**record) for key, record in store.read("rule")}
        self._drawn = max((int(key) for key in self.rules), default=0)

    def inject(self, fault: str, *, settings: Mapping[str, Any] | None = None, **when: Any) -> Rule:
        """Add a rule; `when` are fields of `Rule`. ValueError: no such fault, setting or field."""
        known, wanted = self.known.get(fault), dict(settings or {})
        if known is None:
            raise ValueError(f"no fault {fault}; there are {', '.join(self.known)}")
        if strange := set(wanted) - set(known.settings):
            raise ValueError(f"{fault} has no setting {', '.join(sorted(strange))}")
        if strange := set(when) - {"times", "method", "path", "account", "share", "skip"}:
            raise ValueError(f"no wish {', '.join(sorted(strange))}")
        self._drawn += 1
        usual = {name: setting.usual for name, setting in known.settings.items()}
        rule = Rule(str(self._drawn), fault, usual | wanted, **when)
        self._keep(rule)
        return rule

    def strike(self, fault: str, method: str, path: str, account: str = "") -> Rule | None:
        """Return the rule by which this fault strikes this call, and count it; None: it does not."""
        for rule in self.rules.values():
            if rule.fault != fault or not rule.fits(method, path, account) or rule.struck == rule.times:
                continue
            rule.met += 1
            struck = rule.met > rule.skip and (rule.share >= 1 or self._chance.random() < rule.share)
            rule.struck += struck
            self._keep(rule)
            if struck:
                return rule
        return None

    def remove(self, rule_id: str) -> None:
        """Take a rule away. ValueError: there is none."""
        if self.rules.pop(rule_id, None) is None:
            raise ValueError(f"no rule {rule_id}")
        self._store.put("rule", rule_id, None)

    def mend(self) -> None:
        """Take every rule away."""
        for rule_id in list(self.rules):
            self.remove(rule_id)

    def state(self) -> list[dict[str, Any]]:
        """Return the rules as the control API shows them."""
        return [asdict(rule) for rule in self.rules.values()]

    def _keep(self, rule: Rule) -> None:
        self.rules[rule.id] = rule
        self._store.put("rule", rule.id, asdict(rule))
