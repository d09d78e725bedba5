"""Events of ours are found again in an Outlook calendar by what stands in it."""

from dataclasses import replace
from datetime import timedelta

import httpx

from sivient.core.interval import Interval
from tests.vendors.microsoft.adapted import CALENDAR, DRAFT, NOW, SITE, START, WINDOW, emulated


def test_events_with_a_reference_of_ours_are_found_and_no_others() -> None:
    with emulated() as it:
        it.add()
        made = it.ours.create(CALENDAR, DRAFT)
        it.ours.create(CALENDAR, replace(DRAFT, key="1f" * 16, reference="theirs"))
        gone = it.ours.create(CALENDAR, replace(DRAFT, key="2f" * 16))
        it.ours.remove(CALENDAR, gone.name, notify=False)
        (found,) = it.ours.own(CALENDAR, window=WINDOW, ours=lambda text: text == DRAFT.reference)
    assert (found.name, found.reference, found.start) == (made.name, DRAFT.reference, START)


def test_in_a_window_of_many_years_an_event_is_found_once() -> None:
    with emulated() as it:
        it.ours.create(CALENDAR, DRAFT)
        long = Interval(NOW, NOW + timedelta(days=4000))
        assert len(it.ours.own(CALENDAR, window=long, ours=lambda text: True)) == 1


def test_the_emulated_graph_refuses_an_expansion_that_it_does_not_know() -> None:
    with emulated() as it:
        path = f"/me/calendars/{CALENDAR.replace('=', '%3D')}/calendarView"
        query = "startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-02T00:00:00Z&$expand=attachments"
        headers = {"Authorization": f"Bearer {it.tokens.access_token}"}
        answer = it.microsoft.handle(httpx.Request("GET", f"{SITE}/v1.0{path}?{query}", headers=headers))
    assert answer.status_code == 400
