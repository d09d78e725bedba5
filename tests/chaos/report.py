"""What a run prints, and what a whole one leaves in benchmarks/chaos.md."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import machine
from tests.chaos.judge import PROMISES, Verdict
from tests.chaos.paths import faults, paths
from tests.chaos.storm import Run

FILE = Path(__file__).parents[2] / "benchmarks" / "chaos.md"
SHOWN = 20  # sentences of a broken promise
Finding = tuple[Run, Verdict, list[str]]


def lines(finding: Finding) -> list[str]:
    """Return everything about one run as Markdown."""
    done, verdict, missing = finding
    size = done.size
    served = f"{size.web} web and {size.workers} worker processes" if done.engine == "PostgreSQL" else "one `serve`"
    return [
        f"## {done.engine}, seed {done.seed}",
        "",
        f"{size.bookings} bookings, {size.kills} kills and {size.crashes} database crashes asked for; {served}, "
        f"{size.hosts} hosts. Storm {done.storm_seconds:.0f} s, then at rest after {done.settle_seconds:.0f} s.",
        "",
        *_table("judge", verdict.figures),
        *_table("blow", done.evidence.counts),
        *_table("path", paths(done.evidence)),
        *_table("fault of Zoom", faults(done.evidence)),
        *_reasons(done),
        *[f"By hand: {sentence}." for sentence in done.operator],
        *[f"**Not taken: {name}.**" for name in missing],
        *[f"- **{name}**: {sentence}" for name in PROMISES for sentence in verdict.broken[name][:SHOWN]],
        "",
    ]


def clean(finding: Finding) -> bool:
    """Whether every promise was kept and every path taken."""
    _, verdict, missing = finding
    return verdict.clean and not missing


def write(findings: Iterable[Finding], command: str) -> None:
    """Write the page."""
    head = [
        "# Chaos",
        "",
        f"`{command}` on {datetime.now(UTC):%Y-%m-%d}: {machine()}.",
        "PostgreSQL with fsync. Guests, the emulated Zoom and the mail server run on the same machine.",
        "What happens in a run, and what each figure means: [docs/chaos.md](../docs/chaos.md).",
        "",
    ]
    FILE.write_text("\n".join([*head, *(line for finding in findings for line in lines(finding))]).rstrip() + "\n")


def _reasons(done: Run) -> list[str]:
    """Return what those steps say of themselves that wait for somebody or for a moment, after trouble."""
    works = [work for work in done.evidence.rows["works"] if work["state"] != "done" and work["last_error"]]
    said = Counter(f"{work['kind']} {work['state']}: {work['last_error']}" for work in works)
    return [f"{count} x {sentence}" for sentence, count in said.most_common(SHOWN)]


def _table(what: str, figures: dict[str, int]) -> list[str]:
    return [f"| {what} | count |", "|---|---|", *(f"| {name} | {count:,} |" for name, count in figures.items()), ""]
