"""The races at full length on both databases, as a table: `python -m tests.booking.race_table`, `make race`.

--slots 1000         how many times fifty guests want at once; the other races take a tenth of it
--seed 1             the same field again
--without lock       take the host's lock away, or the database's `backstop`, or both: the table must turn red
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from tests.booking.races import RACES, one_time
from tests.booking.racing import Tally, field_of
from tests.served import seeded
from tools.postgres import postgres

PROCESSES, LANES = 5, 10
HEAD = ("race", "rounds", "attempts", "won", "refused", "overlaps", "astray", "wrong", "errors", "seconds")


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments ask for; the exit code is 1 when anything was not as it must be."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print(f"{PROCESSES} processes x {LANES} threads; seed {options.seed}; {options.slots} times", flush=True)
    clean = True
    for engine in options.engine:
        with postgres() if engine == "PostgreSQL" else nullcontext("") as url:
            clean &= _run(engine, url, options)
    return 0 if clean else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="race")
    parser.add_argument("--slots", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--without", choices=("lock", "backstop"), action="append", default=[])
    parser.add_argument("--engine", choices=("PostgreSQL", "SQLite"), action="append")
    options = parser.parse_args(arguments)
    options.engine = options.engine or ["PostgreSQL", "SQLite"]
    return options


def _run(engine: str, url: str, options: argparse.Namespace) -> bool:
    print(f"\n{engine}\n\n| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
    os.environ["DATABASE_URL"] = url
    with (
        tempfile.TemporaryDirectory() as folder,
        seeded(Path(folder)) as (environment, _),
        field_of(environment, processes=PROCESSES, lanes=LANES, seed=options.seed) as field,
    ):
        for what in options.without:
            field.everywhere(do="without", what=what)
        tallies = []
        for race in RACES:
            tallies.append(race(field, options.slots if race is one_time else max(1, options.slots // 10)))
            print(_line(tallies[-1]), flush=True)
    for sentence in [sentence for tally in tallies for sentence in (*tally.wrong, *tally.errors)][:20]:
        print(f"- {sentence}", flush=True)
    return all(tally.clean for tally in tallies)


def _line(tally: Tally) -> str:
    refused = ", ".join(f"{number} {kind}" for kind, number in sorted(tally.refused.items())) or "-"
    cells = (
        tally.name, tally.rounds, tally.attempts, tally.won, refused, tally.overlaps, tally.astray,
        len(tally.wrong), tally.errors.total(), f"{tally.seconds:.0f}",
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
