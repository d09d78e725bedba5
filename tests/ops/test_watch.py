"""A worker looks every few minutes at what could stop the work, and raises the alarm itself."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import plant_periodic, run_due
from sivient.ops.models import Alarm

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def quiet(settings: Settings) -> None:
    """No mails: tests/ops/test_alarms.py has them."""
    settings.SUPPORT_EMAIL = ""


def look_around() -> list[str]:
    """Let a worker come to its periodic look; return the alarms that stand then."""
    plant_periodic()
    Work.objects.exclude(kind="ops.watch").filter(key="every").update(run_at=timezone.now() + timedelta(hours=1))
    Work.objects.filter(kind="ops.watch").update(run_at=timezone.now() - timedelta(hours=1))
    run_due()
    return list(Alarm.objects.order_by("key").values_list("key", flat=True))


def test_work_that_is_late_is_an_alarm_until_it_is_done() -> None:
    late = enqueue("demo.unknown", key="1", run_at=timezone.now() - timedelta(minutes=10))
    assert look_around() == ["ops:work-late"]
    assert "1 piece of work waiting" in Alarm.objects.get().sentence
    Work.objects.filter(pk=late.pk).delete()
    assert look_around() == []


def test_a_disk_that_is_nearly_full_is_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sivient.ops.findings.machine.free_share", lambda: 0.05)
    assert look_around() == ["ops:disk-nearly-full"]
    monkeypatch.undo()
    assert look_around() == []


def test_the_alarm_of_a_kind_of_work_ends_when_nothing_of_it_is_stuck() -> None:
    stuck = enqueue("demo.kind", key="1", run_at=timezone.now() + timedelta(days=1))
    Work.objects.filter(pk=stuck.pk).update(state=Work.State.PARKED, trouble=Work.Trouble.BUG)
    enqueue("ops.alarm", key="work:demo.kind", payload={"sentence": "Work of the kind demo.kind broke off."})
    run_due()
    assert look_around() == ["work:demo.kind"]
    Work.objects.filter(pk=stuck.pk).update(state=Work.State.DONE)
    assert look_around() == []


def test_an_alarm_of_another_room_is_left_to_it() -> None:
    enqueue("ops.alarm", key="zoom:client", payload={"sentence": "Zoom refuses the app."})
    run_due()
    assert look_around() == ["zoom:client"]
