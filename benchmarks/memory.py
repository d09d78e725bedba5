"""What `sivient serve` with its worker takes of memory when nothing happens."""

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Row
from tests.served import Served

SETTLE = 5.0  # seconds


def measure(product: Served) -> Iterator[Row]:
    """Add up the resident memory of the process and its children (shared pages count in each)."""
    time.sleep(SETTLE)
    family = [product.process.pid, *_children(product.process.pid)]
    resident = sum(_kilobytes(pid, "VmRSS") for pid in family) / 1024
    yield Row(f"Memory, idle, {len(family)} processes", resident, "MB RSS", target="<= 200 MB")


def _children(pid: int) -> list[int]:
    direct = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for task in Path(f"/proc/{pid}/task").iterdir():
        direct += [int(each) for each in (task / "children").read_text().split()]
    unique = sorted(set(direct))
    return unique + [deeper for child in unique for deeper in _children(child)]


def _kilobytes(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
