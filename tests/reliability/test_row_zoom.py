"""Rows 9 to 13 of the table of failures: Zoom that says nothing, the wrong thing, or not now."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.delivery.step_words import Help
from sivient.delivery.timeline import timeline
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.models import SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.emulator.app import PRODUCT_SCOPES
from tests.delivery.conftest import Post, event_of, sequence_of, text_of
from tests.factories import MONDAY_10, make_event_type
from tests.reliability.living import (
    GUEST,
    attempts,
    book,
    connected_host,
    creates,
    link_of,
    meeting_step,
    states,
    told_link,
    work_on,
)

pytestmark = pytest.mark.django_db(transaction=True)
FALLBACK = "https://meet.example/mara"
LOOK = "meeting:read:list_meetings"


@pytest.mark.parametrize(
    ("fault", "settings"),
    [("create-answer-lost", {}), ("empty-body", {}), ("create-fails-after", {"status": 502})],
    ids=["answer lost", "no body", "502 after it was made"],
)
def test_row_09_a_meeting_whose_answer_was_lost_is_found_before_another_is_asked_for(
    fault: str, settings: dict[str, int], zoom: ZoomEmulator
) -> None:
    zoom.switch(scopes=[*PRODUCT_SCOPES, LOOK])
    booking = book(make_event_type(connected_host(zoom)))
    zoom.inject(fault, settings=settings)
    work_on(rounds=2)
    (meeting,) = zoom.meetings
    assert link_of(booking) == meeting["join_url"]
    assert (creates(zoom), attempts(booking)) == (1, ["found"])


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize(("fault", "left_behind"), [("create-fails-after", 1), ("fails-before", 0)])
def test_row_10_a_server_error_counts_as_a_lost_answer_and_is_tried_again(
    fault: str, left_behind: int, status: int, zoom: ZoomEmulator
) -> None:
    booking = book(make_event_type(connected_host(zoom)))
    zoom.inject(fault, settings={"status": status}, route="POST /v2/users/me/meetings")
    run_due()
    step = meeting_step(booking)
    assert (step.state, step.trouble) == (Work.State.WAITING, Work.Trouble.UNKNOWN)
    assert timedelta(seconds=3) < step.run_at - timezone.now() < timedelta(seconds=8)
    assert "trying" in states(booking)
    work_on(rounds=2)
    assert link_of(booking) == zoom.meetings[-1]["join_url"]
    assert len(zoom.meetings) == 1 + left_behind
    assert attempts(booking) == ["lost", "made"], "nobody knows whether it left a meeting behind"


def test_row_11_without_an_answer_the_invite_says_that_the_link_follows_and_the_same_event_brings_it(
    zoom: ZoomEmulator, post: Post
) -> None:
    booking = book(make_event_type(connected_host(zoom)))
    zoom.switch(answers_503=True)
    work_on(rounds=2)
    (without,) = post.to(GUEST)
    assert "link" in text_of(without)
    assert "zoom.us/j/" not in text_of(without)
    zoom.switch(answers_503=False)
    work_on(rounds=2)
    (_, update) = post.to(GUEST)
    assert told_link(post) == link_of(booking)
    assert event_of(update)[1]["UID"] == event_of(without)[1]["UID"]
    assert sequence_of(update) == sequence_of(without) + 1


@pytest.mark.parametrize("fallback", ["", FALLBACK], ids=["no fallback link", "a fallback link"])
def test_row_11_an_hour_before_the_meeting_the_fallback_link_is_used_or_the_host_is_asked_for_one(
    fallback: str, zoom: ZoomEmulator, post: Post
) -> None:
    host = connected_host(zoom)
    booking = book(make_event_type(host))
    SchedulingPage.objects.filter(host=host).update(fallback_link=fallback)
    zoom.switch(answers_503=True)
    work_on(rounds=2)
    deadline = Work.objects.get(kind="delivery.link_due")
    assert deadline.run_at == booking.start - timedelta(hours=1)
    told = len(post.to(host.email))
    its_time_has_come(booking)
    work_on(rounds=2)
    if fallback:
        assert (link_of(booking), told_link(post)) == (FALLBACK, FALLBACK)
    else:
        assert not booking.conferences.exists()
        assert "needs_you" in states(booking)
    assert len(post.to(host.email)) > told


def its_time_has_come(booking: Booking) -> None:
    """Let the deadline for the booking's link be now."""
    soon = timezone.now() + timedelta(minutes=59)
    Booking.objects.filter(pk=booking.pk).update(start=soon, end=soon + timedelta(minutes=30))
    Work.objects.filter(kind="delivery.link_due").update(run_at=timezone.now())


@pytest.mark.parametrize("header", ["none", "seconds", "date", "iso"])
def test_row_12_a_limit_per_second_is_waited_out_in_seconds(header: str, zoom: ZoomEmulator) -> None:
    booking = book(make_event_type(connected_host(zoom)))
    zoom.inject("too-fast", settings={"retry_after": header}, route="POST /v2/users/me/meetings", times=2)
    run_due()
    step = meeting_step(booking)
    assert step.state == Work.State.WAITING
    assert timedelta(seconds=0) < step.run_at - timezone.now() < timedelta(seconds=10)
    work_on(rounds=2)
    assert link_of(booking) == zoom.meetings[0]["join_url"]
    assert len(zoom.meetings) == 1


@pytest.mark.parametrize("fault", ["daily-limit", "meeting-cap"])
@pytest.mark.parametrize("header", ["none", "iso", "seconds", "date"])
def test_row_13_a_daily_limit_ends_at_midnight_utc_however_zoom_writes_it(
    fault: str, header: str, zoom: ZoomEmulator
) -> None:
    booking = book(make_event_type(connected_host(zoom)))
    zoom.inject(fault, settings={"retry_after": header}, times=None, route="POST /v2/users/me/meetings")
    run_due()
    midnight = datetime.combine(timezone.now().date() + timedelta(days=1), datetime.min.time(), UTC)
    step = meeting_step(booking)
    assert timedelta(seconds=-2) <= step.run_at - midnight <= timedelta(minutes=2)
    work_on(rounds=2)
    assert creates(zoom) == 1, "Zoom is not asked again before"
    assert "waiting" in states(booking)


@pytest.mark.parametrize("fallback", ["", FALLBACK], ids=["no fallback link", "a fallback link"])
def test_row_13_a_booking_that_begins_before_the_limit_ends_gets_the_fallback_link_or_its_host_is_asked_at_once(
    fallback: str, zoom: ZoomEmulator, post: Post
) -> None:
    host = connected_host(zoom)
    Grant.objects.update(paused_until=MONDAY_10 + timedelta(hours=1), pause_reason="The daily limit is used up.")
    SchedulingPage.objects.filter(host=host).update(fallback_link=fallback)
    event_type = make_event_type(host)
    early = book(event_type, email="bo@guest.example")
    later = book(event_type, MONDAY_10 + timedelta(hours=2))
    work_on(rounds=3)
    assert creates(zoom) == 0
    assert not later.conferences.exists()
    assert meeting_step(later).state == Work.State.WAITING
    if fallback:
        assert (link_of(early), told_link(post, early.guest_email)) == (FALLBACK, FALLBACK)
    else:
        assert any(Help.ADD_LINK in step.helps for step in timeline(early, timezone.now()))
        asked = Work.objects.get(kind="delivery.link_due", key=f"booking:{early.pk}:1")
        assert asked.result["asked"]
        assert len([mail for mail in post.to(host.email) if "No Zoom link" in str(mail["Subject"])]) == 1


def test_row_13_the_host_is_warned_at_the_ninetieth_meeting_of_a_day(zoom: ZoomEmulator, post: Post) -> None:
    host = connected_host(zoom)
    event_type = make_event_type(host)
    Grant.objects.update(changes=88, changes_on=timezone.now().date())
    for n in range(3):
        book(event_type, MONDAY_10 + n * timedelta(hours=1))
        work_on(rounds=2)
    warnings = [mail for mail in post.to(host.email) if str(mail["Subject"]).startswith("90 of 100")]
    assert len(warnings) == 1
    assert Grant.objects.get().changes == 91
