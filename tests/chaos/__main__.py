"""The whole storm: `make chaos`, or `python -m tests.chaos`.

--bookings 10000 --kills 1000 --crashes 10   what has to happen on PostgreSQL; SQLite takes a tenth, without crashes
--seed 1                                     the same plan again
--engine PostgreSQL                          one engine alone; only a run on both is written down
--folder DIR                                 where ledgers and logs stay (else they go with the run)

The exit code is 1 when a promise was broken, or a path that had to be taken was not.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.chaos import report
from tests.chaos.faults import surely
from tests.chaos.judge import judge
from tests.chaos.paths import missing
from tests.chaos.plan import Size
from tests.chaos.storm import run


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments ask for."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    findings = []
    for engine in options.engine or ["PostgreSQL", "SQLite"]:
        print(f"{engine}: seed {options.seed}", flush=True)
        with _room(options.folder, engine) as folder:
            findings.append(finding(folder, engine, _size(options, engine), options.seed))
        print("\n".join(report.lines(findings[-1])), flush=True)
    if not options.engine:
        report.write(findings, f'make chaos ARGS="{" ".join(arguments)}"')
    return 0 if all(report.clean(each) for each in findings) else 1


def finding(folder: Path, engine: str, size: Size, seed: int) -> report.Finding:
    """Run once and judge."""
    done = run(folder, engine, size, seed)
    return done, judge(done.evidence), missing(done.evidence, engine=engine, surely=surely())


@contextmanager
def _room(folder: Path | None, engine: str) -> Iterator[Path]:
    """Yield a new folder of the given one, to stay; or one that goes with the run."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="sivient-chaos-") as passing:
            yield Path(passing)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        yield Path(tempfile.mkdtemp(prefix=f"{engine.lower()}-", dir=folder))


def _size(options: argparse.Namespace, engine: str) -> Size:
    """Return what is asked for. SQLite has no server to crash; beside PostgreSQL it takes a tenth."""
    share = 10 if engine == "SQLite" and not options.engine else 1
    crashes = options.crashes if engine == "PostgreSQL" else 0
    return Size(options.bookings // share, options.kills // share, crashes)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--bookings", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--crashes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--engine", choices=("PostgreSQL", "SQLite"), action="append")
    parser.add_argument("--folder", type=Path)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
