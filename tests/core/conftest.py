"""The three sizes of the tests that try many cases.

make test                              a hundred drawn questions for each property, a sample of the time zones
NIGHTLY=1 make test ARGS=tests/core    thousands of questions, every IANA zone; takes some ten minutes
MUTANTS=1                              a few, the same ones each time: for `make mutants`, which runs them thousands
                                       of times, and must not call a mutant killed because the luck of a draw did it
"""

import os
from random import Random
from zlib import crc32
from zoneinfo import available_timezones

import pytest
from hypothesis import HealthCheck, Phase, settings

from sivient.core import ical_zones

NIGHTLY = bool(os.environ.get("NIGHTLY"))
MUTANTS = bool(os.environ.get("MUTANTS"))
SAMPLE = 24
NO_ZONES = {"localtime", "posixrules", "Factory"}  # in some systems' folder of zones, and refused
ALIKE, EVERY = "refused_wherever_it_stands", 12  # of hundreds of cases alike, a mutant is tried on one in twelve

settings.register_profile("nightly", max_examples=3000, deadline=None)
settings.register_profile(
    "mutants",
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # nobody reads the example that killed a mutant
    suppress_health_check=list(HealthCheck),
)
if NIGHTLY or MUTANTS:
    settings.load_profile("nightly" if NIGHTLY else "mutants")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the large size the time that it needs; leave out of the small one most of what is alike."""
    for item in items if NIGHTLY else []:
        item.add_marker(pytest.mark.timeout(3600))
    if MUTANTS:
        left_out = [item for item in items if ALIKE in item.name and crc32(item.name.encode()) % EVERY]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=MUTANTS)
def no_zone_is_remembered() -> None:
    """Have each mutant find its zones itself: those that were found before the change was made say nothing of it."""
    ical_zones.named.cache_clear()


@pytest.fixture(scope="session")
def zones() -> list[str]:
    """Return the time zones to be tried: a new sample on each run; who fails must name the zone."""
    names = sorted(available_timezones() - NO_ZONES)
    if MUTANTS:
        return names[:: len(names) // 4]
    return names if NIGHTLY else Random().sample(names, SAMPLE)  # noqa: S311
