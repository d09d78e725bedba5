"""Meetings that nobody can join: Zoom is asked once more, and then the host for a link (Zoom contract 4.2)."""

import pytest

from sivient.booking.models import ConferenceAttempt
from sivient.delivery.services import try_now
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.models import SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, pass_time, text_of
from tests.factories import make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SENTENCE = "Zoom has twice made a meeting without a link that guests can use."


def making() -> Work:
    """The step that makes the meeting."""
    return Work.objects.get(kind="delivery.conference")


@pytest.mark.parametrize("fault", ["without-join-url", "personal-id"])
def test_a_second_meeting_that_nobody_can_join_is_the_last(zoom: ZoomEmulator, post: Post, fault: str) -> None:
    host = make_host()
    connect(zoom, host)
    booking = make_booking(make_event_type(host))
    Grant.objects.update(pmi=zoom.people.find("mara").pmi)  # type: ignore[union-attr]
    zoom.inject(fault, times=None)
    run_due()
    assert (making().state, making().trouble) == ("waiting", "unknown")
    for _ in range(6):
        pass_time()
        run_due()
    assert list(ConferenceAttempt.objects.values_list("outcome", flat=True)) == ["lost", "lost"]
    work = making()
    assert (work.state, work.trouble, work.last_error) == ("failed", "rejected", SENTENCE)
    assert [SENTENCE in text_of(mail) for mail in post.to(host.email)].count(True) == 1
    try_now(booking)
    run_due()
    assert (ConferenceAttempt.objects.count(), making().state) == (3, "failed")


def test_the_fallback_link_takes_its_place(zoom: ZoomEmulator, post: Post) -> None:
    host = make_host()
    connect(zoom, host)
    SchedulingPage.objects.update(fallback_link="https://meet.example/mara")
    booking = make_booking(make_event_type(host))
    zoom.inject("without-join-url", times=None)
    for _ in range(3):
        run_due()
        pass_time()
    assert booking.conferences.get(unused=False).join_url == "https://meet.example/mara"
