"""Fifty guests in real processes want what only one may have. One gets it; nobody sees a lock or a deadlock.

`make race` runs the same at full length.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.booking.races import RACES
from tests.booking.racing import Field, Tally, field_of
from tests.served import seeded

pytestmark = [pytest.mark.db, pytest.mark.processes]

PROCESSES, LANES, ROUNDS = 5, 10, 2
SEED = 20261122


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """Fifty lanes on a database of their own, of the engine that the environment names."""
    with (
        seeded(tmp_path_factory.mktemp("race")) as (environment, _),
        field_of(environment, processes=PROCESSES, lanes=LANES, seed=SEED) as running,
    ):
        assert environment["DATABASE_URL"].startswith("postgres") == bool(os.environ.get("DATABASE_URL"))
        yield running


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_only_one_gets_it_and_nobody_sees_an_error(field: Field, race: Callable[[Field, int], Tally]) -> None:
    tally = race(field, ROUNDS)
    assert tally.errors == {}
    assert tally.wrong == []
    assert (tally.overlaps, tally.astray) == (0, 0)
    assert tally.attempts >= ROUNDS * 2 * (field.size // 3)


def test_who_loses_is_shown_the_nearest_free_times(field: Field) -> None:
    tally = RACES[0](field, 1)
    assert tally.refused == {"SlotTaken": field.size - 1}
    assert tally.without_nearest == 0
