"""A module is named for what it is about; `utils`, `helpers` and `misc` are about nothing."""

from pathlib import Path

from tests.house.tree import ROOT, code_files

NAMELESS = {"utils", "util", "helpers", "helper", "misc"}


def nameless(paths: list[Path]) -> list[Path]:
    """The paths in which a module or a folder has such a name."""
    return [path for path in paths if NAMELESS & {*path.parent.parts, path.stem}]


def test_every_module_says_what_it_is_about() -> None:
    assert nameless(code_files(ROOT, ".py", ".js", ".html")) == []


def test_a_module_or_folder_of_helpers_is_found() -> None:
    planted = [Path("src/sivient/booking/utils.py"), Path("src/sivient/helpers/dates.py")]
    assert nameless([*planted, Path("src/sivient/booking/services.py")]) == planted
