"""A booking moves further than its link lasts by itself: until its meeting has followed, it waits for a link."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.delivery.links import use_fallback, waiting_for_link
from sivient.delivery.meeting_steps import linkless, needing_host
from sivient.delivery.step_words import Help, Step
from sivient.delivery.timeline import timeline
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ops.findings.bookings import look
from sivient.scheduling.models import SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import MOVE, Post, deadline_comes, event_of, host_allowing, pass_time
from tests.delivery.test_existing import BEYOND, GUEST, HOUR, move
from tests.factories import MONDAY_10, make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]
FALLBACK = "https://meet.example/mara"
DUE = "delivery.link_due"


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host who lets us move meetings."""
    return host_allowing(zoom, MOVE)


@pytest.fixture
def booking(host: User, zoom: ZoomEmulator) -> Booking:
    """A booking that moved beyond the life of its link while Zoom says nothing."""
    booking = make_booking(make_event_type(host))
    run_due()
    zoom.switch(answers_503=True)
    moved = move(booking, BEYOND)
    run_due()
    return moved


def waiting(booking: Booking) -> list[Booking]:
    """The bookings that wait for a link, as the host's banner counts them."""
    return list(waiting_for_link(booking.host_id, now=timezone.now()))


def steps(booking: Booking) -> dict[str, Step]:
    """The timeline as it is now, by title."""
    fresh = Booking.objects.select_related("host__page").get(pk=booking.pk)
    return {step.title: step for step in timeline(fresh, timezone.now())}


def test_it_waits_for_a_link_everywhere_until_its_meeting_has_followed(booking: Booking, zoom: ZoomEmulator) -> None:
    assert waiting(booking) == linkless([booking]) == [booking]
    assert needing_host([booking], timezone.now()) == set(), "it comes by itself"
    assert [finding.code for finding in look(timezone.now())] == ["links-late"]
    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    assert waiting(booking) == linkless([booking]) == []
    assert list(look(timezone.now())) == []


def test_within_the_life_of_its_link_it_waits_for_none(host: User, zoom: ZoomEmulator) -> None:
    booking = make_booking(make_event_type(host))
    run_due()
    zoom.switch(answers_503=True)
    moved = move(booking, HOUR)
    assert waiting(moved) == linkless([moved]) == []
    assert not Work.objects.filter(kind=DUE, key=f"booking:{booking.pk}:2").exists()


def test_at_the_deadline_it_gets_the_fallback_link_which_stays(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    assert Work.objects.get(kind=DUE, key=f"booking:{booking.pk}:2").run_at == MONDAY_10 + BEYOND - HOUR
    SchedulingPage.objects.update(fallback_link=FALLBACK)
    deadline_comes()
    run_due()
    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    assert Conference.objects.get(unused=False).join_url == FALLBACK
    assert str(event_of(post.to(GUEST)[-1])[1]["LOCATION"]) == FALLBACK
    assert zoom.meetings[0]["start_time"] == f"{MONDAY_10:%Y-%m-%dT%H:%M:%SZ}"


def test_without_a_fallback_link_the_host_is_asked_for_one(booking: Booking, post: Post) -> None:
    deadline_comes()
    run_due()
    assert "No Zoom link yet" in str(post.to(booking.host.email)[-1]["Subject"])


def test_a_fallback_link_that_leads_to_a_deleted_meeting_is_none(booking: Booking) -> None:
    link = Conference.objects.get().join_url
    Conference.objects.update(unused=True, deleted_at=timezone.now())
    SchedulingPage.objects.update(fallback_link=link)
    assert use_fallback(Booking.objects.get(pk=booking.pk), now=timezone.now()) is None


def test_a_meeting_that_has_followed_keeps_the_fallback_link_away(booking: Booking) -> None:
    SchedulingPage.objects.update(fallback_link=FALLBACK)
    Conference.objects.update(vendor_start=booking.start)
    assert use_fallback(Booking.objects.get(pk=booking.pk), now=timezone.now()) is None


def test_when_the_permission_ends_the_host_is_needed(booking: Booking) -> None:
    Grant.objects.update(state="needs_reconnect", reason="Zoom says no.", state_since=timezone.now())
    pass_time()
    run_due()
    assert steps(booking)["Moving the Zoom meeting: needs you"].helps == (Help.RECONNECT,)
    assert needing_host([booking], timezone.now()) == {booking.pk}


def test_a_try_that_would_come_after_the_start_is_a_call_for_help(booking: Booking) -> None:
    Work.objects.filter(kind="delivery.move_conference").update(run_at=booking.start)
    assert Help.ADD_LINK in steps(booking)["Moving the Zoom meeting: needs you"].helps


@pytest.mark.parametrize(("since", "title"), [(0, "Zoom meeting not moved: needs you"), (-1, "Zoom meeting not moved")])
def test_a_meeting_that_did_not_follow_in_time_is_no_meeting_that_moved(
    booking: Booking, since: int, title: str
) -> None:
    begun = timezone.now() - booking.start - timedelta(minutes=1) + since * HOUR
    Booking.objects.update(start=F("start") + begun, end=F("end") + begun)
    Conference.objects.update(vendor_start=timezone.now() - 2 * BEYOND)
    pass_time()
    run_due()
    shown = steps(booking)
    assert "before Zoom had moved it" in shown[title].detail
    assert "Zoom meeting moved to the new time" not in shown


def test_the_doctor_has_the_meeting_moved_when_its_step_is_gone(booking: Booking, zoom: ZoomEmulator) -> None:
    Work.objects.filter(kind="delivery.move_conference").delete()
    (finding,) = look(timezone.now())
    assert (finding.code, finding.fix is not None) == ("link-lost", True)
    assert finding.fix is not None
    finding.fix()
    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    assert waiting(booking) == []
