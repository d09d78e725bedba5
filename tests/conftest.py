"""What holds for every test."""

from collections.abc import Iterator

import pytest

from sivient.scheduling import workdays
from sivient.scheduling.snapshot import SNAPSHOTS


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """A test's database begins empty, with numbers and versions that another test has had: this process forgets."""
    SNAPSHOTS.clear()
    workdays.forget()
    yield
