"""Partial answers of the emulated Google: what was not asked for is not there."""

import pytest

from sivient.vendors.google.emulator.errors import ApiError
from sivient.vendors.google.emulator.partial import only
from tests.vendors.google.emulator.conftest import Office

BODY = {"next": "t", "items": [{"id": "1", "start": {"date": "d", "zone": "z"}, "title": "secret"}]}


@pytest.mark.parametrize(
    ("selector", "left"),
    [
        ("next", {"next": "t"}),
        ("items/id", {"items": [{"id": "1"}]}),
        ("next,items(id,start/date)", {"next": "t", "items": [{"id": "1", "start": {"date": "d"}}]}),
        ("items(start(zone))", {"items": [{"start": {"zone": "z"}}]}),
        ("*", BODY),
        ("nothing", {}),
    ],
)
def test_only_what_was_asked_for_is_left(selector: str, left: object) -> None:
    assert only(BODY, selector) == left


@pytest.mark.parametrize("selector", ["items(id", "items)", "items,,next", "items(id))", "items;next"])
def test_a_selector_that_makes_no_sense_is_refused(selector: str) -> None:
    with pytest.raises(ApiError):
        only(BODY, selector)


def test_a_list_of_events_has_the_fields_that_were_asked_for(office: Office) -> None:
    office.insert(description="secret")
    body = office.ask("GET", "calendars/primary/events", fields="nextSyncToken,items(id,end)").json()
    assert body.keys() == {"nextSyncToken", "items"}
    assert body["items"] == [
        {"id": "abc12", "end": {"dateTime": "2026-11-24T10:30:00+01:00", "timeZone": "Europe/Berlin"}}
    ]
