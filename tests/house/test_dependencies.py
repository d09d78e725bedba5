"""At most 25 direct dependencies, each with its reason in docs/dependencies.md."""

import re
import tomllib

from tests.house.tree import ROOT

MOST = 25


def names(requirements: list[str]) -> list[str]:
    """The names in a list of requirements such as `psycopg[binary]>=3.2`."""
    return [re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0] for requirement in requirements]


def reasons(page: str) -> dict[str, str]:
    """Dependency -> reason, from the lines "- `name`: reason" of the page."""
    return dict(re.findall(r"^- `([^`]+)`: (.+)$", page, re.MULTILINE))


def direct() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return names(project["dependencies"])


def test_there_are_few_direct_dependencies() -> None:
    assert 0 < len(direct()) <= MOST


def test_each_direct_dependency_has_its_reason() -> None:
    documented = reasons((ROOT / "docs/dependencies.md").read_text())
    assert sorted(documented) == sorted(direct())
    assert all(len(reason) > 20 for reason in documented.values())


def test_each_direct_dependency_is_locked() -> None:
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert set(direct()) <= set(locked)


def test_a_dependency_without_a_reason_would_be_found() -> None:
    assert names(["psycopg[binary]>=3.2", "tzdata"]) == ["psycopg", "tzdata"]
    assert reasons("# Page\n- `tzdata`: time zones\n- nothing\n") == {"tzdata": "time zones"}
