"""Figures of a run: percentiles, and one table row each with its baseline and target."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure. `baseline` is a figure of the same run in the same unit, `target` a promise or ''."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    baseline_name: str = ""
    target: str = ""

    def line(self) -> str:
        """Return the row of the table."""
        ratio = f"{self.value / self.baseline:.1f} x {self.baseline_name}" if self.baseline else ""
        digits = 2 if self.value < 10 and self.unit else 1
        return f"| {self.name} | {self.value:,.{digits}f} {self.unit} | {self.target} | {ratio} |"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def machine() -> str:
    """Describe where the figures come from, without its name."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")), "")
    cores = info.count("\nprocessor") + info.startswith("processor")
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{cores} cores {model}, {system}, Python {platform.python_version()}"
