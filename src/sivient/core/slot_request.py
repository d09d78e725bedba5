"""Questions to the slot engine as JSON, and its answers: what `sivient slots` does, without files. See docs/slots.md.

A function below is the reader of what its name says; `strict_json` says what a reader is.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict, cast

from sivient.core.availability import Availability, Hours, Travel
from sivient.core.explain import Reason, Rule, explain
from sivient.core.interval import Interval, Pair, ceil_seconds, floor_seconds, moment
from sivient.core.json_times import (
    minutes,
    read_closing,
    read_date,
    read_length,
    read_opening,
    read_some_length,
    read_time,
    read_zone,
    write_time,
)
from sivient.core.limits import Limit, Period
from sivient.core.slots import Booked, SlotRules, starts
from sivient.core.strict_json import BadInput, Fields, array, boolean, choice, parse, whole, wrong

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_WINDOW = 36_525  # days; the engine refuses more
_LONGEST_REQUEST = timedelta(days=3660)  # ten years of starts each minute fit into memory; a thousand do not
_days = whole(0, _LONGEST_WINDOW, " of days")
_amount = whole(0)


class Answer(TypedDict):
    """The starts that are offered, in order, in UTC."""

    slots: list[str]


class Explanation(TypedDict):
    """Whether `start` is offered; the rule and a sentence why; the time of the event or booking in the way."""

    start: str
    offered: bool
    rule: str
    reason: str
    stands: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """All that the engine must know to say which starts in `window` are offered."""

    availability: Availability
    rules: SlotRules
    window: Interval
    busy: list[Pair]
    booked: list[Booked]
    now: datetime

    def answer(self) -> Answer:
        """Return what is offered."""
        found = starts(
            self.availability, self.rules, window=self.window, busy=self.busy, booked=self.booked, now=self.now
        )
        return {"slots": [write_time(start) for start in found]}

    def explanation(self, start: int) -> Explanation:
        """Return why the start, in epoch seconds, is in the answer, or is not."""
        reason = explain(self.availability, self.rules, start, busy=self.busy, booked=self.booked, now=self.now)
        if reason.rule is Rule.OFFERED and not self.window.start <= moment(start) < self.window.end:
            reason = Reason(Rule.WINDOW, "The time lies outside the window of the request.", None)
        return {
            "start": write_time(start),
            "offered": reason.rule is Rule.OFFERED,
            "rule": reason.rule.value,
            "reason": reason.sentence,
            "stands": reason.stands and {"start": write_time(reason.stands[0]), "end": write_time(reason.stands[1])},
        }


def answer(data: bytes) -> Answer | list[Answer]:
    """Answer a request, or each of an array of them, with what is offered; BadInput if the JSON cannot be meant."""
    asked = _one_or_many(data)
    return [request.answer() for request in asked] if isinstance(asked, list) else asked.answer()


def answer_why(data: bytes, start: str) -> Explanation | list[Explanation]:
    """Answer each request with why it offers `start` (RFC 3339, whole seconds), or does not; BadInput as above."""
    try:
        wanted = read_time(start)
        if wanted.microsecond:
            raise wrong(start, "a time in whole seconds")
    except BadInput as error:
        error.path = "--explain"
        raise
    asked, seconds = _one_or_many(data), floor_seconds(wanted)
    if isinstance(asked, list):
        return [request.explanation(seconds) for request in asked]
    return asked.explanation(seconds)


def _one_or_many(data: bytes) -> SlotRequest | list[SlotRequest]:
    value = parse(data)
    return array(_request)(value) if isinstance(value, list) else _request(value)


def _request(value: object) -> SlotRequest:
    row = Fields(value, "now", "window", "schedule", "event_type", "busy", "bookings")
    return SlotRequest(
        now=row.required("now", read_time),
        window=row.required("window", _window),
        availability=row.required("schedule", _schedule),
        rules=row.required("event_type", _event_type),
        busy=row.items("busy", _busy),
        booked=row.items("bookings", _booking),
    )


def _window(value: object) -> Interval:
    window = Interval(*_times(Fields(value, "start", "end")))
    if window.end - window.start > _LONGEST_REQUEST:
        raise BadInput(f"must be at most {_LONGEST_REQUEST.days} days after its start", ".end")
    return window


def _schedule(value: object) -> Availability:
    row = Fields(value, "timezone", "weekly", "overrides", "out_of_office", "travel")
    zone = row.optional("timezone", read_zone, "UTC")
    weekly = row.items("weekly", _weekly)
    overrides: dict[date, tuple[Pair, ...]] = defaultdict(tuple)
    for day, hours in row.items("overrides", _override):
        overrides[day] += hours
    time_off = row.items("out_of_office", _time_off)
    travel = row.items("travel", _travel)
    try:
        return Availability(
            zone,
            tuple(hours for of_days in weekly for hours in of_days),
            dict(overrides),
            time_off=tuple(time_off),
            travel=tuple(travel),
        )
    except ValueError as error:  # each value alone was right, so two travels overlap
        raise BadInput(f"cannot be used: {error}", ".travel") from error


def _weekly(value: object) -> list[Hours]:
    row = Fields(value, "days", "start", "end")
    days = row.required("days", array(choice(*WEEKDAYS)))
    start, end = _clock_times(row)
    return [Hours(WEEKDAYS.index(day), start, end) for day in days]


def _override(value: object) -> tuple[date, tuple[Pair, ...]]:
    row = Fields(value, "date", "hours")
    return row.required("date", read_date), tuple(row.items("hours", _hours))


def _hours(value: object) -> Pair:
    return _clock_times(Fields(value, "start", "end"))


def _time_off(value: object) -> tuple[date, date]:
    return _dates(Fields(value, "start", "end"))


def _travel(value: object) -> Travel:
    row = Fields(value, "start", "end", "timezone")
    return Travel(*_dates(row), row.required("timezone", read_zone))


def _event_type(value: object) -> SlotRules:
    row = Fields(value, "duration", "step", "buffer_before", "buffer_after", "minimum_notice", "window_days", "limits")
    return SlotRules(
        duration=row.required("duration", read_some_length),
        step=row.optional("step", read_some_length, None),
        buffer_before=row.optional("buffer_before", read_length, timedelta()),
        buffer_after=row.optional("buffer_after", read_length, timedelta()),
        minimum_notice=row.optional("minimum_notice", read_length, timedelta()),
        window_days=row.optional("window_days", _days, None),
        limits=tuple(row.items("limits", _limit)),
    )


def _limit(value: object) -> Limit:
    row = Fields(value, "per", "count", "minutes")
    per = cast(Period, row.required("per", choice("day", "week", "month", "year")))
    count, length = row.optional("count", _amount, None), row.optional("minutes", _amount, None)
    if count is None and length is None:
        raise BadInput("must have a count, or minutes, or both")
    return Limit(per, count, length)


def _busy(value: object) -> Pair:
    return _seconds(Fields(value, "start", "end"))


def _booking(value: object) -> Booked:
    row = Fields(value, "start", "end", "buffer_before", "buffer_after", "counts")
    before, after = row.optional("buffer_before", minutes, 0), row.optional("buffer_after", minutes, 0)
    return Booked(*_seconds(row), before * 60, after * 60, row.optional("counts", boolean, True))


def _seconds(row: Fields) -> Pair:
    """Return `start` and `end` as the smallest pair of whole seconds around them."""
    start, end = _times(row)
    return floor_seconds(start), ceil_seconds(end)


def _times(row: Fields) -> tuple[datetime, datetime]:
    start, end = row.required("start", read_time), row.required("end", read_time)
    if end <= start:
        raise BadInput("must be after its start", ".end")
    return start, end


def _dates(row: Fields) -> tuple[date, date]:
    first, last = row.required("start", read_date), row.required("end", read_date)
    if last < first:
        raise BadInput("must not be before its start", ".end")
    return first, last


def _clock_times(row: Fields) -> Pair:
    return row.required("start", read_opening), row.required("end", read_closing)
