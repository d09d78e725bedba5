"""The files that the rules are about."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("src", "tests", "benchmarks", "tools")


def project_files(root: Path) -> list[Path]:
    """Every file that is in the repository or may go into it, relative to `root`; without git, every file."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        found = {Path(name) for name in listed.stdout.split("\0") if name}
    else:
        found = {path.relative_to(root) for path in root.rglob("*")}
    return sorted(path for path in found if (root / path).is_file())


def code_files(root: Path, *suffixes: str) -> list[Path]:
    """The project files of these suffixes that people write: source, tests, benchmarks and tools."""
    return [path for path in project_files(root) if path.parts[0] in CODE and path.suffix in suffixes]
