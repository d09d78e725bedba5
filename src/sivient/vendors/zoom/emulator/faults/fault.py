"""What a fault is: number, plain words, where it can strike, its settings, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import httpx

from sivient.vendors.zoom.emulator.events import Draft
from sivient.vendors.zoom.emulator.faults.call import Call, Outcome
from sivient.vendors.zoom.emulator.store import Store

if TYPE_CHECKING:
    from sivient.vendors.zoom.emulator.world import World

Settings = Mapping[str, Any]


class Group(StrEnum):
    """Where a fault stands on the page."""

    MAKING = "While a meeting is made"
    CALLS = "Any call"
    LIMITS = "Too many calls"
    REFUSALS = "Zoom refuses"
    TOKENS = "Tokens"
    CONNECTING = "While somebody connects"
    EVENTS = "Events from Zoom"
    APP = "The app and the clock"


@dataclass(frozen=True, slots=True)
class Setting:
    """One knob of a fault: its usual value, what else may be given, and the values that the page offers."""

    words: str
    usual: object
    allowed: Callable[[object], bool]
    offered: tuple[object, ...] = ()


def number(words: str, usual: float, *others: float, low: float = 0, high: float = 90 * 86400) -> Setting:
    """A number within bounds."""

    def allowed(value: object) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high

    return Setting(words, usual, allowed, (usual, *others) if others else ())


def one_of(words: str, *values: object) -> Setting:
    """One of these; the first is usual."""
    # By type too: to Python, True equals 1.
    known = {(type(value), value) for value in values}
    return Setting(
        words,
        values[0],
        lambda value: isinstance(value, str | int | bool | None) and (type(value), value) in known,
        values,
    )


def text(words: str, usual: str) -> Setting:
    """Any short text of printable characters."""
    return Setting(words, usual, lambda value: isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable())


@dataclass(slots=True)
class Shot:
    """One fault striking one call. `proceed` does the real thing, `did` says what really happened."""

    call: Call
    settings: Settings
    world: World
    outcome: Outcome
    go: Callable[[httpx.Request], httpx.Response]
    happened: str = ""

    def proceed(self, request: httpx.Request | None = None) -> httpx.Response:
        """Do what was asked, or what a changed request asks."""
        return self.go(request or self.call.request)

    def hold(self, seconds: float) -> None:
        """Keep the answer back; nobody else waits."""
        self.outcome.wait += seconds

    def did(self, happened: str) -> None:
        """Say what really happened."""
        self.happened = happened


Effect = Callable[[Shot], httpx.Response]
Bend = Callable[[Draft, Settings, Store], str]
"""Changes an event before it is signed, and returns what happened to it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the contract's list. A number may have several forms, each with a name of its own.

    `fits` says whether a call is one that it can strike at all; others are not counted.
    """

    number: int
    name: str
    words: str
    group: Group
    routes: tuple[str, ...]
    effect: Effect | None = None
    bend: Bend | None = None
    settings: Mapping[str, Setting] = field(default_factory=dict)
    fits: Callable[[Call, Settings], bool] = lambda call, settings: True

    def settled(self, given: Settings) -> dict[str, Any]:
        """Return every setting, given or usual. ValueError says which one is wrong."""
        for name, value in given.items():
            if name not in self.settings:
                raise ValueError(f"{self.name} has no setting {name}")
            if not self.settings[name].allowed(value):
                raise ValueError(f"{name} of {self.name} cannot be {value!r}")
        return {name: setting.usual for name, setting in self.settings.items()} | dict(given)
