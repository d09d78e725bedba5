"""Requests that cannot be meant are refused in one sentence that begins with the path of the key."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sivient.core.slot_request import answer, answer_why
from sivient.core.strict_json import BadInput
from tests.core.slot_requests import Json, request, written

DATES = {"start": "2026-12-01", "end": "2026-12-02"}
TIMES = {"start": "2026-12-01T08:00:00Z", "end": "2026-12-01T09:00:00Z"}
FULL = request(
    "2026-12-03",
    now="2026-11-20T12:00:00+01:00",
    schedule={
        "timezone": "Europe/Berlin",
        "overrides": [{"date": "2026-12-24", "hours": [{"start": "09:00", "end": "24:00"}]}],
        "out_of_office": [DATES],
        "travel": [{**DATES, "timezone": "Asia/Kathmandu"}],
    },
    event_type={
        "step": 15,
        "buffer_before": 5,
        "buffer_after": 5,
        "minimum_notice": 60,
        "window_days": 60,
        "limits": [{"per": "day", "count": 3, "minutes": 90}],
    },
    busy=[TIMES],
    bookings=[{**TIMES, "buffer_before": 5, "buffer_after": 5, "counts": True}],
)
Path = tuple[str | int, ...]
START: Path = ("busy", 0, "start")
BAD: dict[Path, tuple[object, ...]] = {
    ("event_type", "duration"): (0, -30, True, 30.0, "30", 527_041, 10**30),
    ("event_type", "step"): (0, False, 1e400),
    ("event_type", "buffer_before"): (-1, 527_041, "P1D"),
    ("event_type", "minimum_notice"): (-1, 527_041, 0.0),
    ("event_type", "window_days"): (-1, 36_526, True),
    ("event_type", "limits", 0, "count"): (-1, 1.0, False),
    ("event_type", "limits", 0, "minutes"): (-1, "90"),
    ("event_type", "limits", 0, "per"): ("decade", "Day"),
    ("bookings", 0, "counts"): (1, "true"),
    ("bookings", 0, "buffer_after"): (-1, 527_041),
    ("schedule", "timezone"): ("Mars/Base", "europe", "../UTC", "/etc/passwd", "UTC\0", "UTC ", "a" * 999),
    ("schedule", "travel", 0, "timezone"): ("EST+5", "+01:00"),
    ("schedule", "weekly", 0, "days", 0): ("Mon", "monday", 1),
    ("schedule", "weekly", 0, "start"): ("24:00", "9:00", "09:00:00", "09.00", "0\u0669:00", "09:60"),
    ("schedule", "weekly", 0, "end"): ("24:01", "25:00", 1020, "12:00 ", "12:00\n"),
    ("schedule", "overrides", 0, "date"): ("20261224", "2026-W52-4", "2026-02-29", "1899-12-31"),
    ("schedule", "out_of_office", 0, "start"): ("3000-01-01", "0001-01-01", "9999-12-31", "0000-01-01"),
    ("now",): ("now", 1_764_547_200, "2026-12-01", "2026-12-01T08:00:00", "20261201T080000Z"),
    START: (
        *("2026-12-01 08:00:00Z", "2026-12-01T08:00Z", "2026-12-01T24:00:00Z", "2016-12-31T23:59:60Z"),
        *("2026-02-29T08:00:00Z", "2026-12-01T08:00:00.Z", "2026-12-01T08:00:00Z\n", "2026-12-01T08:00:00+01"),
        *("2026-12-01T08:00:00+1:00", "2026-12-01T08:00:00+24:00", "2026-12-01T08:00:00+01:60"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z"),
        *("1899-12-31T23:59:59Z", "3000-01-01T00:00:00Z", "1900-01-01T00:00:00+14:00"),
    ),
}


def written_path(path: Path) -> str:
    """Return a path as an error writes it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def put(path: Path, value: object) -> Json:
    """Return the full request with another value at that path."""
    asked = copy.deepcopy(FULL)
    place: Any = asked
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return asked


def paths(value: Any, here: Path = ()) -> list[Path]:
    """Return the paths of everything inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for step, each in inside for path in ((*here, step), *paths(each, (*here, step)))]


EDGES: dict[Path, tuple[object, ...]] = {
    ("event_type", "duration"): (1, 527_040),
    ("event_type", "step"): (1, 527_040),
    ("event_type", "buffer_before"): (0, 527_040),
    ("event_type", "buffer_after"): (0, 527_040),
    ("event_type", "minimum_notice"): (0, 527_040),
    ("event_type", "window_days"): (0, 36_525),
    ("event_type", "limits", 0, "count"): (0, 10**19),
    ("bookings", 0, "buffer_before"): (0, 527_040),
    ("schedule", "weekly", 0, "start"): ("00:00", "23:59"),
    ("schedule", "weekly", 0, "end"): ("00:00", "23:59", "24:00"),
    ("schedule", "weekly", 0, "days"): ([], ["sun", "sun"]),
    ("schedule", "out_of_office", 0): ({"start": "1900-01-01", "end": "2999-12-31"},),
    ("now",): ("1900-01-01T00:00:00Z", "2999-12-31T23:59:59.999999999z", "2026-12-03T08:00:00-00:00"),
    ("busy", 0): ({"start": "1900-01-01T23:59:00+23:59", "end": "2999-12-31T00:00:00-23:59"},),
}


def refusal(data: bytes) -> str:
    """Return the sentence with which the input is refused."""
    with pytest.raises(BadInput) as caught:
        answer(data)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.isascii()
    assert sentence.isprintable()
    return sentence


def test_the_full_request_is_right_as_it_stands() -> None:
    assert answer(written(FULL)) != {"slots": []}


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, values in EDGES.items() for value in values])
@pytest.mark.parametrize("day", ["1900-01-02", "2026-12-03", "2999-12-31"])
def test_the_outermost_values_are_right(day: str, path: Path, value: object) -> None:
    asked = {**put(path, value), "window": request(day)["window"]}
    assert isinstance(answer(written(asked)), dict)
    assert isinstance(answer_why(written(asked), f"{day}T12:00:00Z"), dict)


@pytest.mark.parametrize(
    "value", [None, 30.5, float("nan"), float("-inf"), -1, "", "\ud800", "é" * 999, [None], {"a": {}}]
)
@pytest.mark.parametrize("path", paths(FULL), ids=written_path)
def test_a_value_of_the_wrong_kind_is_refused_wherever_it_stands(path: Path, value: object) -> None:
    sentence = refusal(written(put(path, value)))
    assert sentence.startswith(written_path(path))
    assert "must be" in sentence or "is not a known key" in sentence


@pytest.mark.parametrize("path", [(), *(path for path in paths(FULL) if isinstance(path[-1], str))], ids=written_path)
def test_an_unknown_key_is_refused_wherever_it_stands(path: Path) -> None:
    typo: Path = (*path[:-1], "durations") if path else ("durations",)
    assert refusal(written(put(typo, 30))).startswith(f"{written_path(typo)} is not a known key")


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, values in BAD.items() for value in values])
def test_a_value_that_is_no_such_value_is_refused(path: Path, value: object) -> None:
    assert refusal(written(put(path, value))).startswith(f"{written_path(path)} must be ")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("now",), "a time with its UTC offset, such as 2026-11-23T08:00:00Z, in the years 1900 to 2999"),
        (("schedule", "travel", 0, "start"), "a date such as 2026-12-24, in the years 1900 to 2999"),
        (("schedule", "timezone"), "an IANA time zone such as Europe/Berlin"),
        (("schedule", "weekly", 0, "start"), "a time of day from 00:00 to 23:59"),
        (("schedule", "weekly", 0, "end"), "a time of day from 00:00 to 24:00"),
        (("event_type", "duration"), "a whole number of minutes, from 1 to 527040"),
        (("event_type", "window_days"), "a whole number of days, from 0 to 36525"),
        (("event_type", "limits", 0, "count"), "a whole number, 0 or more"),
    ],
)
def test_a_refusal_says_what_would_be_right(path: Path, expected: str) -> None:
    assert refusal(written(put(path, "soon"))) == f'{written_path(path)} must be {expected}, not "soon".'


def test_a_number_of_thousands_of_digits_is_refused_at_its_key() -> None:
    data = written(put(("event_type", "step"), "digits")).replace(b'"digits"', b"-" + b"9" * 9999)
    assert refusal(data).startswith("event_type.step must be ")


def test_a_window_of_more_than_ten_years_is_refused() -> None:
    """A start each minute of a thousand years would fill the memory."""
    window = {"start": "2026-01-01T00:00:00Z", "end": "2036-01-08T00:00:00Z"}
    assert isinstance(answer(written(request(window=window))), dict)
    late = window | {"end": "2036-01-09T00:00:00.000001Z"}
    assert refusal(written(request(window=late))) == "window.end must be at most 3660 days after its start."


@pytest.mark.parametrize("end", [TIMES["start"], "2026-12-01T08:59:59+01:00"])
@pytest.mark.parametrize("path", [("window",), ("busy", 0), ("bookings", 0)], ids=written_path)
def test_times_that_end_at_or_before_their_start_are_refused(path: Path, end: str) -> None:
    sentence = refusal(written(put(path, {"start": TIMES["start"], "end": end})))
    assert sentence == f"{written_path(path)}.end must be after its start."


@pytest.mark.parametrize("key", ["out_of_office", "travel"])
def test_dates_that_end_before_their_start_are_refused(key: str) -> None:
    sentence = refusal(written(put(("schedule", key, 0, "end"), "2026-11-30")))
    assert sentence == f"schedule.{key}[0].end must not be before its start."


def test_two_travels_on_one_date_are_refused() -> None:
    travel = [{"start": first, "end": "2026-12-09", "timezone": "UTC"} for first in ("2026-12-01", "2026-12-09")]
    assert refusal(written(put(("schedule", "travel"), travel))) == (
        "schedule.travel cannot be used: a date has one zone: travels must not overlap."
    )


def test_a_limit_of_nothing_is_refused() -> None:
    sentence = refusal(written(put(("event_type", "limits", 0), {"per": "day"})))
    assert sentence == "event_type.limits[0] must have a count, or minutes, or both."


@pytest.mark.parametrize(
    "path",
    [
        *((key,) for key in ("now", "window", "schedule", "event_type")),
        *((*row, key) for row in (("window",), ("busy", 0), ("bookings", 0)) for key in ("start", "end")),
        *(("schedule", key, 0, end) for key in ("weekly", "out_of_office", "travel") for end in ("start", "end")),
        ("event_type", "duration"),
        ("schedule", "weekly", 0, "days"),
        ("schedule", "overrides", 0, "date"),
        ("schedule", "travel", 0, "timezone"),
        ("event_type", "limits", 0, "per"),
    ],
    ids=written_path,
)
def test_a_key_that_is_left_out_and_must_not_be_is_named(path: Path) -> None:
    asked = put(path, None)
    place: Any = asked
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    sentence = refusal(written(asked))
    assert sentence.startswith(f"{written_path(path)} must be ")
    assert sentence.endswith("not left out.")


def test_in_an_array_the_request_is_named() -> None:
    assert refusal(written([FULL, FULL, put(START, "")])).startswith("[2].busy[0].start must be ")
    assert refusal(written([FULL, []])) == "[1] must be an object, not an array."


@pytest.mark.parametrize("start", ["", "14:00", "2026-12-01T08:00:00.5Z", "1900-01-01T00:00:00+14:00", "\udcff"])
def test_a_start_to_explain_that_is_no_time_is_refused(start: str) -> None:
    with pytest.raises(BadInput, match=r"^--explain must be "):
        answer_why(written(FULL), start)


def test_a_start_to_explain_in_the_middle_of_a_second_is_shown() -> None:
    with pytest.raises(BadInput) as caught:
        answer_why(written(FULL), "2026-12-01T08:00:00.5Z")
    assert str(caught.value) == '--explain must be a time in whole seconds, not "2026-12-01T08:00:00.5Z".'


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["2026-12-01", *TIMES.values()]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text() | st.sampled_from(list(FULL)), inside),
    max_leaves=8,
)


@given(path=st.sampled_from(paths(FULL)), value=json_values, start=st.text() | st.just(TIMES["start"]))
def test_any_value_anywhere_is_answered_or_refused(path: Path, value: object, start: str) -> None:
    for ask in (answer, lambda data: answer_why(data, start)):
        try:
            assert json.dumps(ask(written(put(path, value))))
        except BadInput as error:
            assert "\n" not in str(error)


@given(st.binary() | json_values.map(written))
def test_any_input_is_answered_or_refused(data: bytes) -> None:
    try:
        answer(data)
    except BadInput as error:
        assert "\n" not in str(error)
