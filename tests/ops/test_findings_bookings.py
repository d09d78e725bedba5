"""What `sivient doctor` finds about bookings ahead, and that --fix brings them on their way again."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import plant_periodic, run_due
from sivient.ops import doctor
from sivient.ops.findings import Finding, Severity, look
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, pass_time, post, zoom
from tests.factories import MONDAY_10, connect_zoom, make_booking, make_event_type, make_request

__all__ = ["post", "zoom"]
pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def well(post: Post) -> None:
    """An installation whose worker has started, with a mail server."""
    plant_periodic()


def codes() -> list[str]:
    """What is found."""
    return [finding.code for finding in look()]


def the(code: str) -> Finding:
    """The one finding of that code."""
    (finding,) = [finding for finding in look() if finding.code == code]
    return finding


def settle(booking: Booking, kind: str, **values: Any) -> None:
    """Let the booking's step be as if it had met something."""
    assert Work.objects.filter(kind=kind, key=f"booking:{booking.pk}:{booking.version}").update(**values)


def link(booking: Booking, **values: Any) -> None:
    """Let the booking have its link."""
    given = {"vendor": "zoom", "external_id": "1", "join_url": "https://zoom.test/j/1", "vendor_start": booking.start}
    Conference.objects.create(booking=booking, created_at=timezone.now(), **(given | values))


def test_a_lost_step_is_found_planted_again_and_delivered(zoom: ZoomEmulator, post: Post) -> None:
    booking = make_booking()
    connect(zoom, booking.host)
    Work.objects.filter(key__startswith=f"booking:{booking.pk}:").delete()
    assert set(codes()) == {"link-lost", "invite-lost"}
    assert the("link-lost").examples == (f"booking {booking.pk}",)

    said, code = doctor.examine(fix=True, as_json=False)
    assert "Planned the link of 1 booking" in said
    assert "Planned the invites of 1 booking" in said
    assert said.endswith(doctor.ALL_WELL)
    assert code == 0

    run_due()
    assert Conference.objects.get(booking=booking).join_url
    assert len(post.to(booking.guest_email)) == len(post.to(booking.host.email)) == 1


def test_a_step_that_ended_without_a_link_is_a_hole_too(zoom: ZoomEmulator) -> None:
    booking = make_booking()
    connect(zoom, booking.host)
    settle(booking, "delivery.conference", state=Work.State.DONE)
    assert codes() == ["link-lost"]
    doctor.examine(fix=True, as_json=False)
    run_due()
    assert codes() == []


def test_bookings_that_need_no_link_or_have_one_or_are_past_are_no_holes() -> None:
    bookings = [make_booking(start=MONDAY_10) for _ in range(3)]
    link(bookings[0])
    Booking.objects.filter(pk=bookings[1].pk).update(status=Booking.Status.CANCELLED)
    hour = timedelta(hours=1)
    Booking.objects.filter(pk=bookings[2].pk).update(start=timezone.now() - hour, end=timezone.now())
    Work.objects.filter(kind="delivery.conference").delete()
    assert codes() == []


def test_a_link_that_is_made_while_we_look_is_no_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    booking = make_booking()
    read_steps = __import__("sivient.ops.findings.bookings", fromlist=["_steps"])._steps

    def slow_steps(*given: Any) -> Any:
        settle(booking, "delivery.conference", state=Work.State.DONE)
        if not Conference.objects.filter(booking=booking).exists():
            link(booking)
        return read_steps(*given)

    monkeypatch.setattr("sivient.ops.findings.bookings._steps", slow_steps)
    assert codes() == []


def test_links_that_are_late_are_told_by_their_trouble() -> None:
    later, unknown, paused, fine = (make_booking() for _ in range(4))
    for booking, trouble in ((later, "later"), (unknown, "unknown"), (paused, "paused"), (fine, "")):
        settle(booking, "delivery.conference", trouble=trouble)
    found = the("links-late")
    assert (found.count, found.severity) == (3, Severity.NOTE)
    assert "1: the vendor's daily limit is used up" in found.what


def test_links_that_only_the_host_can_bring() -> None:
    parked, failed = make_booking(), make_booking()
    settle(parked, "delivery.conference", state=Work.State.PARKED, trouble="reconnect")
    settle(failed, "delivery.conference", state=Work.State.FAILED, trouble="rejected")
    found = the("links-need-host")
    assert (found.severity, found.examples) == (Severity.HOST, (f"booking {parked.pk}", f"booking {failed.pk}"))


def test_an_invite_that_was_skipped_for_a_reason_is_not_lost() -> None:
    booking = make_booking()
    link(booking)
    settle(booking, "delivery.invite", state=Work.State.DONE, result={"skipped": "There is no address."})
    assert codes() == []
    settle(booking, "delivery.invite", result={})
    assert codes() == ["invite-lost"]


def test_a_request_that_did_not_expire_is_ended_and_both_sides_are_told(post: Post) -> None:
    booking = make_request()
    past = timezone.now() - timedelta(minutes=2)
    Booking.objects.filter(pk=booking.pk).update(answer_by=past)
    Work.objects.filter(kind="booking.expire").delete()
    assert "request-overdue" in codes()
    said, _ = doctor.examine(fix=True, as_json=False)
    assert "Ended 1 request" in said
    booking.refresh_from_db()
    assert (booking.status, booking.hold) == (Booking.Status.EXPIRED, None)
    pass_time()
    run_due()
    assert post.to(booking.guest_email)


def test_without_fix_nothing_is_written() -> None:
    booking = make_booking()
    connect_zoom(booking.host)
    Work.objects.filter(key__startswith=f"booking:{booking.pk}:").delete()
    with CaptureQueriesContext(connection) as queries:
        doctor.examine(fix=False, as_json=False)
    begun = ("INSERT", "UPDATE", "DELETE", "BEGIN", "SAVEPOINT", "CREATE")
    assert [each["sql"] for each in queries if each["sql"].startswith(begun)] == []


def many_past(number: int) -> None:
    """Put that many bookings of the last month into the database, with their work that is done."""
    pattern, past = make_booking(), timezone.now() - timedelta(days=30)
    link(pattern)
    done = enqueue("delivery.conference", key="past")
    Work.objects.filter(pk=done.pk).update(state=Work.State.DONE, done_at=past)
    copy(pattern, number, start=past, end=past + timedelta(minutes=30), hold_id=None)
    copy(done, number)


def copy(row: models.Model, number: int, **values: Any) -> None:
    """Repeat a row that often, with these values, and with texts of their own where a text must be unique."""
    unique = {"uid", "token", "idempotency_key", "key"}
    names = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    quoted = ", ".join(f'"{name}"' for name in names)
    chosen = ", ".join("%s" if name in values else "'n' || i" if name in unique else f'"{name}"' for name in names)
    numbers = f"WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {number})"  # noqa: S608
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"{numbers} INSERT INTO {table} ({quoted}) SELECT {chosen} FROM {table}, numbers WHERE id = {row.pk}",  # noqa: S608
            [values[name] for name in names if name in values],
        )


def test_ten_thousand_past_bookings_cost_no_more_questions_and_are_not_read() -> None:
    with CaptureQueriesContext(connection) as few:
        assert codes() == []
    many_past(10_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as many:
        assert codes() == []
    assert len(many) <= len(few) + 2  # the steps of the one booking ahead are asked for
    for query in many.captured_queries:
        sql = query["sql"]
        if sql.startswith("SELECT") and ("booking_booking" in sql or "jobs_work" in sql):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}")
                plan = "\n".join(str(row) for row in cursor.fetchall())
            for table in ("booking_booking", "jobs_work"):
                assert f"SCAN {table}'" not in plan, f"{sql}\n{plan}"
                assert f"Seq Scan on {table}" not in plan, f"{sql}\n{plan}"


def test_an_event_type_of_another_platform_has_no_finding() -> None:
    make_booking(make_event_type(platform="phone", platform_details="+49 30 901820"))
    assert codes() == []
