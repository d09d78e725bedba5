"""Events, series and the change log of the emulated calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sivient.vendors.calendar_emulator import Answer, Attendee, Show
from tests.vendors.calendar_emulator.conftest import CALENDAR, GUEST, HOST, NOW, Service

MONTH = (NOW, NOW + timedelta(days=21))


def starts(service: Service) -> list[datetime]:
    return [event.span("UTC")[0] for event in service.world.listing(CALENDAR, MONTH)]


def changed(service: Service, since: int) -> dict[str, bool]:
    return {event.id: event.cancelled for event in service.world.listing(CALENDAR, MONTH, since=since)}


def test_a_series_keeps_its_wall_time_when_clocks_change(service: Service) -> None:
    service.add(rule="FREQ=WEEKLY")
    assert [start.hour for start in starts(service)] == [9, 8, 8]  # 10:00 in Berlin, each


def test_an_occurrence_that_was_moved_stands_where_it_was_moved_to_and_the_others_stay(service: Service) -> None:
    series = service.add(rule="FREQ=WEEKLY")
    second = service.world.listing(CALENDAR, MONTH)[1]
    since = service.world.revision
    service.world.change(second, start=second.start + timedelta(hours=5), end=second.end + timedelta(hours=5))
    assert [start.hour for start in starts(service)] == [9, 13, 8]
    assert changed(service, since) == {f"{series.id}_20260331T080000Z": False}


def test_an_occurrence_that_was_deleted_is_gone_alone(service: Service) -> None:
    service.add(rule="FREQ=WEEKLY")
    since, second = service.world.revision, service.world.listing(CALENDAR, MONTH)[1]
    service.world.remove(second)
    assert len(starts(service)) == 2
    assert changed(service, since) == {second.id: True}


def test_a_deleted_series_says_of_each_occurrence_that_it_is_gone(service: Service) -> None:
    series = service.add(rule="FREQ=WEEKLY;COUNT=3")
    moved = service.world.listing(CALENDAR, MONTH)[1]
    service.world.change(moved, title="Moved")
    since = service.world.revision
    service.world.remove(series)
    assert starts(service) == []
    assert list(changed(service, since).values()) == [True, True, True]


def test_a_series_that_becomes_shorter_says_which_occurrences_it_lost(service: Service) -> None:
    series = service.add(rule="FREQ=WEEKLY;COUNT=3")
    since = service.world.revision
    service.world.change(series, rule="FREQ=WEEKLY;COUNT=1")
    gone = [name for name, cancelled in changed(service, since).items() if cancelled]
    assert gone == [f"{series.id}_20260331T080000Z", f"{series.id}_20260407T080000Z"]


def test_only_what_changed_after_a_revision_is_told_and_a_deleted_event_stays_as_a_tombstone(service: Service) -> None:
    kept, lost = service.add("Kept"), service.add("Lost")
    since = service.world.revision
    assert changed(service, since) == {}
    service.world.remove(lost)
    assert changed(service, since) == {lost.id: True}
    found = service.world.find(CALENDAR, lost.id)
    assert found is not None
    assert found.cancelled
    assert service.world.find(CALENDAR, kept.id) == kept


def test_an_event_that_was_moved_out_of_the_window_is_told_too(service: Service) -> None:
    event = service.add()
    since = service.world.revision
    service.world.change(event, start=event.start + timedelta(days=300), end=event.end + timedelta(days=300))
    assert changed(service, since) == {event.id: False}


def test_free_declined_and_cancelled_events_take_no_time_and_tentative_ones_do(service: Service) -> None:
    service.add(hours=(9, 10), show=Show.FREE)
    service.add(hours=(10, 11), attendees=[Attendee(HOST, answer=Answer.DECLINED)])
    service.world.remove(service.add(hours=(11, 12)))
    service.add(hours=(12, 13), show=Show.TENTATIVE)
    service.add(hours=(13, 14))
    day = datetime(2026, 3, 24, tzinfo=UTC)
    assert service.world.busy(CALENDAR, MONTH) == [(day.replace(hour=12), day.replace(hour=14))]


def test_an_all_day_event_lasts_from_midnight_to_midnight_of_the_calendar(service: Service) -> None:
    service.add(start=date(2026, 3, 29), end=date(2026, 3, 30))  # 23 hours: clocks go forward
    begin = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert service.world.busy(CALENDAR, MONTH) == [(begin, begin + timedelta(hours=23))]


def test_a_change_of_time_raises_the_sequence_and_a_change_of_words_does_not(service: Service) -> None:
    event = service.world.change(service.add(), title="Other words")
    assert event.sequence == 0
    assert service.world.change(event, start=event.start - timedelta(hours=1)).sequence == 1


def test_an_answer_is_a_change_and_nobody_is_mailed(service: Service) -> None:
    event = service.add(attendees=[Attendee(GUEST)])
    since, mails = service.world.revision, len(service.mails)
    service.world.answer(event, GUEST.upper(), Answer.ACCEPTED)
    found = service.world.find(CALENDAR, event.id)
    assert found is not None
    assert found.answer_of(GUEST) is Answer.ACCEPTED
    assert changed(service, since) == {event.id: False}
    assert len(service.mails) == mails


def test_the_etag_is_another_one_after_each_change(service: Service) -> None:
    event = service.add()
    assert service.world.change(replace(event), title="Other").etag != event.etag


def test_a_series_in_a_zone_that_nobody_knows_is_served_all_the_same(service: Service) -> None:
    service.add(rule="FREQ=WEEKLY", zone="tzone://Microsoft/Custom")
    assert [start.hour for start in starts(service)] == [9, 9, 9]
