"""The small and the large size of the tests that try many cases.

make test                              a hundred drawn questions for each property, a sample of the time zones
NIGHTLY=1 make test ARGS=tests/core    thousands of questions, every IANA zone; takes some ten minutes
"""

import os
from random import Random
from zoneinfo import available_timezones

import pytest
from hypothesis import settings

NIGHTLY = bool(os.environ.get("NIGHTLY"))
SAMPLE = 24

settings.register_profile("nightly", max_examples=3000, deadline=None)
if NIGHTLY:
    settings.load_profile("nightly")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the large size the time that it needs."""
    for item in items if NIGHTLY else []:
        item.add_marker(pytest.mark.timeout(3600))


@pytest.fixture(scope="session")
def zones() -> list[str]:
    """Return the time zones to be tried: a new sample on each run; who fails must name the zone."""
    names = sorted(available_timezones())
    return names if NIGHTLY else Random().sample(names, SAMPLE)  # noqa: S311
