"""What holds for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sivient.scheduling import workdays
from sivient.scheduling.snapshot import SNAPSHOTS
from tests.once import certificates_read_once, keys_made_once

LONGEST = Path(__file__).parent / "chaos"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest test: at the end, the other workers would only wait for it.

    The other folders come one after the other: what a folder starts for its tests, a server or a browser, is started
    once by each worker then. The order within a file stays.
    """
    items.sort(key=lambda item: (LONGEST not in item.path.parents, item.path))


@pytest.fixture(scope="session", autouse=True)
def done_once() -> Iterator[None]:
    """Keep what takes long and is the same for every test."""
    with certificates_read_once(), keys_made_once():
        yield


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """A test's database begins empty, with numbers and versions that another test has had: this process forgets."""
    SNAPSHOTS.clear()
    workdays.forget()
    yield
