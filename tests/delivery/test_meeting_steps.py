"""The lines about a meeting: where its link comes from, what happens without one, what becomes of it in Zoom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule, step_key
from sivient.booking.steps import CONFERENCE, DELETE, LINK_DUE, MOVE, deletion_key
from sivient.delivery.meeting_steps import needing_host
from sivient.delivery.step_words import Help, Step
from sivient.delivery.timeline import timeline
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.scheduling.models import SchedulingPage
from tests.factories import MONDAY_10, NOW, connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINK_LATE = "delivery.link_late"


@pytest.fixture
def host() -> User:
    """Mara in Berlin, whose meetings are in Zoom."""
    host = make_host(timezone="Europe/Berlin")
    connect_zoom(host)
    return host


@pytest.fixture
def booking(host: User) -> Booking:
    """Ada's, without a link so far."""
    return make_booking(make_event_type(host), name="Ada")


def steps(booking: Booking) -> dict[str, Step]:
    """The timeline as it is now, by title."""
    fresh = Booking.objects.select_related("host__page").get(pk=booking.pk)
    return {step.title: step for step in timeline(fresh, timezone.now())}


def conference(booking: Booking, **fields: object) -> Conference:
    """A Zoom meeting of the booking."""
    more = {"vendor": "zoom", "external_id": "84512903377", "join_url": "https://zoom.test/j/1"} | fields
    return Conference.objects.create(booking=booking, vendor_start=booking.start, created_at=NOW, **more)


def row(booking: Booking, kind: str = CONFERENCE, **fields: object) -> None:
    """Bring a step of the booking into a state."""
    assert Work.objects.filter(kind=kind, key=step_key(booking)).update(**fields)


@pytest.mark.parametrize(
    ("vendor", "title", "detail"),
    [
        (Conference.BY_HAND, "Your own link", "You gave it for this booking"),
        (Conference.FALLBACK, "Your fallback link", "Zoom had made no meeting."),
        ("zoom", "Zoom meeting created", "845 1290 3377"),
    ],
)
def test_a_link_says_where_it_comes_from(booking: Booking, vendor: str, title: str, detail: str) -> None:
    conference(booking, vendor=vendor, external_id="84512903377" if vendor == "zoom" else "")
    step = steps(booking)[title]
    assert (step.state, step.detail, step.at) == ("done", detail, NOW)


def test_a_pause_that_ends_after_the_start_needs_the_host_now(booking: Booking) -> None:
    paused = {"trouble": "paused", "last_error": "The daily limit is used up.", "attempt": 1}
    row(booking, run_at=booking.start - HOUR, **paused)
    assert steps(booking)["Zoom meeting"].state == "waiting"
    row(booking, run_at=booking.start, **paused)
    step = steps(booking)["Zoom meeting: needs you"]
    assert (step.state, step.next_at, step.helps) == ("needs_you", None, (Help.ADD_LINK,))
    assert step.detail == "The daily limit is used up. The time is safe. It begins before the next try."


@pytest.mark.parametrize("how", ["removed", "disconnected", "access ended"])
@pytest.mark.parametrize(
    "before",
    [{}, {"trouble": "paused", "last_error": "The daily limit is used up."}, {"trouble": "later", "attempt": 2}],
)
def test_without_a_connection_the_meeting_needs_the_host_whatever_it_met_before(
    booking: Booking, how: str, before: dict[str, object]
) -> None:
    row(booking, run_at=booking.start - HOUR, **before)
    if how == "access ended":
        Grant.objects.update(state="needs_reconnect")
    else:
        Connection.objects.update(state="deauthorized" if how == "removed" else how, grant=None)
    step = steps(booking)["Zoom meeting: needs you"]
    assert (step.state, step.next_at, step.helps) == ("needs_you", None, (Help.RECONNECT,))
    assert step.detail == "Zoom is not connected. The time is safe."
    assert needing_host([booking], timezone.now()) == {booking.pk}


def test_without_trouble_the_deadline_is_no_news(booking: Booking) -> None:
    assert not any(title.startswith("Asking you") for title in steps(booking))


@pytest.mark.parametrize(
    ("fallback", "title"), [("", "Asking you for a link"), ("https://meet.example/mara", "Your fallback link")]
)
def test_in_trouble_it_is_said_what_happens_at_the_deadline(booking: Booking, fallback: str, title: str) -> None:
    SchedulingPage.objects.update(fallback_link=fallback)
    row(booking, state="failed", trouble="rejected", last_error="No permission.")
    step = steps(booking)[title]
    assert (step.state, step.detail) == ("waiting", "If there is no link by then")
    assert step.next_at == Work.objects.get(kind=LINK_DUE).run_at


def test_who_was_asked_and_told_is_said(booking: Booking) -> None:
    row(booking, state="failed", trouble="rejected", last_error="No permission.")
    row(booking, LINK_DUE, state="done", done_at=NOW, result={"asked": True})
    enqueue(LINK_LATE, key=step_key(booking), payload={}, run_at=MONDAY_10 - HOUR)
    said = steps(booking)
    assert (said["You were asked for a link"].state, said["You were asked for a link"].at) == ("done", NOW)
    assert said["Telling Ada that the link is late"].next_at == MONDAY_10 - HOUR
    row(booking, LINK_LATE, state="done", done_at=NOW, result={"told": True})
    assert steps(booking)["Ada was told that the link is late"].at == NOW


@pytest.mark.parametrize("result", [{}, {"asked": False}, {"fallback": True}])
def test_a_deadline_that_asked_nobody_is_no_line(booking: Booking, result: dict[str, bool]) -> None:
    row(booking, LINK_DUE, state="done", done_at=NOW, result=result)
    assert not any("asked" in title for title in steps(booking))


def test_a_link_ends_the_talk_of_its_deadline(booking: Booking) -> None:
    row(booking, LINK_DUE, state="done", done_at=NOW, result={"asked": True})
    conference(booking)
    assert not any("asked" in title for title in steps(booking))


def test_a_meeting_that_runs_without_a_link_needs_the_host_and_one_that_is_over_has_missed_it(booking: Booking) -> None:
    now = timezone.now()
    Booking.objects.filter(pk=booking.pk).update(start=now - HOUR, end=now + HOUR)
    running = steps(booking)["No Zoom meeting: needs you"]
    assert (running.state, running.helps) == ("needs_you", (Help.ADD_LINK,))
    Booking.objects.filter(pk=booking.pk).update(end=now - HOUR / 2)
    over = steps(booking)["No Zoom meeting"]
    assert (over.state, over.helps) == ("missed", ())


@pytest.mark.parametrize("how", ["never planned", "gave way"])
def test_a_booking_for_which_nobody_makes_a_meeting_needs_the_host(booking: Booking, how: str) -> None:
    if how == "never planned":
        Work.objects.filter(kind=CONFERENCE).delete()
    else:
        row(booking, state="done", done_at=NOW)
    assert steps(booking)["No Zoom meeting: needs you"].helps == (Help.ADD_LINK,)


def test_a_meeting_that_moves_along_is_a_line_of_its_own(booking: Booking) -> None:
    conference(booking)
    moved = reschedule(booking, MONDAY_10 + DAY, by="guest", now=timezone.now())
    enqueue(MOVE, key=step_key(moved), payload={})
    assert steps(moved)["Moving the Zoom meeting"].state == "waiting"
    row(moved, MOVE, state="parked", trouble="reconnect", last_error="Zoom is not connected.")
    assert steps(moved)["Moving the Zoom meeting: needs you"].helps == (Help.RECONNECT,)
    row(moved, MOVE, state="done", done_at=NOW)
    assert "Zoom meeting moved to the new time" not in steps(moved), "it gave way"
    Conference.objects.update(vendor_start=moved.start)
    assert steps(moved)["Zoom meeting moved to the new time"].at == NOW


def test_a_meeting_that_is_removed_is_a_line_of_its_own(booking: Booking) -> None:
    meeting = conference(booking)
    cancel(booking, by="host", now=timezone.now())
    enqueue(DELETE, key=deletion_key(meeting.pk), payload={})
    assert steps(booking)["Removing Zoom meeting 845 1290 3377"].state == "waiting"
    Work.objects.filter(kind=DELETE).update(state="done", done_at=NOW)
    Conference.objects.update(deleted_at=NOW)
    assert steps(booking)["Zoom meeting 845 1290 3377 removed from Zoom"].at == NOW


def test_a_link_that_was_replaced_is_folded(booking: Booking) -> None:
    conference(booking, unused=True, replaced_at=NOW)
    conference(booking, vendor=Conference.BY_HAND, external_id="", unused=True, replaced_at=NOW)
    conference(booking)
    folded = [(step.title, step.detail) for step in steps(booking)["Before the last change"].folded]
    assert folded == [("Zoom meeting created", "845 1290 3377, replaced since"), ("Your own link", "Replaced since")]
