"""`sivient doctor` finds each thing that is not as it should be, and nothing in an installation that is well."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from sivient.integrations.models import Grant, Revocation, WebhookHealth
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import plant_periodic
from sivient.ops import clock
from sivient.ops.findings import Finding, Severity, look
from sivient.ops.models import Alarm
from sivient.scheduling.models import Hold
from tests.factories import MONDAY_10, connect_zoom, make_booking, make_host
from tests.site.mail_servers import mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def well(settings: Settings) -> Iterator[None]:
    """An installation whose worker has started, with a mail server."""
    plant_periodic()
    Work.objects.update(run_at=timezone.now() + HOUR)  # it has done its periodic work
    with mail_server() as server:
        settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}"
        yield


def codes() -> list[str]:
    """What is found."""
    return [finding.code for finding in look()]


def the(code: str) -> Finding:
    """The one finding of that code."""
    (finding,) = [finding for finding in look() if finding.code == code]
    return finding


def ago(age: timedelta) -> Any:
    """A moment of the past."""
    return timezone.now() - age


def test_an_installation_that_is_well_has_no_findings() -> None:
    assert codes() == []


def test_a_booking_that_was_just_made_is_no_finding() -> None:
    booking = make_booking()
    connect_zoom(booking.host)
    assert codes() == []


def test_work_that_nobody_begins() -> None:
    enqueue("demo.kind", key="1", run_at=ago(timedelta(seconds=50)))
    assert codes() == []
    enqueue("demo.kind", key="2", run_at=ago(timedelta(minutes=5)))
    found = the("work-late")
    assert (found.count, found.severity) == (2, Severity.OPERATOR)
    assert "the oldest for 5 minutes" in found.what


def test_work_that_a_worker_has_left() -> None:
    work = enqueue("demo.kind", key="1")
    Work.objects.filter(pk=work.pk).update(lease_owner="gone-1", lease_until=ago(timedelta(seconds=30)))
    assert codes() == []
    Work.objects.filter(pk=work.pk).update(lease_until=ago(timedelta(minutes=3)))
    assert the("work-abandoned").count == 1


@pytest.mark.parametrize("trouble", [Work.Trouble.BROKE_OFF, Work.Trouble.BUG])
def test_work_that_broke_off_each_time_is_named_by_its_key(trouble: Work.Trouble) -> None:
    work = enqueue("delivery.invite", key="booking:12:1")
    Work.objects.filter(pk=work.pk).update(state=Work.State.PARKED, trouble=trouble)
    found = the("work-stuck")
    assert found.examples == ("booking:12:1",)
    assert "delivery.invite" in found.what
    assert found.fix is None, "what kills its worker is not run again by itself"


def test_periodic_work_that_is_missing_or_does_not_come_back() -> None:
    Work.objects.filter(kind="integrations.tidy").update(run_at=ago(HOUR))
    Work.objects.filter(kind="privacy.purge").delete()
    assert the("periodic-work").examples == ("integrations.tidy", "privacy.purge")


def test_a_grant_that_was_not_renewed_for_long() -> None:
    young = connect_zoom(make_host(), refreshed_at=ago(59 * DAY))
    assert "grants-near-end" not in codes()
    old = connect_zoom(make_host(), refreshed_at=ago(61 * DAY))
    assert the("grants-near-end").examples == (f"grant {old.pk}",)
    assert young.pk != old.pk


def test_hosts_who_have_to_connect_again() -> None:
    for hours in (5, 50):
        connect_zoom(make_host(), state=Grant.State.NEEDS_RECONNECT, state_since=ago(hours * HOUR))
    found = the("reconnect-needed")
    assert (found.count, found.severity) == (2, Severity.HOST)
    assert "the first 2 days ago" in found.what


def test_hosts_who_connected_with_another_app_than_the_present_one(settings: Settings) -> None:
    for client_id in ("zoom-client", "the-app-before", "the-app-before"):
        connect_zoom(make_host(), client_id=client_id)
    found = the("connections-of-another-app")
    assert (found.count, found.severity) == (2, Severity.OPERATOR)
    assert "ZOOM_CLIENT_ID" in found.todo
    settings.ZOOM_CLIENT_ID = ""
    assert codes() == [], "Zoom is turned off on purpose"


def test_tokens_that_should_have_been_withdrawn() -> None:
    values = {"vendor": "zoom", "client_id": "zoom-client", "access_token": "a", "expires_at": timezone.now()}
    Revocation.objects.create(**values, created_at=ago(timedelta(minutes=30)))
    assert codes() == []
    old = Revocation.objects.create(**values, created_at=ago(2 * HOUR))
    assert the("tokens-not-withdrawn").examples == (f"revocation {old.pk}",)


def test_a_vendor_that_validates_the_webhook_no_more() -> None:
    health = WebhookHealth.objects.create(vendor="zoom", last_event_at=timezone.now())
    assert codes() == [], "it was never validated"
    WebhookHealth.objects.filter(pk=health.pk).update(last_validation_at=ago(79 * HOUR))
    assert codes() == []
    WebhookHealth.objects.filter(pk=health.pk).update(last_validation_at=ago(81 * HOUR))
    assert "Zoom last validated our address for its messages 3 days ago" in the("webhook-silent").what


def test_messages_with_a_wrong_signature_again_and_again() -> None:
    health = WebhookHealth.objects.create(vendor="zoom", refused=4, last_refused_at=ago(HOUR))
    assert codes() == []
    WebhookHealth.objects.filter(pk=health.pk).update(refused=5)
    assert "ZOOM_WEBHOOK_SECRET_TOKEN" in the("webhook-refused").todo
    WebhookHealth.objects.filter(pk=health.pk).update(last_refused_at=ago(DAY))
    assert codes() == [], "whoever it was has stopped"


@pytest.mark.parametrize(("shift", "words"), [(600, "600.0 seconds ahead of"), (-600, "600.0 seconds behind")])
def test_row_38_a_clock_that_differs_from_the_database(shift: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "own_now", lambda: timezone.now() + timedelta(seconds=shift))
    assert words in the("clock-difference").what


def test_a_clock_that_differs_by_less_than_two_seconds_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "own_now", lambda: timezone.now() + timedelta(seconds=1.5))
    assert codes() == []


def test_a_slow_answer_of_the_database_is_no_difference_of_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    start = timezone.now()
    asked = iter([start, start + timedelta(seconds=8)] * clock.ROUNDS)
    monkeypatch.setattr(clock, "own_now", lambda: next(asked))
    monkeypatch.setattr(clock, "database_now", lambda: start + timedelta(seconds=4))
    assert clock.difference() == timedelta()


def drop_backstop() -> None:
    """Let somebody have changed the schema."""
    if connection.vendor == "postgresql":
        drops = ["SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE scheduling_hold DROP CONSTRAINT hold_never_overlaps"]
    else:
        drops = [f"DROP TRIGGER hold_never_overlaps_{event}" for event in ("insert", "update")]
    with connection.cursor() as cursor:
        for drop in drops:
            cursor.execute(drop)


def test_a_backstop_that_somebody_has_dropped() -> None:
    drop_backstop()
    assert codes() == ["backstop-missing"]


def test_times_that_were_taken_twice() -> None:
    booking, other = make_booking(), make_booking(start=MONDAY_10 + timedelta(minutes=30))
    Hold.objects.filter(pk=other.hold_id).update(host=booking.host)
    assert codes() == [], "touching is not overlapping"
    drop_backstop()
    Hold.objects.filter(pk=other.hold_id).update(start=MONDAY_10 + timedelta(minutes=15))
    found = the("double-booking")
    assert found.count == 1
    assert booking.guest_name not in str(found)


def test_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sivient.ops.findings.machine.free_share", lambda: 0.094)
    assert the("disk-nearly-full").what == "9% of the disk with the data folder is free."


def test_a_mail_server_that_does_not_answer(settings: Settings) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    assert the("settings").what == "SMTP_URL: The mail server did not answer."


def test_an_alarm_that_stands() -> None:
    Alarm.objects.create(key="zoom:client", sentence="Zoom refuses the app.", first_at=ago(HOUR), last_at=ago(HOUR))
    assert the("alarm").what == "Zoom refuses the app."


def test_migrations_that_are_missing_are_the_only_thing_that_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'scheduling' AND name LIKE '0002%'")
    enqueue("demo.kind", key="1", run_at=ago(HOUR))
    assert codes() == ["migrations"]
    assert the("migrations").examples == ("scheduling.0002_hold_backstop",)


def test_what_needs_the_operator_comes_first() -> None:
    connect_zoom(make_host(), state=Grant.State.NEEDS_RECONNECT, state_since=ago(HOUR))
    enqueue("demo.kind", key="1", run_at=ago(HOUR))
    assert codes() == ["work-late", "reconnect-needed"]
