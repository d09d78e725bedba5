"""The fallback link is in force: the host is told why, by mail and in the timeline, and what to know about it."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.delivery.fallback import why_fallback
from sivient.delivery.links import replace_link
from sivient.delivery.timeline import timeline
from sivient.jobs.worker import run_due
from sivient.scheduling.models import SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, deadline_comes, html_of, pass_time, text_of
from tests.factories import make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
FALLBACK = "https://meet.example/mara"
HOUR = timedelta(hours=1)
REFUSED, IN_TIME = "Zoom did not make the meeting: ", "Zoom had made no meeting in time: "


@pytest.fixture
def host() -> User:
    """A host with a fallback link."""
    host = make_host()
    SchedulingPage.objects.update(fallback_link=FALLBACK)
    return host


def words(post: Post, host: User) -> list[str]:
    """What the mails about the fallback link say, in both readings."""
    return [
        text_of(mail) + html_of(mail) for mail in post.to(host.email) if "Fallback link used" in str(mail["Subject"])
    ]


def line(booking: Booking) -> str:
    """What the timeline says about it."""
    fresh = Booking.objects.select_related("host__page").get(pk=booking.pk)
    (step,) = [step for step in timeline(fresh, timezone.now()) if step.title == "Your fallback link"]
    return step.detail


def test_after_a_refusal_the_host_is_told_at_once_with_zooms_reason(host: User, zoom: ZoomEmulator, post: Post) -> None:
    connect(zoom, host, "otto")
    booking = make_booking(make_event_type(host))
    run_due()
    (said,) = words(post, host)
    assert said.count(REFUSED) == 2
    assert said.count(FALLBACK) == 2
    assert said.count("the same for every booking") == 2
    assert said.count("another link in its place") == 4
    assert f"/bookings/{booking.pk}" in said
    assert line(booking).startswith(REFUSED)
    assert line(booking).split(": ")[1] in said
    pass_time()
    run_due()
    assert len(words(post, host)) == 1, "told once"


def test_at_the_deadline_the_reason_is_what_zoom_answered_last(host: User, zoom: ZoomEmulator, post: Post) -> None:
    connect(zoom, host)
    zoom.switch(answers_503=True)
    booking = make_booking(make_event_type(host))
    run_due()
    deadline_comes()
    run_due()
    assert line(booking).startswith(IN_TIME)
    assert words(post, host)[0].count(IN_TIME) == 2


def test_of_a_host_who_is_not_connected_it_says_so(host: User, post: Post) -> None:
    booking = make_booking(make_event_type(host))
    run_due()
    deadline_comes()
    run_due()
    assert line(booking) == IN_TIME + "Zoom is not connected."


def test_of_the_daily_limit_it_says_until_when(host: User, zoom: ZoomEmulator, post: Post) -> None:
    connect(zoom, host)
    booking = make_booking(make_event_type(host))
    midnight = datetime.combine(timezone.now().date() + timedelta(days=1), time(), UTC)
    start = max(midnight - HOUR, timezone.now() + timedelta(minutes=2))
    Booking.objects.update(start=start, end=start + HOUR / 2)
    zoom.inject("meeting-cap", times=5)
    run_due()
    assert Conference.objects.get().vendor == Conference.FALLBACK
    assert "they are used up" in line(booking)
    assert "Zoom makes meetings again from " in words(post, host)[0]
    assert "01:0" in line(booking)


def test_a_link_that_the_host_has_put_in_its_place_meanwhile_ends_the_matter(
    host: User, zoom: ZoomEmulator, post: Post
) -> None:
    connect(zoom, host, "otto")
    booking = make_booking(make_event_type(host))
    post.refuse("451")
    run_due()
    replace_link(booking, "https://meet.example/other", now=timezone.now())
    post.refuse("ok")
    pass_time()
    run_due()
    assert words(post, host) == []


def test_without_a_known_reason_it_says_only_what_is_true() -> None:
    assert why_fallback({}, "UTC") == "Zoom had made no meeting in time."
