"""Rows 35 and 43 of the table of failures: the database is older than what stands outside of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import cancel
from sivient.jobs.clock import database_now
from sivient.jobs.worker import run_due
from sivient.ops.findings import Finding, look, reconciling
from sivient.ports.errors import Gone
from tests.delivery.calendar_world import soon
from tests.delivery.living_calendars import Living, living
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
LOST = 6
ONLY_GOOGLE = pytest.mark.parametrize("calendar", ["google"], indirect=True)


@pytest.fixture
def host() -> User:
    return make_host(handle="mara", platform="phone")


@pytest.fixture(params=["google", "microsoft", "caldav"])
def calendar(request: pytest.FixtureRequest, host: User, settings: Any, tmp_path: Path) -> Iterator[Living]:
    """An emulated or real calendar with one booking in it, which every backup has."""
    with living(request.param, host, settings, tmp_path / "calendar") as made:
        book(host, 0)
        yield made


def book(host: User, place: int) -> Booking:
    """Book the host, and let the worker write the event."""
    booking = make_booking(host.event_types.first() or make_event_type(host), start=MONDAY_10 + place * HOUR)
    run_due()
    return booking


def restored(meanwhile: Callable[[], object]) -> None:
    """Let the database be as it was before, whatever has happened outside: a savepoint is the backup."""
    backup = transaction.savepoint()
    meanwhile()
    transaction.savepoint_rollback(backup)


def found(code: str) -> list[dict[str, str]]:
    """Return the lines of one finding of `sivient doctor --reconcile`, [] when there is none."""
    (finding,) = [each for each in reconciling.look(database_now()) if each.code == code] or [None]
    return [dict(each) for each in finding.listed] if finding else []


def codes() -> list[str]:
    return [each.code for each in reconciling.look(database_now())]


def test_row_43_every_booking_that_was_made_after_the_backup_is_listed_from_the_calendar(
    calendar: Living, host: User
) -> None:
    lost: list[Booking] = []
    restored(lambda: lost.extend(book(host, place) for place in range(1, LOST + 1)))
    assert (Booking.objects.count(), calendar.events()) == (1, LOST + 1)
    rows = found("events-unknown")
    assert [row["reference"] for row in rows] == [each.uid for each in lost]
    assert [row["start"] for row in rows] == [f"{each.start:%Y-%m-%d %H:%M}" for each in lost]
    assert {row["host"] for row in rows} == {"mara"}
    assert codes() == ["events-unknown"]


def test_row_35_a_booking_that_was_cancelled_in_the_lost_tail_is_listed(calendar: Living, host: User) -> None:
    booking = Booking.objects.get()

    def cancelled() -> None:
        cancel(Booking.objects.get(), by="guest", now=timezone.now())
        run_due()
        soon("delivery.event_removed")
        run_due()

    restored(cancelled)
    assert calendar.events() == 0
    (row,) = found("events-missing")
    assert (row["booking"], row["reference"]) == (str(booking.pk), booking.uid)
    assert codes() == ["events-missing"]


def test_row_35_when_calendars_and_database_agree_nothing_is_said(calendar: Living, host: User) -> None:
    cancel(book(host, 1), by="guest", now=timezone.now())
    run_due()
    assert codes() == []


@ONLY_GOOGLE
def test_row_43_the_list_names_no_guest_and_changes_nothing(calendar: Living, host: User) -> None:
    restored(lambda: book(host, 1))
    before = (calendar.events(), list(Booking.objects.values()))
    said = str([each.as_json() for each in look(reconcile=True)])
    assert "events-unknown" in said
    assert "ada" not in said.lower()
    assert (calendar.events(), list(Booking.objects.values())) == before


@ONLY_GOOGLE
def test_row_43_a_calendar_that_cannot_be_asked_is_said_and_the_next_one_is_asked(
    calendar: Living, host: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*args: object, **more: object) -> None:
        raise Gone("The calendar is not there any more.")

    monkeypatch.setattr(reconciling.standing, "ahead_in", nobody)
    findings: list[Finding] = list(reconciling.look(database_now()))
    assert {each.code for each in findings} == {"calendars-not-compared"}
    assert "not there any more" in str(findings[0].listed)


@ONLY_GOOGLE
def test_row_43_an_event_that_the_host_has_moved_far_away_is_not_missing(
    calendar: Living, host: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling.standing, "ahead_in", lambda *args, **more: [])
    assert codes() == []


@ONLY_GOOGLE
def test_row_43_an_event_of_another_server_is_not_ours(calendar: Living, host: User, settings: Any) -> None:
    restored(lambda: book(host, 1))
    Booking.objects.update(uid="5b8de6a6-3f0e-4c6e-9d3e-5d7f0a1b2c3d@elsewhere.example")
    settings.MAIL_FROM = "bookings@elsewhere.example"
    assert "events-unknown" not in codes()
