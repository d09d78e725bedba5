"""Alarms: any room raises one by name; the operator is mailed once a day, and it goes when it is over."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.ops.models import Alarm
from tests.site.mail_servers import PlayedServer, mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.db]
KEY, SENTENCE = "zoom:client", "Zoom refuses this server's app: its client secret may have changed."


@pytest.fixture
def post(settings: Settings) -> Iterator[PlayedServer]:
    """A mail server that the product uses."""
    with mail_server() as server:
        settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}"
        yield server


def sound(key: str = KEY) -> None:
    """Raise the alarm as a lower room does."""
    enqueue("ops.alarm", key=key, payload={"sentence": SENTENCE})
    run_due()


def test_an_alarm_is_noted_and_mailed_to_the_operator(post: PlayedServer) -> None:
    sound()
    alarm = Alarm.objects.get()
    assert (alarm.key, alarm.sentence, alarm.times) == (KEY, SENTENCE, 1)
    assert alarm.told_at is not None
    (mail,) = post.accepted
    assert b"client secret may have changed" in mail
    assert "rcpt TO:<support@sivient.example>" in post.commands


def test_an_alarm_that_goes_on_is_counted_and_mailed_once_a_day(post: PlayedServer) -> None:
    for _ in range(3):
        sound()
    assert (Alarm.objects.get().times, len(post.accepted)) == (3, 1)
    Alarm.objects.update(told_at=timezone.now() - timedelta(hours=25))
    sound()
    assert (Alarm.objects.get().times, len(post.accepted)) == (4, 2)


def test_each_alarm_has_a_day_of_its_own(post: PlayedServer) -> None:
    sound()
    sound("zoom:webhook")
    assert len(post.accepted) == 2


def test_an_alarm_stands_while_no_mail_can_leave_and_is_counted_once_for_all_tries(settings: Settings) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    sound()
    work = Work.objects.get(kind="ops.alarm")
    assert work.state == Work.State.WAITING
    assert Alarm.objects.get().told_at is None
    with mail_server() as server:
        settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}"
        Work.objects.update(run_at=timezone.now() - timedelta(seconds=1))
        run_due()
        assert len(server.accepted) == 1
    assert Alarm.objects.get().times == 1
    assert Alarm.objects.get().told_at is not None


def test_without_an_address_of_the_operator_the_alarm_is_only_noted(post: PlayedServer, settings: Settings) -> None:
    settings.SUPPORT_EMAIL = ""
    sound()
    assert Alarm.objects.get().told_at is None
    assert post.accepted == []
    assert Work.objects.get(kind="ops.alarm").state == Work.State.DONE


def test_an_alarm_that_is_over_goes_and_a_later_one_is_a_new_one(post: PlayedServer) -> None:
    sound()
    enqueue("ops.alarm_over", key=KEY)
    run_due()
    assert not Alarm.objects.exists()
    sound()
    assert Alarm.objects.get().times == 1
    assert len(post.accepted) == 2


def test_a_mail_that_is_late_does_not_bring_back_an_alarm_that_is_over(settings: Settings) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    sound()
    enqueue("ops.alarm_over", key=KEY)
    run_due()
    Work.objects.update(run_at=timezone.now() - timedelta(seconds=1))
    run_due()
    assert not Alarm.objects.exists()


def test_an_end_that_is_late_leaves_the_alarm_that_came_after_it(post: PlayedServer) -> None:
    enqueue("ops.alarm_over", key=KEY)
    Work.objects.update(run_at=timezone.now() + timedelta(hours=1))
    sound()
    Work.objects.filter(kind="ops.alarm_over").update(run_at=timezone.now() - timedelta(seconds=1))
    run_due()
    assert Alarm.objects.filter(key=KEY).exists()


def test_the_same_mail_is_the_same_message(post: PlayedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies between the mail and the note of it sends a copy, which mail programs recognize."""
    monkeypatch.setattr("sivient.ops.alarms.told", lambda alarm: None)
    for _ in range(2):
        sound()
    first, second = (mail.partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for mail in post.accepted)
    assert first == second
