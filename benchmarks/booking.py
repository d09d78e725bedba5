"""Bookings per second and how long a guest waits, on PostgreSQL, beside a bare INSERT with its commit."""

import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg

from benchmarks.figures import Row, percentile
from benchmarks.guests import Answer, closed_loop, forms, open_loop
from tests.served import Served

HOSTS = 8
CLOSED, OPEN, WARM = 1600, 900, 100
RATE = 30.0  # posts a second


def measure(product: Served) -> Iterator[Row]:
    """Post bookings in both loops; every one must be accepted."""
    command = [sys.executable, "-m", "benchmarks.seed", str(HOSTS)]
    subprocess.run(command, env=dict(product.environment), check=True)
    todo = forms(product, WARM + OPEN + CLOSED)
    closed_loop(product, todo[:WARM], 8)
    bare = _bare_insert(product.environment["DATABASE_URL"])

    calm = _accepted(open_loop(product, todo[WARM : WARM + OPEN], RATE))
    yield Row("Booking POST, 30 a second, p50", percentile(calm, 0.5), "ms", bare, "a bare INSERT")
    yield Row("Booking POST, 30 a second, p99", percentile(calm, 0.99), "ms", bare, "a bare INSERT", "<= 60 ms")

    answers, seconds = closed_loop(product, todo[WARM + OPEN :], 8)
    busy = _accepted(answers)
    yield Row("Bookings, 8 clients", len(busy) / seconds, "a second", 1000 / bare, "bare INSERTs", ">= 80 a second")
    yield Row("Booking POST, 8 clients, p99", percentile(busy, 0.99), "ms", bare, "a bare INSERT", "<= 250 ms")


def _accepted(answers: list[Answer]) -> list[float]:
    refused = [answer.status for answer in answers if answer.status != 303]
    if refused:
        raise RuntimeError(f"{len(refused)} of {len(answers)} posts were not booked: {refused[:5]}")
    return [answer.milliseconds for answer in answers]


def _bare_insert(url: str, count: int = 300) -> float:
    """Return the milliseconds of one INSERT with its commit, p50, over one connection."""
    times = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_bare (id bigserial PRIMARY KEY, at timestamptz)")
        for _ in range(count):
            begun = time.perf_counter()
            connection.execute("INSERT INTO bench_bare (at) VALUES (now())")
            times.append((time.perf_counter() - begun) * 1000)
    return percentile(times, 0.5)
