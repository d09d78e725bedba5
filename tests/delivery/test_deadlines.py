"""A booking without a link in time: the fallback link, or a word to the host and to the guest, each once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.booking.steps import link_deadline
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.models import SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, deadline_comes, event_of, pass_time, sequence_of, text_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
FALLBACK = "https://meet.example/mara"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUE, LATE = "delivery.link_due", "delivery.link_late"


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host whose Zoom is connected, and says nothing."""
    host = make_host()
    connect(zoom, host)
    zoom.switch(answers_503=True)
    return host


@pytest.fixture
def booking(host: User) -> Booking:
    """A booking in a week or two, invited without a link."""
    booking = make_booking(make_event_type(host))
    pass_time()
    run_due()
    return booking


def subjects(post: Post, address: str) -> list[str]:
    """What mails to somebody are about, in order."""
    return [str(mail["Subject"]).partition(":")[0] for mail in post.to(address)]


@pytest.mark.parametrize(
    ("ahead", "deadline"), [(DAY, DAY - HOUR), (65 * MINUTE, 5 * MINUTE), (30 * MINUTE, 5 * MINUTE), (MINUTE, MINUTE)]
)
def test_a_link_is_needed_an_hour_before_and_may_take_five_minutes(ahead: timedelta, deadline: timedelta) -> None:
    assert link_deadline(Booking(start=MONDAY_10), now=MONDAY_10 - ahead) == MONDAY_10 - ahead + deadline


def test_the_deadline_is_planned_with_the_booking_and_again_with_a_new_time(booking: Booking) -> None:
    assert Work.objects.get(kind=DUE).run_at == MONDAY_10 - HOUR
    reschedule(booking, MONDAY_10 + DAY, by="host", now=timezone.now())
    assert Work.objects.get(kind=DUE, key=f"booking:{booking.pk}:2").run_at == MONDAY_10 + DAY - HOUR
    deadline_comes()
    assert run_due() > 0
    assert Work.objects.get(kind=DUE, key=f"booking:{booking.pk}:1").result == {}, "the old time's gives way"


def test_at_the_deadline_the_host_is_asked_and_the_guest_is_told_each_once(booking: Booking, post: Post) -> None:
    Booking.objects.update(start=timezone.now() + 50 * MINUTE, end=timezone.now() + 80 * MINUTE)
    deadline_comes()
    run_due()
    assert subjects(post, booking.host.email) == ["Invitation", "No Zoom link yet"]
    assert subjects(post, GUEST) == ["Invitation", "The link follows"]
    asked, told = post.to(booking.host.email)[-1], post.to(GUEST)[-1]
    assert f"/bookings/{booking.pk}" in text_of(asked)
    assert "Zoom has not made the meeting so far: " in text_of(asked)
    assert "you get it by email" in text_of(told)
    assert booking.token in text_of(told)
    for kind in (DUE, LATE):
        Work.objects.filter(kind=kind).update(state="waiting", run_at=timezone.now())
    run_due()
    assert (len(post.to(booking.host.email)), len(post.to(GUEST))) == (2, 2)


def test_with_a_fallback_link_everybody_gets_it_and_nobody_is_asked(booking: Booking, post: Post) -> None:
    SchedulingPage.objects.update(fallback_link=FALLBACK)
    deadline_comes()
    run_due()
    conference = Conference.objects.get()
    assert (conference.vendor, conference.unused) == ("fallback", False)
    for address in (GUEST, booking.host.email):
        first, second = [mail for mail in post.to(address) if "Fallback" not in str(mail["Subject"])]
        assert str(event_of(second)[1]["LOCATION"]) == FALLBACK
        assert (sequence_of(first), sequence_of(second)) == (0, 1)
        assert event_of(first)[1]["UID"] == event_of(second)[1]["UID"]


def test_when_zoom_comes_back_after_the_fallback_it_is_not_asked_for_a_meeting(
    booking: Booking, zoom: ZoomEmulator
) -> None:
    SchedulingPage.objects.update(fallback_link=FALLBACK)
    deadline_comes()
    run_due()
    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    assert zoom.meetings == []
    assert Conference.objects.get().join_url == FALLBACK


def test_when_zoom_comes_back_after_the_words_the_link_arrives(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    deadline_comes()
    run_due()
    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    assert str(event_of(post.to(GUEST)[-1])[1]["LOCATION"]) == Conference.objects.get().join_url


def test_a_booking_with_a_link_or_none_any_more_has_no_deadline(host: User, zoom: ZoomEmulator, post: Post) -> None:
    zoom.switch(answers_503=False)
    event_type = make_event_type(host)
    make_booking(event_type)
    off = make_booking(event_type, start=MONDAY_10 + HOUR)
    cancel(off, by="guest", now=timezone.now())
    run_due()
    before = len(post.all())
    deadline_comes()
    run_due()
    assert len(post.all()) == before
    assert not Work.objects.filter(kind=LATE).exists()


def test_a_refusal_for_good_asks_the_host_at_once_and_the_guest_hears_when_it_is_near(
    zoom: ZoomEmulator, post: Post
) -> None:
    host = make_host()
    connect(zoom, host, "otto")
    make_booking(make_event_type(host))
    run_due()
    (asked,) = [mail for mail in post.to(host.email) if "No Zoom link:" in str(mail["Subject"])]
    assert "Zoom did not make the meeting: " in text_of(asked)
    assert "Try now" in text_of(asked)
    assert "The link follows" not in subjects(post, GUEST)
    assert Work.objects.get(kind=LATE).run_at == MONDAY_10 - HOUR
    deadline_comes(LATE)
    run_due()
    assert subjects(post, GUEST).count("The link follows") == 1


def test_a_refusal_for_good_uses_the_fallback_link_at_once(zoom: ZoomEmulator, post: Post) -> None:
    host = make_host()
    connect(zoom, host, "otto")
    SchedulingPage.objects.update(fallback_link=FALLBACK)
    make_booking(make_event_type(host))
    run_due()
    assert Conference.objects.get().join_url == FALLBACK
    assert "No Zoom link" not in subjects(post, host.email)


def test_a_fallback_link_that_is_set_after_the_host_was_asked_still_helps(booking: Booking, post: Post) -> None:
    Work.objects.filter(kind=DUE).update(run_at=timezone.now())
    run_due()
    SchedulingPage.objects.update(fallback_link=FALLBACK)
    deadline_comes(LATE)
    run_due()
    assert str(event_of(post.to(GUEST)[-1])[1]["LOCATION"]) == FALLBACK
    assert "The link follows" not in subjects(post, GUEST)


@pytest.mark.parametrize(("ahead", "asked"), [(-HOUR, 1), (59 * MINUTE, 1), (3 * HOUR, 0)])
def test_a_daily_limit_asks_at_once_for_meetings_that_begin_before_it_ends(
    zoom: ZoomEmulator, post: Post, ahead: timedelta, asked: int
) -> None:
    """`ahead` is how long after the end of the limit the meeting begins; its link is needed an hour earlier."""
    host = make_host()
    connect(zoom, host)
    now = timezone.now()
    midnight = datetime.combine(now.date() + DAY, time(), UTC)
    start = max(midnight + ahead, now + 2 * MINUTE)
    booking = make_booking(make_event_type(host))
    Booking.objects.update(start=start, end=start + HOUR / 2)
    zoom.inject("meeting-cap", times=5)
    run_due()
    pass_time()
    run_due()
    assert subjects(post, booking.host.email).count("No Zoom link yet") == asked
    assert Work.objects.get(kind="delivery.conference").trouble == "paused"
    assert len(zoom.injections) == 1, "asked once"


def test_a_host_without_an_address_is_not_asked_and_the_guest_is_told(zoom: ZoomEmulator, post: Post) -> None:
    make_booking(make_event_type(make_host(email="")))
    run_due()
    Booking.objects.update(start=timezone.now() + HOUR / 2, end=timezone.now() + HOUR)
    deadline_comes()
    run_due()
    assert "The link follows" in subjects(post, GUEST)
