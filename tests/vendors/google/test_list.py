"""Which calendars a Google account has, as far as the granted scope shows them."""

from typing import Any

import pytest

from sivient.ports.calendars import CalendarInfo
from sivient.ports.errors import OutcomeUnknown
from sivient.vendors.google.scopes import CALENDARS, EVENTS_FREEBUSY, EVENTS_OWNED, grants_enough, missing
from tests.vendors.google.adapted import ME, SCOPE, Google, calendars, said


def page(*items: Any, **more: Any) -> Any:
    return said({"items": list(items)} | more)


def item(name: str = ME, **changed: Any) -> dict[str, Any]:
    return {"id": name, "summary": name, "timeZone": "Europe/Berlin", "accessRole": "owner"} | changed


def names(google: Google, scope: str = SCOPE) -> list[str]:
    with calendars(google, scope=scope) as it:
        return [each.external_id for each in it.list()]


def test_every_page_of_the_list_is_read() -> None:
    google = Google(page(item("a"), nextPageToken="p2"), page(item("b"), nextSyncToken="s"))
    assert names(google) == ["a", "b"]
    first, second = google.queries
    assert (first["maxResults"], first["minAccessRole"]) == ("250", "freeBusyReader")
    assert second == first | {"pageToken": "p2"}


def test_a_calendar_has_the_name_that_the_host_gave_it_and_only_owners_write() -> None:
    google = Google(
        page(
            item(primary=True),
            item("team", summaryOverride="Our team", accessRole="writer"),
            item("room", accessRole="somethingNew", timeZone="Mars/Phobos"),
            item("bare", summary=None, timeZone=None, accessRole="freeBusyReader"),
        )
    )
    with calendars(google) as it:
        assert it.list() == [
            CalendarInfo(ME, ME, "Europe/Berlin", primary=True, writable=True),
            CalendarInfo("team", "Our team", "Europe/Berlin", primary=False, writable=False),
            CalendarInfo("room", "room", "", primary=False, writable=False),
            CalendarInfo("bare", "bare", "", primary=False, writable=False),
        ]


def test_deleted_and_unreadable_entries_are_left_out() -> None:
    assert names(Google(page(item("a", deleted=True), "x", None, {}, {"id": 7}, item("b")))) == ["b"]


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {}}, {"kind": "calendar#calendarList"}, []])
def test_an_answer_without_a_list_is_never_an_account_without_calendars(body: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        names(Google(said(body)))


def test_a_list_that_goes_round_in_circles_ends() -> None:
    with pytest.raises(OutcomeUnknown):
        names(Google(page(item("a"), nextPageToken="p2")))


def test_without_the_permission_to_list_there_is_the_primary_calendar_and_nobody_is_asked() -> None:
    google = Google(page())
    with calendars(google, scope=f"{EVENTS_OWNED} {EVENTS_FREEBUSY}") as it:
        assert it.list() == [CalendarInfo("primary", "Primary calendar", "", primary=True, writable=True)]
    with calendars(google, scope=EVENTS_FREEBUSY) as it:
        assert [each.writable for each in it.list()] == [False]
    assert google.requests == []


def test_without_the_permission_to_write_no_calendar_receives_bookings() -> None:
    with calendars(Google(page(item())), scope=f"{EVENTS_FREEBUSY} {CALENDARS}") as it:
        assert [each.writable for each in it.list()] == [False]


@pytest.mark.parametrize(
    ("scope", "enough"),
    [
        (SCOPE, True),
        (f"openid {EVENTS_FREEBUSY}", True),
        ("https://www.googleapis.com/auth/calendar", True),
        ("https://www.googleapis.com/auth/calendar.readonly", True),
        (f"openid email {EVENTS_OWNED} {CALENDARS}", False),
        ("https://www.googleapis.com/auth/calendar.freebusy", False),
        ("openid email", False),
        ("", False),
    ],
)
def test_connecting_needs_at_least_the_reading_of_busy_times(scope: str, enough: bool) -> None:
    assert grants_enough(scope) is enough


def test_what_was_not_allowed_is_said_with_what_it_means() -> None:
    assert missing(SCOPE) == ()
    [no_list] = missing(f"{EVENTS_FREEBUSY} {EVENTS_OWNED}")
    assert "only the main one" in no_list
    [no_writing] = missing(f"{EVENTS_FREEBUSY} {CALENDARS}")
    assert "bookings are not written" in no_writing
