"""Pages under load, by wrk (github.com/wg/wrk): how many a second, and how long the slow ones take."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.figures import Row
from tests.served import Served

SECONDS = 8
CONNECTIONS = (1, 8, 64)
PAGE = "/schedule/mara/intro"
FEED = f"{PAGE}/slots.json"
FEED_TARGETS = {8: (">= 400 a second", "<= 100 ms")}
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured; times in milliseconds."""

    per_second: float
    p50: float
    p99: float


def measure(product: Served, database: str) -> Iterator[Row]:
    """Ask for the event page and its times over 1, 8 and 64 connections, beside the health check."""
    for connections in CONNECTIONS:
        bare = wrk(f"{product.url}/healthz", connections)
        for name, path, targets in (("Event page", PAGE, {}), ("slots.json", FEED, FEED_TARGETS)):
            rate, slow = targets.get(connections, ("", ""))
            load = wrk(product.url + path, connections)
            title = f"{name}, {database}, {connections} connections"
            yield Row(title, load.per_second, "a second", bare.per_second, "/healthz", rate)
            yield Row(f"{title}, p50", load.p50, "ms", bare.p50, "/healthz")
            yield Row(f"{title}, p99", load.p99, "ms", bare.p99, "/healthz", slow)


def wrk(url: str, connections: int, seconds: int = SECONDS) -> Load:
    """Ask for one address as fast as answers come; raise RuntimeError when an answer was not 2xx or 3xx."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", "Accept-Encoding: gzip", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    per_second = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if per_second is None:
        raise RuntimeError(said)
    return Load(float(per_second[1]), _percentile(said, "50%"), _percentile(said, "99%"))


def _percentile(said: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)\b", said)
    if found is None:
        raise RuntimeError(said)
    return float(found[1]) * _UNITS[found[2]]
