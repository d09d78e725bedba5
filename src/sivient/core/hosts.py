"""Several hosts at once: who of them is free at each start. Any of them (round robin), or all (collective)."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

K = TypeVar("K")


def any_of(offered: Mapping[K, Sequence[int]]) -> list[tuple[int, tuple[K, ...]]]:
    """Return the starts that at least one host offers, in order, each with the hosts who do, in the order given."""
    free: dict[int, list[K]] = {}
    for host, starts in offered.items():
        for start in starts:
            if start in free:
                free[start].append(host)
            else:
                free[start] = [host]
    return [(start, tuple(free[start])) for start in sorted(free)]


def all_of(offered: Mapping[K, Sequence[int]]) -> list[tuple[int, tuple[K, ...]]]:
    """Return the starts that every host offers, in order, each with all the hosts; without hosts there are none."""
    if not offered:
        return []
    hosts = tuple(offered)
    shared = set.intersection(*(set(starts) for starts in offered.values()))
    return [(start, hosts) for start in sorted(shared)]
