"""Whatever guests, host and calendar do, in whatever order: no two bookings meet, and no rule is broken on the way.

NIGHTLY=1 lives many more lives, and drawn anew each time; a failure says how its life went, as short as may be.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.booking.life_calendar import CalendarsLife
from tests.booking.life_host import HostsLife
from tests.booking.life_laws import LawfulLife

NIGHTLY = bool(os.environ.get("NIGHTLY"))
LIVES = 60 if NIGHTLY else 1  # times what each needs
STEPS = 50

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.timeout(7200 if NIGHTLY else 900)]


class WholeLife(CalendarsLife, HostsLife, LawfulLife):
    """All rules and all laws."""


class GuestsLife(LawfulLife):
    """Nothing but bookings: they meet most often."""


@pytest.mark.parametrize(
    ("life", "calendar", "lives"),
    [(WholeLife, True, 3), (WholeLife, False, 2), (GuestsLife, False, 2)],
    ids=["with a calendar", "without a calendar", "guests alone"],
)
def test_no_order_of_verbs_leads_to_a_double_booking(life: type[LawfulLife], calendar: bool, lives: int) -> None:
    sizes = settings(
        max_examples=lives * LIVES,
        stateful_step_count=STEPS,
        phases=tuple(Phase) if NIGHTLY else (Phase.generate,),  # a short example takes long to find
        derandomize=not NIGHTLY,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(lambda: life(calendar=calendar), settings=sizes)
