"""Events of the emulated Google: keys, tombstones, etags, and who gets mail (contract 1.4)."""

from typing import Any

import pytest

from sivient.vendors.calendar_emulator import Attendee, Calendar, Event
from tests.vendors.google.emulator.conftest import MARA, Office, reason

PATH = "calendars/primary/events/abc12"
CONFERENCE = {
    "conferenceId": "1",
    "conferenceSolution": {"key": {"type": "addOn"}, "name": "Zoom Meeting"},
    "entryPoints": [{"entryPointType": "video", "uri": "https://us02web.zoom.us/j/1", "label": "us02web.zoom.us/j/1"}],
}


def mails(office: Office) -> list[tuple[str, str]]:
    return [(each.method, each.to) for each in office.calendars.outbox.sent]


def test_an_event_has_the_key_of_the_application_and_googles_uid(office: Office) -> None:
    made = office.insert(conferenceData=CONFERENCE, extendedProperties={"private": {"booking": "b-1"}}).json()
    assert (made["id"], made["iCalUID"], made["sequence"]) == ("abc12", "abc12@google.com", 0)
    assert made["organizer"] == {"email": MARA, "self": True}
    assert made["conferenceData"]["entryPoints"][0]["uri"] == "https://us02web.zoom.us/j/1"
    assert office.ask("GET", PATH).json() == made
    assert mails(office) == [("REQUEST", "guest@x.example")]


def test_the_same_key_again_is_a_duplicate_also_when_the_event_was_deleted(office: Office) -> None:
    office.insert()
    assert reason(office.insert()) == "409 duplicate"
    office.ask("DELETE", PATH)
    assert reason(office.insert()) == "409 duplicate"
    assert office.ask("GET", PATH).json()["status"] == "cancelled"
    assert len(mails(office)) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": "UPPER"}, "400 invalid"),
        ({"id": "wxyz1"}, "400 invalid"),
        ({"id": "abcd"}, "400 invalid"),
        ({"iCalUID": "mine@x.example"}, "400 invalid"),
        ({"end": {"dateTime": "2026-11-24T09:00:00Z"}}, "400 timeRangeEmpty"),
        ({"end": None}, "400 required"),
        ({"end": {"dateTime": "2026-11-24T10:00:00"}}, "400 required"),
        ({"end": {"date": "2026-11-25"}}, "400 invalid"),
        ({"start": {"dateTime": "2026-11-24T09:00:00Z", "timeZone": "Nowhere/City"}}, "400 invalid"),
        ({"attendees": [{"email": "nobody"}]}, "400 invalid"),
        ({"sumary": "misspelt"}, "400 invalid"),
    ],
)
def test_what_google_would_refuse_is_refused(office: Office, wrong: dict[str, Any], said: str) -> None:
    assert reason(office.insert(**wrong)) == said
    assert office.world.events(MARA) == []
    assert mails(office) == []


def test_unknown_parameters_calendars_and_events_are_refused(office: Office) -> None:
    assert reason(office.ask("GET", "calendars/primary/events", singelEvents="true")) == "400 invalid"
    assert reason(office.ask("GET", "calendars/jonas@weber.example/events")) == "404 notFound"
    assert reason(office.ask("GET", PATH)) == "404 notFound"
    assert reason(office.ask("DELETE", PATH)) == "404 notFound"


def test_a_patch_changes_what_it_names_and_mails_only_when_told_to(office: Office) -> None:
    office.insert(description="one")
    quiet = office.ask("PATCH", PATH, {"description": "two"}, sendUpdates="none").json()
    assert (quiet["description"], quiet["summary"], quiet["sequence"]) == ("two", "Intro call", 0)
    moved = office.ask("PATCH", PATH, {"end": {"dateTime": "2026-11-24T10:00:00Z"}}, sendUpdates="all").json()
    assert moved["end"]["dateTime"] == "2026-11-24T11:00:00+01:00"
    assert moved["start"]["dateTime"] == "2026-11-24T10:00:00+01:00"
    assert moved["sequence"] == 1
    assert mails(office) == [("REQUEST", "guest@x.example")] * 2


def test_a_patch_of_another_edition_is_refused(office: Office) -> None:
    etag = office.insert().json()["etag"]
    office.ask("PATCH", PATH, {"location": "Room 1"})
    stale = office.ask("PATCH", PATH, {"location": "Room 2"}, headers={"If-Match": etag})
    assert reason(stale) == "412 conditionNotMet"
    assert office.ask("GET", PATH).json()["location"] == "Room 1"
    assert reason(office.ask("DELETE", PATH, headers={"If-Match": etag})) == "412 conditionNotMet"


def test_a_deleted_event_is_gone_the_second_time_and_its_guest_hears_of_it_once(office: Office) -> None:
    office.insert()
    assert office.ask("DELETE", PATH, sendUpdates="all").status_code == 204
    assert reason(office.ask("DELETE", PATH, sendUpdates="all")) == "410 deleted"
    assert mails(office)[1:] == [("CANCEL", "guest@x.example")]


def test_conference_data_counts_only_with_its_version(office: Office) -> None:
    body = {"id": "abc12", "start": {"date": "2026-11-24"}, "end": {"date": "2026-11-25"}, "conferenceData": CONFERENCE}
    made = office.ask("POST", "calendars/primary/events", body).json()
    assert "conferenceData" not in made
    assert made["start"] == {"date": "2026-11-24"}


def test_a_calendar_that_is_not_owned_takes_no_event(office: Office) -> None:
    office.world.add_calendar(Calendar("team@x.example", "mara", "Team", "UTC", role="writer"))
    body = {"start": {"date": "2026-11-24"}, "end": {"date": "2026-11-25"}}
    assert reason(office.ask("POST", "calendars/team@x.example/events", body)) == "403 forbidden"
    listed = office.ask("GET", "users/me/calendarList", minAccessRole="owner").json()["items"]
    assert [(each["id"], each.get("primary")) for each in listed] == [(MARA, True)]


def test_only_the_organizer_changes_what_everybody_sees(office: Office) -> None:
    start, end = (office.clock().replace(day=24, hour=hour) for hour in (9, 10))
    people = [Attendee(MARA), Attendee("iris@x.example")]
    office.world.add(Event("abc12", MARA, "", "Talk", start, end, organizer="iris@x.example", attendees=people))
    assert reason(office.ask("PATCH", PATH, {"summary": "Mine"})) == "403 forbiddenForNonOrganizer"


def test_an_event_is_found_by_a_private_property(office: Office) -> None:
    office.insert(extendedProperties={"private": {"booking": "b-1"}})
    office.insert("other")
    found = office.ask("GET", "calendars/primary/events", privateExtendedProperty="booking=b-1").json()["items"]
    assert [each["id"] for each in found] == ["abc12"]
