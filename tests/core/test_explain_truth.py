"""Each rule that a reason names is true: without the obstacle the start is offered, or another reason is given."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from sivient.core.availability import Availability, Hours
from sivient.core.explain import Reason, Rule
from tests.core.oracle import Question
from tests.core.questions import questions
from tests.core.test_slots_oracle import candidates, reason_of

ALWAYS = tuple(Hours(day, 0, 1440) for day in range(7))
NO_TIME = timedelta(0)


def without(question: Question, reason: Reason) -> Question:
    """Return the question without the obstacle that the reason names."""
    rules = question.rules
    match reason.rule:
        case Rule.PAST:
            return replace(question, now=question.window.start - timedelta(days=9))
        case Rule.CLOSED:
            return replace(question, availability=Availability(question.availability.zone, ALWAYS))
        case Rule.GRID:
            return replace(question, rules=replace(rules, step=timedelta(seconds=1)))
        case Rule.NOTICE:
            return replace(question, rules=replace(rules, minimum_notice=NO_TIME))
        case Rule.WINDOW:
            return replace(question, rules=replace(rules, window_days=None, first_date=None, last_date=None))
        case Rule.BUSY:
            return replace(question, busy=[pair for pair in question.busy if pair != reason.stands])
        case Rule.BOOKED:
            return replace(question, booked=[each for each in question.booked if each[:2] != reason.stands])
        case Rule.BUFFER:
            return without_near(question, reason)
        case Rule.LIMIT:
            return replace(question, rules=replace(rules, limits=()))
        case Rule.FULL_DAY:
            return replace(question, rules=replace(rules, most_per_day=None))
    raise AssertionError(reason)


def without_near(question: Question, reason: Reason) -> Question:
    busy = [pair for pair in question.busy if pair != reason.stands]
    return replace(question, busy=busy, booked=[each for each in question.booked if each[:2] != reason.stands])


# The rules in the order in which they are named: without one obstacle, only a later rule may refuse.
ORDER = [
    *[Rule.PAST, Rule.CLOSED, Rule.GRID, Rule.NOTICE, Rule.WINDOW, Rule.BUSY, Rule.BOOKED, Rule.BUFFER],
    *[Rule.LIMIT, Rule.FULL_DAY, Rule.OFFERED],
]


@settings(deadline=None)
@given(questions())
def test_without_the_obstacle_a_later_rule_decides(question: Question) -> None:
    for start in candidates(question)[::3]:
        reason = reason_of(question, start)
        if reason.rule is Rule.OFFERED:
            continue
        after = reason_of(without(question, reason), start)
        place, place_after = ORDER.index(reason.rule), ORDER.index(after.rule)
        assert place_after > place or (place_after == place and after.stands != reason.stands), (reason, after)
        if reason.rule is Rule.FULL_DAY:
            assert after.rule is Rule.OFFERED


@settings(deadline=None)
@given(questions())
def test_only_what_takes_time_stands_in_the_way(question: Question) -> None:
    for start in candidates(question)[::3]:
        reason = reason_of(question, start)
        assert (reason.stands is not None) == (reason.rule in (Rule.BUSY, Rule.BOOKED, Rule.BUFFER))
        assert reason.stands in [None, *question.busy, *(each[:2] for each in question.booked)]
