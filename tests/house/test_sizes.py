"""A function has at most 40 lines, a file at most 300."""

import ast
from pathlib import Path

from tests.house.tree import ROOT, code_files

FUNCTION = 40
FILE = 300
SUFFIXES = (".py", ".sh", ".html", ".txt", ".css", ".js")

# "path" or "path::function": why it may be longer.
EXCEPTIONS: dict[str, str] = {
    "src/sivient/scheduling/migrations/0001_scheduling.py": "Django writes it, and nobody reads it in parts",
}


def too_long(root: Path) -> list[str]:
    """The names of the files and functions that are longer than allowed, as they would stand in EXCEPTIONS."""
    found = []
    for path in code_files(root, *SUFFIXES):
        text = (root / path).read_text(encoding="utf-8")
        if len(text.splitlines()) > FILE:
            found.append(str(path))
        if path.suffix == ".py":
            found += [f"{path}::{name}" for name in long_functions(text)]
    return found


def long_functions(source: str) -> list[str]:
    """The functions from whose `def` to whose last line there are more lines than allowed."""
    functions = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [node.name for node in functions if (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION]


def plant(root: Path, name: str, text: str) -> None:
    """Write a file into a tree that is about to be checked."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_no_function_and_no_file_is_too_long() -> None:
    assert [name for name in too_long(ROOT) if name not in EXCEPTIONS] == []


def test_every_exception_is_still_needed_and_has_a_reason() -> None:
    assert set(EXCEPTIONS) <= set(too_long(ROOT))
    assert all(EXCEPTIONS.values())


def test_a_function_of_41_lines_is_found_and_one_of_40_is_not(tmp_path: Path) -> None:
    body = "    pass\n"
    plant(tmp_path, "src/long.py", "def forty():\n" + body * 39 + "\n\nasync def forty_one():\n" + body * 40)
    assert too_long(tmp_path) == ["src/long.py::forty_one"]


def test_files_of_301_lines_are_found_and_those_of_300_are_not(tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        plant(tmp_path, f"src/fits{suffix}", "\n" * 300)
        plant(tmp_path, f"src/long{suffix}", "\n" * 301)
    assert sorted(too_long(tmp_path)) == sorted(f"src/long{suffix}" for suffix in SUFFIXES)
