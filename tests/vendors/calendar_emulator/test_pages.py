"""The calendar page: a person adds, moves and deletes events, and answers as the guest."""

import html
import re
from datetime import UTC, date, datetime

import httpx
import pytest

from sivient.vendors.calendar_emulator import Answer, Attendee, Event, Show
from tests.vendors.calendar_emulator.conftest import CALENDAR, GUEST, Service

WEEK = "/calendar?account=host&week=2026-03-25"
NEW = {
    "account": "host",
    "week": "2026-03-23",
    "title": "Dentist",
    "start": "2026-03-24T10:00",
    "end": "2026-03-24T11:00",
}


def shown(service: Service, path: str = WEEK) -> list[str]:
    """The events of a page: time, title and marks."""
    page = service.open(path)
    assert page.status_code == 200
    lines = re.findall(r"<summary><span.*?</summary>", page.text, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", line)).split()) for line in lines]


def event(service: Service) -> Event:
    """The one event there is."""
    (found,) = [each for each in service.world.events(CALENDAR) if not each.cancelled]
    return found


def named(service: Service, **more: str) -> dict[str, str]:
    return {"account": "host", "week": "2026-03-23", "calendar": CALENDAR, "event": event(service).id, **more}


def test_the_page_asks_whose_calendar_and_shows_a_week_in_the_zone_of_the_person(service: Service) -> None:
    assert "host@x.example" in service.open("/calendar").text
    service.add("Talk <b>")
    assert shown(service) == ["10:00 to 11:00 Talk <b>"]
    assert shown(service, "/calendar?account=host&week=2026-03-30") == []
    assert "Nothing" in service.open("/calendar?account=host&week=nonsense").text


def test_a_new_event_stands_in_the_calendar_and_its_guest_is_invited(service: Service) -> None:
    answer = service.open("/calendar/add", **NEW, guest=GUEST, repeats="FREQ=WEEKLY", show="tentative", private="on")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/calendar?account=host&week=2026-03-24")
    made = event(service)
    assert (made.start, made.rule, made.show, made.private) == (
        datetime(2026, 3, 24, 9, tzinfo=UTC), "FREQ=WEEKLY", Show.TENTATIVE, True
    )  # fmt: skip
    assert shown(service) == ["10:00 to 11:00 Dentist Tentative Repeats Private"]
    assert [each.to for each in service.it.outbox.sent] == [GUEST]


def test_an_all_day_event_ends_with_its_last_day(service: Service) -> None:
    service.open("/calendar/add", **NEW | {"end": "2026-03-25T11:00"}, all_day="on")
    assert (event(service).start, event(service).end) == (date(2026, 3, 24), date(2026, 3, 26))
    assert shown(service) == ["All day Dentist"] * 2


def test_an_event_is_moved_and_deleted(service: Service) -> None:
    service.add()
    service.open("/calendar/move", **named(service, start="2026-03-26T15:00", end="2026-03-26T15:30"))
    assert shown(service) == ["15:00 to 15:30 Talk"]
    service.open("/calendar/delete", **named(service))
    assert shown(service) == []


def test_one_occurrence_is_deleted_or_the_whole_series(service: Service) -> None:
    series = service.add(rule="FREQ=DAILY;COUNT=3")
    second = named(service) | {"event": f"{series.id}_20260325T090000Z"}
    service.open("/calendar/delete", **second)
    assert len(shown(service)) == 2
    service.open("/calendar/delete", **second | {"event": f"{series.id}_20260326T090000Z"}, series="yes")
    assert shown(service) == []


def test_the_guest_answers(service: Service) -> None:
    service.add(attendees=[Attendee(GUEST)])
    service.open("/calendar/answer", **named(service, address=GUEST, answer="declined"))
    assert event(service).answer_of(GUEST) is Answer.DECLINED
    assert "(declined)" in service.open(WEEK).text


@pytest.mark.parametrize(
    ("path", "wrong", "sentence"),
    [
        ("add", {"end": "2026-03-24T10:00"}, "The end has to be after the start."),
        ("add", {"start": "tomorrow"}, "Give a start and an end."),
        ("add", {"repeats": "FREQ=SECONDLY"}, "Choose one of the offered values."),
        ("move", {"event": "nothing", "calendar": CALENDAR}, "This event is not there any more."),
        ("answer", {"event": "nothing", "calendar": "nothing"}, "This event is not there any more."),
    ],
)
def test_what_makes_no_sense_is_told_and_the_text_stays(
    service: Service, path: str, wrong: dict[str, str], sentence: str
) -> None:
    answer = service.open(f"/calendar/{path}", **NEW | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Dentist"' in answer.text
    assert service.world.events(CALENDAR) == []


def test_another_site_cannot_send_the_forms(service: Service) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    request = httpx.Request("POST", "http://calendar.example/calendar/add", data=NEW, headers=headers)
    answer = service.it.answer(request)
    assert answer is not None
    assert answer.status_code == 403
    assert service.world.events(CALENDAR) == []


def test_a_strangers_event_is_not_reached_through_ones_own_account(service: Service) -> None:
    service.add()
    answer = service.open("/calendar/delete", **named(service) | {"account": "other"})
    assert answer.status_code != 303
    assert not event(service).cancelled
