"""Free and busy times of the emulated Google: errors stand inside a 200 (contract 1.4)."""

from typing import Any

import pytest

from tests.vendors.google.emulator.conftest import MARA, Office, reason

DAY = {"timeMin": "2026-11-24T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z"}


def query(office: Office, *names: str, **more: Any) -> Any:
    body = DAY | {"items": [{"id": name} for name in names or (MARA,)]} | more
    return office.ask("POST", "freeBusy", body)


def test_taken_times_are_merged_and_cut_to_the_window(office: Office) -> None:
    office.insert("abc12", 9)
    office.insert("abc13", 9)
    office.insert("free1", 12, transparency="transparent")
    office.insert("perhaps", 14, status="tentative")
    found = query(office).json()["calendars"][MARA]
    assert found == {
        "busy": [
            {"start": "2026-11-24T09:00:00Z", "end": "2026-11-24T09:30:00Z"},
            {"start": "2026-11-24T14:00:00Z", "end": "2026-11-24T14:30:00Z"},
        ]
    }


def test_a_calendar_that_cannot_be_seen_is_an_error_inside(office: Office) -> None:
    found = query(office, "jonas@weber.example", MARA).json()["calendars"]
    assert found["jonas@weber.example"]["errors"] == [{"domain": "global", "reason": "notFound"}]
    assert "errors" not in found[MARA]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"timeMax": "2027-02-23T00:00:00Z"}, "400 timeRangeTooLong"),
        ({"timeMax": "2026-11-24T00:00:00Z"}, "400 timeRangeEmpty"),
        ({"timeMin": "2026-11-24T00:00:00"}, "400 required"),
    ],
)
def test_a_range_that_google_refuses_is_refused(office: Office, wish: dict[str, str], said: str) -> None:
    assert reason(query(office, **wish)) == said


def test_over_fifty_calendars_are_too_many(office: Office) -> None:
    found = query(office, *(f"cal{number}" for number in range(51))).json()["calendars"]
    assert found["cal50"]["errors"][0]["reason"] == "tooManyCalendarsRequested"


def test_errors_and_missing_calendars_come_when_asked_for(office: Office) -> None:
    office.calendars.inject("freebusy-error", settings={"reason": "internalError"})
    assert query(office).json()["calendars"][MARA]["errors"][0]["reason"] == "internalError"
    office.calendars.inject("freebusy-missing", settings={"calendar": MARA})
    assert query(office).json()["calendars"] == {}
    assert query(office).json()["calendars"] == {MARA: {"busy": []}}
