"""Rows 36, 38 and 44 of the table of failures as the operator meets them: a full disk, a wrong clock, poisoned work."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from sivient.audit.models import Entry
from sivient.booking.models import Booking
from sivient.booking.services import step_key
from sivient.jobs import registry
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import STARTS, run_due
from sivient.ops import clock
from sivient.ops.findings import look
from sivient.ops.models import Alarm
from sivient.scheduling.models import EventType, Hold, Hours, Timetable
from sivient.site import form_token
from tests.delivery.conftest import Post
from tests.factories import MONDAY_10, make_event_type

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
TOKEN = "status-token-0123456789"
FULL = """
CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER disk_is_full BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION disk_is_full()
"""
ROOM = "DROP TRIGGER IF EXISTS disk_is_full ON audit_entry; DROP FUNCTION IF EXISTS disk_is_full"


def sql(*statements: str) -> Any:
    """Say something to the database, and return its last answer."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


@pytest.fixture
def fill_disk() -> Iterator[Callable[[], None]]:
    """Let the database have no room for one more page, until the test is over or `make_room` is called.

    PostgreSQL knows no such limit: there the last row of a booking's transaction meets the same SQLSTATE, 53100.
    """

    def fill() -> None:
        if connection.vendor == "postgresql":
            sql(FULL)
            return
        sql("VACUUM")
        (pages,) = sql("PRAGMA page_count")
        sql(f"PRAGMA max_page_count = {pages}")

    yield fill
    make_room()


def make_room() -> None:
    """Let the disk have room again."""
    sql(ROOM if connection.vendor == "postgresql" else "PRAGMA max_page_count = 1073741823")


@pytest.fixture
def intro() -> EventType:
    """Half an hour, day and night, for four weeks."""
    event_type = make_event_type()
    Timetable.take(event_type.host_id, hours=True)
    Hours.objects.bulk_create(Hours(schedule=event_type.schedule, weekday=d, start=0, end=1440) for d in range(7))
    return event_type


def press_book(event_type: EventType, number: int, **typed: str) -> Any:
    """Send the guest's form for the next free time."""
    start = MONDAY_10 + number * timedelta(minutes=30)
    form = {
        "name": "Ada Okafor",
        "email": "ada@guest.example",
        "at": f"{start:%Y-%m-%dT%H:%M}Z",
        "tz": "Asia/Tokyo",
        "note": "x" * 900,
        "token": form_token.issue(f"book:{event_type.pk}"),
    }
    browser = Client(raise_request_exception=False)
    return browser.post(f"/schedule/{event_type.host.handle}/{event_type.slug}/confirm", form | typed)


def test_row_36_on_a_full_disk_nobody_is_booked_and_nothing_is_half_written(
    intro: EventType, fill_disk: Callable[[], None]
) -> None:
    assert press_book(intro, 0).status_code == 303
    fill_disk()
    answers = [press_book(intro, number) for number in range(1, 60)]  # what is left of the last pages is used up first
    booked = [answer for answer in answers if answer.status_code == 303]
    refused = [answer for answer in answers if answer.status_code != 303]
    assert refused
    for answer in refused:
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert "away for a moment" in answer.content.decode()
        assert "No space" not in answer.content.decode()

    bookings = list(Booking.objects.all())
    assert len(bookings) == 1 + len(booked)
    assert {booking.hold_id for booking in bookings} == set(Hold.objects.values_list("pk", flat=True))
    assert Entry.objects.filter(event="booking made").count() == len(bookings)
    for booking in bookings:
        kinds = set(Work.objects.filter(key=step_key(booking)).values_list("kind", flat=True))
        assert {"delivery.conference", "delivery.invite", "delivery.host_invite"} <= kinds
    assert Work.objects.filter(key__startswith="booking:").values("key").distinct().count() == len(bookings)
    if connection.vendor == "sqlite":
        assert sql("PRAGMA integrity_check") == ("ok",)


def test_row_36_the_same_form_books_once_when_there_is_room_again(
    intro: EventType, fill_disk: Callable[[], None]
) -> None:
    fill_disk()
    number, answer = 0, press_book(intro, 0)
    while answer.status_code == 303:
        number, answer = number + 1, press_book(intro, number + 1)
    assert answer.status_code == 503
    assert Client().get(f"/schedule/{intro.host.handle}/{intro.slug}").status_code == 200, "pages can be read"
    make_room()
    same = {"token": form_token.issue(f"book:{intro.pk}")}
    for _ in range(2):
        assert press_book(intro, number, **same).status_code == 303
    assert Booking.objects.filter(start=MONDAY_10 + number * timedelta(minutes=30)).count() == 1


@pytest.mark.parametrize("minutes", [10, -10])
def test_row_38_a_wrong_clock_is_seen_by_the_operator(
    minutes: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATUS_TOKEN = TOKEN
    monkeypatch.setattr(clock, "own_now", lambda: timezone.now() + timedelta(minutes=minutes))
    assert "clock-difference" in [finding.code for finding in look()]
    told = Client().get("/status", {"format": "json"}, headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert abs(told["clock_difference_seconds"] - minutes * 60) < 2
    assert told["fine"] is False


def test_row_44_poisoned_work_is_parked_and_its_operator_is_told(
    post: Post, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poison(work: Work) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(registry._handlers, "demo.poison", registry.Handler(poison, timedelta(seconds=45)))
    enqueue("demo.poison", key="booking:7:1")
    for _ in range(STARTS + 1):
        Work.objects.update(run_at=timezone.now() - timedelta(seconds=1))
        run_due()
    assert Alarm.objects.get().key == "work:demo.poison"
    (mail,) = post.to(settings.SUPPORT_EMAIL)
    assert "demo.poison" in str(mail["Subject"]) + mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (stuck,) = [finding for finding in look() if finding.code == "work-stuck"]
    assert stuck.examples == ("booking:7:1",)
