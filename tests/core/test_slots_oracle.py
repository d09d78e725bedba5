"""The slot engine against the slow and obvious version, and against itself."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sivient.core.interval import Interval, moment
from sivient.core.slots import counting_range, reading_range, starts
from tests.core.oracle import Question
from tests.core.questions import questions


def answer(question: Question, **changed: object) -> list[int]:
    asked = replace(question, **changed)
    return starts(
        asked.availability, asked.rules, window=asked.window, busy=asked.busy, booked=asked.booked, now=asked.now
    )


@settings(max_examples=150, deadline=None)
@given(questions())
def test_the_engine_offers_what_the_rules_say(question: Question) -> None:
    assert answer(question) == question.answer()


@settings(max_examples=100, deadline=None)
@given(questions())
def test_busy_time_only_takes_starts_away(question: Question) -> None:
    free = answer(question, busy=[], booked=[])
    assert set(answer(question)) <= set(free)
    assert set(answer(question, booked=[])) <= set(free)


@settings(max_examples=100, deadline=None)
@given(questions(), st.data())
def test_two_windows_offer_what_both_in_one_offer(question: Question, data: st.DataObject) -> None:
    start, end = question.window.seconds()
    middle = data.draw(st.integers(start + 1, end - 1))
    first = answer(question, window=Interval(moment(start), moment(middle)))
    second = answer(question, window=Interval(moment(middle), moment(end)))
    assert first + second == answer(question)


@settings(max_examples=100, deadline=None)
@given(questions())
def test_nothing_outside_the_reading_range_matters(question: Question) -> None:
    longest = max((max(b.buffer_before, b.buffer_after) for b in question.booked), default=0)
    start, end = reading_range(question.rules, question.window, longest_buffer=moment(longest) - moment(0))
    counting = counting_range(question.availability, question.rules, question.window) or (0, 0)
    booked = [b for b in question.booked if (b.start < end and b.end > start) or counting[0] <= b.start < counting[1]]
    busy = [(begin, stop) for begin, stop in question.busy if begin < end and stop > start]
    assert answer(question, busy=busy, booked=booked) == answer(question)


@settings(max_examples=50, deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_busy_does_not_matter(question: Question, random: Random) -> None:
    busy, booked = question.busy.copy(), question.booked.copy()
    random.shuffle(busy)
    random.shuffle(booked)
    assert answer(question, busy=busy, booked=booked) == answer(question)
