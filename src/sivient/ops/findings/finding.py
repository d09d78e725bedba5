"""One thing that is not as it should be, in words for the operator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """Who has to do something; in the order in which findings are told."""

    OPERATOR = "operator"
    HOST = "host"
    NOTE = "note"  # nobody: it passes by itself, and is good to know


@dataclass(frozen=True, slots=True)
class Finding:
    """What is, what it means, and what to do. Examples are numbers of ours: no name, no address.

    `listed` are all of them, where the operator needs each: lines of names and values, a host by their handle at most.
    `fix` mends it where that is safe, in transactions of its own, and returns what it did.
    """

    code: str
    severity: Severity
    what: str
    meaning: str
    todo: str
    count: int = 1
    examples: tuple[str, ...] = ()
    fix: Callable[[], str] | None = None
    listed: tuple[Mapping[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        names = ("code", "what", "meaning", "todo", "count")
        told: dict[str, Any] = {name: getattr(self, name) for name in names}
        return told | {
            "severity": self.severity.value,
            "examples": list(self.examples),
            "fixable": self.fix is not None,
            **({"listed": [dict(each) for each in self.listed]} if self.listed else {}),
        }


def number(count: int, one: str, many: str = "") -> str:
    """Return a count with its word: '1 booking', '2 bookings'."""
    return f"{count} {one if count == 1 else many or one + 's'}"
