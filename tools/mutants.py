"""How many small changes to the slot engine and its neighbours the tests notice: `make mutants`.

    python -m tools.mutants             all of src/sivient/core; takes some fifteen minutes
    python -m tools.mutants PATTERN...  these mutants alone, such as 'sivient.core.slots.*'

mutmut (its settings: pyproject.toml) works on a copy of the checkout, which goes away at the end. Prints the score of
each file and of all, and leaves the changes that no test noticed in `.cache/survivors.diff`; docs/mutants.md says of
each why. Exit code 0, or 1 if the score is under ENOUGH or mutmut failed.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".cache"
COPIED = ("src", "tests", "tools", "pyproject.toml")
SURVIVORS = CACHE / "survivors.diff"
ENOUGH = 90  # percent
NOTICED = ("killed", "timeout", "segfault")
NOT_RUN = "not checked"


def mutmut(folder: Path, *arguments: str, capture: bool = False) -> str:
    """Run mutmut in a folder, with the few and fixed cases that tests/core draws for it; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=folder,
        env=os.environ | {"MUTANTS": "1"},
        stdout=subprocess.PIPE if capture else None,
        text=True,
        check=True,
    )
    return done.stdout or ""


def copy(folder: Path) -> None:
    """Copy what mutmut needs of the checkout."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)


def outcomes(listing: str) -> dict[str, str]:
    """Return the status of each mutant that ran, from what `mutmut results --all true` prints."""
    found = (line.strip().partition(": ") for line in listing.splitlines())
    return {name: status for name, _, status in found if "__mutmut_" in name and status != NOT_RUN}


def table(statuses: dict[str, str]) -> str:
    """Return a line for each file and one for all: mutants, how many were noticed, and the percentage."""
    files: dict[str, Counter[bool]] = defaultdict(Counter)
    for name, status in statuses.items():
        noticed = status in NOTICED
        files[name.rpartition(".")[0]][noticed] += 1
        files["all"][noticed] += 1
    names = [*sorted(name for name in files if name != "all"), "all"]
    rows = [(name, files[name].total(), files[name][True], score(files[name])) for name in names]
    lines = [f"{name:<32}{total:>8}{noticed:>10}{percent:>9.1f} %" for name, total, noticed, percent in rows]
    return "\n".join([f"{'module':<32}{'mutants':>8}{'noticed':>10}{'score':>11}", *lines])


def score(noticed: Counter[bool]) -> float:
    """Return the percentage of mutants that were noticed."""
    return 100 * noticed[True] / max(1, noticed.total())


def survivors(folder: Path, names: Iterable[str]) -> str:
    """Return the changes that no test noticed, one after another."""
    return "\n".join(mutmut(folder, "show", name, capture=True) for name in names)


def main(patterns: list[str]) -> int:
    """Run the mutants that the patterns choose; return the exit code."""
    folder = CACHE / "mutants"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        copy(folder)
        mutmut(folder, "run", "--max-children", str(os.cpu_count() or 1), *patterns)
        statuses = outcomes(mutmut(folder, "results", "--all", "true", capture=True))
        unnoticed = [name for name, status in statuses.items() if status not in NOTICED]
        SURVIVORS.write_text(survivors(folder, unnoticed), encoding="utf-8")
    except subprocess.CalledProcessError as error:
        print(f"mutmut failed with exit code {error.returncode}.", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(statuses))
    print(f"Not noticed: {len(unnoticed)}, in {SURVIVORS.relative_to(ROOT)}")
    reached = 100 * (len(statuses) - len(unnoticed)) / max(1, len(statuses))
    if reached < ENOUGH:
        print(f"The score is under {ENOUGH} %.", file=sys.stderr)
    return 0 if reached >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
