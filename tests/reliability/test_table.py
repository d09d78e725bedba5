"""Every row of the table of failures that is ours, and every acceptance test, has a test with its number in its name.

The table is in the design of the product (chapter 3 of the reliability requirements), the acceptance tests in chapter
13 of the Zoom contract. Only their numbers are here.
"""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
ROWS = range(1, 46)
ACCEPTANCE = range(1, 15)
ELSEWHERE = {
    29: "there are no reminders yet",
    31: "the end of an account: tests/privacy",
    42: "there is no release to upgrade from yet",
}
NUMBERED = re.compile(r"test_(row|acceptance)_(\d\d)_")


def numbered() -> dict[str, set[int]]:
    """Return the numbers in the names of all test functions: {"row": {...}, "acceptance": {...}}."""
    found: dict[str, set[int]] = {"row": set(), "acceptance": set()}
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match = NUMBERED.match(node.name) if isinstance(node, ast.FunctionDef) else None
            if match:
                found[match[1]].add(int(match[2]))
    return found


def test_every_row_has_a_test_or_a_reason() -> None:
    rows = numbered()["row"]
    assert set(ROWS) - rows - set(ELSEWHERE) == set()
    assert rows & set(ELSEWHERE) == set(), "a row that has a test is not elsewhere"
    assert rows <= set(ROWS)


def test_every_acceptance_test_of_the_zoom_contract_is_here() -> None:
    assert numbered()["acceptance"] == set(ACCEPTANCE)
