"""Which entries of a calendar could not be read, or not wholly: each counts until it can be read, or is gone.

Kept by reason, a sentence for the host: {"names": digests of what the calendar calls them, "others": how many more}.
So the row of a calendar stays small; of the others nobody knows which they are before everything is read anew.
"""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sivient.ports.calendars import Page

REASONS, REASON_LIMIT = 20, 200
NAMED = 200  # entries that are known by their name
DIGEST = 16  # characters


class Unread:
    """What is known of them while a calendar is read, from what was `kept` last time; {} when everything is read."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self._named: dict[str, set[str]] = {}  # reasons by digest
        self._before = Counter[str]()  # of the others
        self._others = Counter[str]()
        for reason, said in kept.items():
            for digest in said["names"]:
                self._named.setdefault(digest, set()).add(reason)
            self._before[reason] = said["others"]

    def meet(self, page: Page) -> None:
        """Take in what a page says: whatever it names was looked at anew."""
        for name in {*(change.name for change in page.changes), *(each.name for each in page.skipped)}:
            self._named.pop(_digest(name), None)
        for each in page.skipped:
            digest, reason = _digest(each.name), each.reason[:REASON_LIMIT]
            has_room = len(self._named) < NAMED and not self._before[reason]  # else it may be one of the others
            if each.name and (digest in self._named or has_room):
                self._named.setdefault(digest, set()).add(reason)
            else:
                self._others[reason] += 1

    def kept(self) -> dict[str, dict[str, Any]]:
        """Return what is to be kept, of the most frequent reasons."""
        others = self._others | self._before  # the same ones, as far as anybody knows
        names: dict[str, list[str]] = {}
        for digest, reasons in self._named.items():
            for reason in reasons:
                names.setdefault(reason, []).append(digest)
        found = {reason: {"names": names.get(reason, []), "others": others[reason]} for reason in {*names, *others}}
        return dict(sorted(found.items(), key=lambda item: (-_count(item[1]), item[0]))[:REASONS])


def counts(kept: Mapping[str, Any]) -> dict[str, int]:
    """Return how many there are, by reason."""
    return {reason: _count(said) for reason, said in kept.items() if _count(said)}


def _count(said: Mapping[str, Any]) -> int:
    return len(said["names"]) + int(said["others"])


def _digest(name: str) -> str:
    return sha256(name.encode(errors="replace")).hexdigest()[:DIGEST]
