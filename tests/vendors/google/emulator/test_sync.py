"""Sync tokens and pages of the emulated Google (contract 1.5)."""

from datetime import date, timedelta

import pytest

from sivient.vendors.calendar_emulator import Event
from tests.vendors.google.emulator.conftest import MARA, Office, reason

EVENTS = "calendars/primary/events"


def changes(office: Office, token: str) -> dict[str, str]:
    return {item["id"]: item["status"] for item in office.sync(token)["items"]}


def test_a_sync_says_what_changed_and_of_a_deleted_event_little_more_than_its_id(office: Office) -> None:
    office.insert("kept1")
    office.insert("lost1", 11)
    first = office.sync()
    assert [item["id"] for item in first["items"]] == ["kept1", "lost1"]
    assert changes(office, first["nextSyncToken"]) == {}
    office.ask("DELETE", f"{EVENTS}/lost1")
    second = office.sync(first["nextSyncToken"])
    assert [item.keys() for item in second["items"]] == [{"kind", "etag", "id", "status"}]
    assert changes(office, first["nextSyncToken"]) == {"lost1": "cancelled"}
    assert changes(office, second["nextSyncToken"]) == {}


def test_pages_hold_everything_once_and_only_the_last_has_the_token(office: Office) -> None:
    for number in range(7):
        office.insert(f"event{number}", 9 + number)
    page = office.ask("GET", EVENTS, singleEvents="true", maxResults=3).json()
    assert "nextSyncToken" not in page
    whole = office.sync(maxResults=3)
    assert whole["pages"] == 3
    assert [item["id"] for item in whole["items"]] == [f"event{number}" for number in range(7)]


def test_what_changes_between_two_pages_is_told_by_the_next_sync(office: Office) -> None:
    for number in range(4):
        office.insert(f"event{number}", 9 + number)
    asked = {"singleEvents": "true", "showDeleted": "true", "maxResults": 2}
    page = office.ask("GET", EVENTS, **asked).json()
    office.ask("DELETE", f"{EVENTS}/event0")
    rest = office.ask("GET", EVENTS, **asked, pageToken=page["nextPageToken"]).json()
    assert [item["id"] for item in rest["items"]] == ["event2", "event3"]
    assert changes(office, rest["nextSyncToken"]) == {"event0": "cancelled"}


def test_a_series_comes_as_occurrences_with_their_own_ids(office: Office) -> None:
    office.insert("series1", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    first = office.sync()
    assert [item["id"] for item in first["items"]] == [f"series1_2026{day}T090000Z" for day in ("1124", "1201", "1208")]
    assert {item["recurringEventId"] for item in first["items"]} == {"series1"}
    office.ask("DELETE", f"{EVENTS}/series1_20261201T090000Z")
    (gone,) = office.sync(first["nextSyncToken"])["items"]
    assert (gone["id"], gone["status"]) == ("series1_20261201T090000Z", "cancelled")
    assert gone["originalStartTime"]["dateTime"] == "2026-12-01T10:00:00+01:00"
    masters = office.ask("GET", EVENTS, showDeleted="true").json()["items"]
    assert masters[0]["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=3"]


def test_an_all_day_event_has_dates(office: Office) -> None:
    office.world.add(Event("", MARA, "", "Off", date(2026, 11, 25), date(2026, 11, 27)))
    (item,) = office.sync()["items"]
    assert (item["start"], item["end"]) == ({"date": "2026-11-25"}, {"date": "2026-11-27"})


@pytest.mark.parametrize("name", ["timeMin", "orderBy", "q", "privateExtendedProperty"])
def test_what_google_forbids_beside_a_sync_token_is_refused(office: Office, name: str) -> None:
    token = office.sync()["nextSyncToken"]
    wish = {"timeMin": "2026-11-22T00:00:00Z", "orderBy": "startTime", "q": "x", "privateExtendedProperty": "a=b"}
    refused = office.ask("GET", EVENTS, singleEvents="true", syncToken=token, **{name: wish[name]})
    assert reason(refused) == "400 invalid"


def test_an_old_or_strange_token_means_that_everything_is_read_anew(office: Office) -> None:
    token = office.sync()["nextSyncToken"]
    assert reason(office.ask("GET", EVENTS, singleEvents="true", syncToken="nonsense")) == "410 fullSyncRequired"
    office.calendars.inject("sync-lost")
    assert reason(office.ask("GET", EVENTS, singleEvents="true", syncToken=token)) == "410 fullSyncRequired"
    assert changes(office, token) == {}
    office.clock.move(days=29)
    office.connect()
    assert reason(office.ask("GET", EVENTS, singleEvents="true", syncToken=token)) == "410 fullSyncRequired"


def test_times_are_searched_from_an_offset_and_never_backwards(office: Office) -> None:
    assert reason(office.ask("GET", EVENTS, timeMin="2026-11-22T00:00:00")) == "400 badRequest"
    later, sooner = "2026-11-23T00:00:00Z", "2026-11-22T00:00:00Z"
    assert reason(office.ask("GET", EVENTS, timeMin=later, timeMax=sooner)) == "400 timeRangeEmpty"


def test_pages_go_wrong_when_asked_for(office: Office) -> None:
    for number in range(3):
        office.insert(f"event{number}", 9 + number)
    office.calendars.inject("next-page-fails")
    page = office.ask("GET", EVENTS, maxResults=2).json()
    asked = {"maxResults": 2, "pageToken": page["nextPageToken"]}
    assert reason(office.ask("GET", EVENTS, **asked)) == "500 backendError"
    assert office.ask("GET", EVENTS, **asked).is_success
    office.calendars.inject("item-twice")
    twice = [item["id"] for item in office.ask("GET", EVENTS, maxResults=2).json()["items"]]
    assert twice == ["event0", "event1", "event0"]


def test_many_events_and_series_are_read_in_pages_each_once(office: Office) -> None:
    begin = office.clock().replace(minute=0)
    for number in range(200):
        start = begin + timedelta(hours=number)
        rule = "FREQ=WEEKLY" if number % 20 == 0 else ""
        office.world.add(Event(f"{number:05}", MARA, "", "", start, start + timedelta(minutes=30), rule=rule))
    whole = office.sync(maxResults=100)
    assert len({item["id"] for item in whole["items"]}) == len(whole["items"])
    assert len(whole["items"]) > 190 + 10 * 50


def test_a_page_may_end_between_two_events_of_one_second(office: Office) -> None:
    begin = office.clock().replace(microsecond=0)
    for event_id, later in (("aaaaa", 600), ("bbbbb", 300)):
        start = begin + timedelta(milliseconds=later)
        office.world.add(Event(event_id, MARA, "", "", start, start + timedelta(minutes=30)))
    assert [item["id"] for item in office.sync(maxResults=1)["items"]] == ["bbbbb", "aaaaa"]
