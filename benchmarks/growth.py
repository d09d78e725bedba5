"""The event page of a host with more and more bookings in the past: it must not matter."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figures import Row, percentile
from benchmarks.pages import PAGE, times
from tests.served import Served

SIZES = (1_000, 100_000, 1_000_000)


def measure(product: Served, database: str) -> Iterator[Row]:
    """Grow the table of bookings and ask for the page each time."""
    first = None
    for size in SIZES:
        command = [sys.executable, "-m", "benchmarks.past", str(size)]
        subprocess.run(command, env=dict(product.environment), check=True)
        p50 = percentile(times(product, PAGE), 0.5)
        first = first or p50
        target = "<= 1.2 x" if size == SIZES[-1] else ""
        yield Row(f"Event page, {database}, {size:,} past bookings, p50", p50, "ms", first, f"{SIZES[0]:,}", target)
