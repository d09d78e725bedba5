"""`make bench`: measure on an otherwise quiet machine and write results.md beside this file."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import booking, calendars, engine, growth, links, memory, pages, traffic
from benchmarks.figures import Row, machine
from tests.served import Served, served
from tools.postgres import postgres
from tools.system import WRK, require

RESULTS = Path(__file__).parent / "results.md"


def main(wanted: list[str]) -> int:
    """Measure the named parts, or all of them; only a whole run is written down."""
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "engine": engine.measure,
        "memory": lambda: _with_product(memory.measure),
        "pages": lambda: _with_product(pages.measure),
        "traffic": lambda: _on_both(traffic.measure, "--web-processes", "2"),
        "growth": lambda: _on_both(growth.measure),
        # The worker is off, because there is no Zoom and no mail server to talk to.
        "booking": lambda: _on_both(booking.measure, "--worker-threads", "0", "--web-processes", "2"),
        "links": _links,
        "calendars": lambda: _on_both(calendars.measure, "--worker-threads", "0"),
    }
    require((WRK,))
    rows: list[Row] = []
    load = os.getloadavg()[0]
    for name, measure in parts.items():
        if wanted and name not in wanted:
            continue
        for row in measure():
            print(row.line(), flush=True)
            rows.append(row)
    if not wanted:
        RESULTS.write_text(_page(rows, load))
    return 0


def _with_product(measure: Callable[[Served], Iterator[Row]], *arguments: str, **settings: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), arguments=arguments, **settings) as product:
        yield from measure(product)


def _on_both(measure: Callable[[Served, str], Iterator[Row]], *arguments: str) -> Iterator[Row]:
    """Measure on PostgreSQL with fsync, then on the embedded SQLite."""
    with postgres(durable=True) as url:
        os.environ["DATABASE_URL"] = url
        try:
            yield from _with_product(lambda product: measure(product, "PostgreSQL"), *arguments)
        finally:
            del os.environ["DATABASE_URL"]
    yield from _with_product(lambda product: measure(product, "SQLite"), *arguments)


def _links() -> Iterator[Row]:
    with links.slow_zoom() as zoom:
        yield from _with_product(links.measure, ZOOM_OAUTH_BASE=zoom, ZOOM_API_BASE=zoom)


def _page(rows: list[Row], load: float) -> str:
    lines = [
        "# Results",
        "",
        f"`make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine()}, load average {load:.1f} before the run.",
        "PostgreSQL with fsync; where no database is named, the embedded SQLite. The load comes from the same machine.",
        "Baselines are measured in the same run.",
        "",
        "| figure | measured | target | ratio to the baseline |",
        "|---|---|---|---|",
        *(row.line() for row in rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
