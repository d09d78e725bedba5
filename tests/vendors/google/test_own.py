"""Events of ours are found again in a Google calendar by what stands in it."""

from tests.vendors.google.adapted import DRAFT, KEY, ME, START, WINDOW, Google, calendars, event, listed, ours, said


def test_events_with_a_reference_of_ours_are_found_on_all_pages_and_nothing_else_is_asked_for() -> None:
    others = {"extendedProperties": {"private": {"booking": "12"}}}  # another program's word for something else
    first = said({"items": [event("e1"), event("e2", **others)], "nextPageToken": "2"})
    google = Google(first, listed(ours(), ours(id="gone", status="cancelled")))
    with calendars(google) as it:
        (found,) = it.own(ME, window=WINDOW, ours=lambda text: text == DRAFT.reference)
    assert (found.name, found.reference, found.start) == (KEY, DRAFT.reference, START)
    assert [query.get("pageToken") for query in google.queries] == [None, "2"]
    for word in ("summary", "attendees", "description", "location"):
        assert word not in google.queries[0]["fields"]


def test_an_empty_calendar_has_none() -> None:
    with calendars(Google(said({"nextSyncToken": "t"}))) as it:
        assert it.own(ME, window=WINDOW, ours=lambda text: True) == []
