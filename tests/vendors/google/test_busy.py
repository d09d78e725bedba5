"""The last look before a booking: free/busy of several calendars, where an error may stand in a 200."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from sivient.core.interval import Interval
from sivient.ports.calendars import Busy
from sivient.ports.errors import OutcomeUnknown, Throttled
from tests.vendors.google.adapted import END, START, WINDOW, ZONE, Google, calendars, refusal, said

TAKEN = {"start": "2040-11-30T09:00:00Z", "end": "2040-11-30T09:30:00+00:00"}


def busy(google: Google, *names: str, window: Interval = WINDOW) -> dict[str, list[Busy]]:
    with calendars(google) as it:
        return {name: list(times) for name, times in it.busy(names, window=window, zone=ZONE).items()}


def answered(**calendars: Any) -> httpx.Response:
    return said({"kind": "calendar#freeBusy", "calendars": calendars})


def test_the_times_come_by_calendar() -> None:
    google = Google(answered(a={"busy": [TAKEN]}, b={"busy": []}))
    assert busy(google, "a", "b") == {"a": [Busy(START, END)], "b": []}
    [body] = google.bodies
    assert body["items"] == [{"id": "a"}, {"id": "b"}]
    assert (body["timeMin"], body["timeMax"], body["timeZone"]) == (
        "2040-11-25T09:00:00Z",
        "2040-12-05T09:00:00Z",
        "UTC",
    )


@pytest.mark.parametrize(
    "said_of_b",
    [
        ...,
        None,
        "odd",
        {},
        {"busy": None},
        {"busy": {}},
        {"busy": [], "errors": [{"domain": "global", "reason": "notFound"}]},
        {"busy": [TAKEN], "errors": [{"domain": "global", "reason": "internalError"}]},
        {"busy": ["odd"]},
        {"busy": [{"start": TAKEN["start"]}]},
        {"busy": [{"start": TAKEN["start"], "end": "later"}]},
        {"busy": [{"start": TAKEN["start"], "end": "2040-11-30T09:30:00"}]},
        {"busy": [{"start": TAKEN["end"], "end": TAKEN["start"]}]},
    ],
)
def test_a_calendar_that_could_not_be_read_is_missing_and_never_free(said_of_b: Any) -> None:
    others = {} if said_of_b is ... else {"b": said_of_b}
    assert busy(Google(answered(a={"busy": []}, **others)), "a", "b") == {"a": []}


@pytest.mark.parametrize("body", [{}, {"calendars": None}, {"calendars": []}, []])
def test_an_answer_without_calendars_raises(body: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        busy(Google(said(body)), "a")


def test_over_fifty_calendars_and_over_sixty_days_are_asked_for_in_parts() -> None:
    names = [f"c{number}" for number in range(51)]
    google = Google(answered(**{name: {"busy": [TAKEN]} for name in names}))
    found = busy(google, *names, window=Interval(START, START + timedelta(days=121)))
    assert found.keys() == set(names)
    assert [len(body["items"]) for body in google.bodies] == [50, 50, 50, 1, 1, 1]
    spans = [(body["timeMin"], body["timeMax"]) for body in google.bodies[:3]]
    assert [start for start, _ in spans[1:]] == [end for _, end in spans[:2]]
    assert (spans[0][0], spans[2][1]) == ("2040-11-30T09:00:00Z", "2041-03-31T09:00:00Z")


def test_a_calendar_that_failed_in_one_part_is_missing_altogether() -> None:
    google = Google(answered(a={"busy": [TAKEN]}), answered(a={"busy": [], "errors": [{"reason": "internalError"}]}))
    assert busy(google, "a", window=Interval(START, START + timedelta(days=70))) == {}


def test_nobody_is_asked_about_no_calendars() -> None:
    google = Google(answered())
    assert busy(google) == {}
    assert google.requests == []


def test_a_limit_raises() -> None:
    with pytest.raises(Throttled):
        busy(Google(refusal(403, "rateLimitExceeded")), "a")
