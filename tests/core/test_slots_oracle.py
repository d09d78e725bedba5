"""The slot engine against the slow and obvious version, and against itself."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sivient.core.explain import Reason, Rule, explain
from sivient.core.interval import Interval, moment
from sivient.core.slots import SlotRules, counting_range, reading_range, starts
from tests.core.oracle import Question
from tests.core.questions import questions


def answer(question: Question, **changed: object) -> list[int]:
    asked = replace(question, **changed)
    return starts(
        asked.availability, asked.rules, window=asked.window, busy=asked.busy, booked=asked.booked, now=asked.now
    )


def reason_of(question: Question, start: int, **changed: object) -> Reason:
    asked = replace(question, **changed)
    return explain(asked.availability, asked.rules, start, busy=asked.busy, booked=asked.booked, now=asked.now)


def candidates(question: Question) -> list[int]:
    """Return some starts in the window, half of them such as hours and grid allow."""
    begin, end = question.window.seconds()
    plain = SlotRules(question.rules.duration, question.rules.step)
    fits = answer(question, rules=plain, busy=[], booked=[], now=moment(begin - 86400))
    return [*fits[:: len(fits) // 25 + 1], *range(begin, end, max(60, (end - begin) // 25 // 60 * 60))]


@settings(deadline=None)
@given(questions())
def test_the_engine_offers_what_the_rules_say(question: Question) -> None:
    assert answer(question) == question.answer()


@settings(deadline=None)
@given(questions())
def test_busy_time_only_takes_starts_away(question: Question) -> None:
    rules = replace(question.rules, most_per_day=None)  # of a number of starts, others take the place of those gone
    free = answer(question, rules=rules, busy=[], booked=[])
    assert set(answer(question, rules=rules)) <= set(free)
    assert set(answer(question, rules=rules, booked=[])) <= set(free)


@settings(deadline=None)
@given(questions(), st.data())
def test_two_windows_offer_what_both_in_one_offer(question: Question, data: st.DataObject) -> None:
    start, end = question.window.seconds()
    middle = data.draw(st.integers(start + 1, end - 1))
    first = answer(question, window=Interval(moment(start), moment(middle)))
    second = answer(question, window=Interval(moment(middle), moment(end)))
    assert first + second == answer(question)


@settings(deadline=None)
@given(questions())
def test_nothing_outside_the_reading_range_matters(question: Question) -> None:
    longest = max((max(b.buffer_before, b.buffer_after) for b in question.booked), default=0)
    start, end = reading_range(question.rules, question.window, longest_buffer=moment(longest) - moment(0))
    counting = counting_range(question.availability, question.rules, question.window) or (0, 0)
    booked = [b for b in question.booked if (b.start < end and b.end > start) or counting[0] <= b.start < counting[1]]
    busy = [(begin, stop) for begin, stop in question.busy if begin < end and stop > start]
    assert answer(question, busy=busy, booked=booked) == answer(question)


@settings(deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_busy_does_not_matter(question: Question, random: Random) -> None:
    busy, booked = question.busy.copy(), question.booked.copy()
    random.shuffle(busy)
    random.shuffle(booked)
    assert answer(question, busy=busy, booked=booked) == answer(question)


@settings(deadline=None)
@given(questions())
def test_the_reason_is_offered_exactly_when_the_start_is(question: Question) -> None:
    offered = set(answer(question))
    for start in candidates(question):
        assert (reason_of(question, start).rule is Rule.OFFERED) == (start in offered), start
