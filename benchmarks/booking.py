"""Bookings per second and how long a guest waits, beside a bare INSERT with its commit."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from benchmarks.figures import Row, percentile
from benchmarks.guests import Answer, closed_loop, forms, open_loop
from tests.served import Served

HOSTS = 8
CLOSED, ALONE, OPEN, WARM = 1600, 300, 900, 100
INSERT = "a bare INSERT"
RATE = 30.0  # posts a second


def measure(product: Served, database: str) -> Iterator[Row]:
    """Post bookings in both loops; every one must be accepted."""
    command = [sys.executable, "-m", "benchmarks.seed", str(HOSTS)]
    subprocess.run(command, env=dict(product.environment), check=True)
    todo = forms(product, WARM + OPEN + ALONE + CLOSED)
    closed_loop(product, todo[:WARM], 8)
    del todo[:WARM]
    bare = _bare_insert(product)

    calm = _accepted(open_loop(product, todo[:OPEN], RATE))
    yield Row(f"Booking POST, {database}, 30 a second, p50", percentile(calm, 0.5), "ms", bare, INSERT)
    yield Row(f"Booking POST, {database}, 30 a second, p99", percentile(calm, 0.99), "ms", bare, INSERT, "<= 60 ms")
    del todo[:OPEN]

    for writers, share, target in ((1, todo[:ALONE], ""), (8, todo[ALONE:], ">= 80 a second")):
        answers, seconds = closed_loop(product, share, writers)
        busy = _accepted(answers)
        title = f"Bookings, {database}, {writers} writer{'s' * (writers > 1)}"
        yield Row(title, len(busy) / seconds, "a second", 1000 / bare, "bare INSERTs", target)
        yield Row(f"{title}, p99", percentile(busy, 0.99), "ms", bare, INSERT)


def _accepted(answers: list[Answer]) -> list[float]:
    refused = [answer.status for answer in answers if answer.status != 303]
    if refused:
        raise RuntimeError(f"{len(refused)} of {len(answers)} posts were not booked: {refused[:5]}")
    return [answer.milliseconds for answer in answers]


def _bare_insert(product: Served, count: int = 300) -> float:
    """Return the milliseconds of one durable INSERT with its commit, p50, over one connection."""
    if url := product.environment["DATABASE_URL"]:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS bench_bare (id bigserial PRIMARY KEY, at timestamptz)")
            return _median(lambda: connection.execute("INSERT INTO bench_bare (at) VALUES (now())"), count)
    embedded = sqlite3.connect(Path(product.environment["SIVIENT_DATA_DIR"]) / "bare.sqlite3", isolation_level=None)
    try:
        embedded.execute("PRAGMA journal_mode = WAL")
        embedded.execute("PRAGMA synchronous = FULL")
        embedded.execute("CREATE TABLE IF NOT EXISTS bench_bare (id integer PRIMARY KEY, at text)")
        return _median(lambda: embedded.execute("INSERT INTO bench_bare (at) VALUES (datetime())"), count)
    finally:
        embedded.close()


def _median(insert: Callable[[], object], count: int) -> float:
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        insert()
        times.append((time.perf_counter() - begun) * 1000)
    return percentile(times, 0.5)
