"""Each request for a meeting is noted before it leaves, and what became of it: no meeting at Zoom is a surprise."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference, ConferenceAttempt
from sivient.booking.services import cancel
from sivient.delivery.attempts import CALL_LEASE, Asking
from sivient.delivery.links import possibly_unused
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due, run_once
from sivient.ports.conferencing import MeetingRequest
from sivient.vendors.zoom.conferencing import ZoomConferencing
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.emulator.app import PRODUCT_SCOPES
from tests.delivery.conftest import DELETE, FIND, Post, connect, pass_time
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
CREATE = "POST /v2/users/me/meetings"


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def booking(host: User) -> Booking:
    """A booking on Monday at ten."""
    return make_booking(make_event_type(host))


def outcomes() -> list[str]:
    """What became of each request, oldest first."""
    return list(ConferenceAttempt.objects.order_by("pk").values_list("outcome", flat=True))


def making() -> Work:
    """The step that makes the meeting."""
    return Work.objects.get(kind="delivery.conference")


def test_a_request_is_committed_and_its_work_is_held_before_it_leaves(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    create = ZoomConferencing.create

    def looking(zoom: ZoomConferencing, meeting: MeetingRequest) -> object:
        work = Work.objects.annotate(read_at=Now()).get(kind="delivery.conference")
        assert work.lease_until is not None
        seen.append((outcomes(), work.lease_until - work.read_at > timedelta(seconds=60)))
        return create(zoom, meeting)

    monkeypatch.setattr(ZoomConferencing, "create", looking)
    run_due()
    assert seen == [([""], True)]
    (attempt,) = booking.conference_attempts.all()
    assert (attempt.outcome, attempt.vendor, attempt.vendor_start) == ("made", "zoom", booking.start)
    assert abs(attempt.asked_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("create-answer-lost", "lost"),
        ("create-fails-after", "lost"),
        ("fails-before", "lost"),
        ("empty-body", "lost"),
        ("without-join-url", "lost"),
        ("too-fast", "refused"),
        ("meeting-cap", "refused"),
        ("may-not-host", "refused"),
        ("user-gone", "refused"),
    ],
)
def test_what_became_of_a_request(booking: Booking, zoom: ZoomEmulator, fault: str, outcome: str) -> None:
    zoom.inject(fault, route=CREATE)
    run_due()
    assert outcomes() == [outcome]
    assert len(possibly_unused(booking)) == (outcome == "lost")


def test_a_meeting_without_a_link_keeps_its_number_and_is_tried_again(booking: Booking, zoom: ZoomEmulator) -> None:
    zoom.inject("without-join-url")
    run_due()
    pass_time()
    run_due()
    assert outcomes() == ["lost", "made"]
    (left,) = possibly_unused(booking)
    assert left.external_id == str(zoom.meetings[0]["id"])
    assert Conference.objects.get().external_id == str(zoom.meetings[1]["id"])


def test_a_token_that_was_refused_makes_two_requests_of_one_run(booking: Booking, zoom: ZoomEmulator) -> None:
    zoom.inject("token-dies-now", route=CREATE)
    run_due()
    assert outcomes() == ["refused", "made"]
    assert (len(zoom.meetings), making().attempt) == (1, 1)


def test_what_a_killed_worker_had_asked_counts_as_lost_after_a_while(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process is gone: nothing of it runs any more."""

    def killed(zoom: ZoomConferencing, meeting: MeetingRequest) -> object:
        create(zoom, meeting)
        raise Killed

    create = ZoomConferencing.create
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(ZoomConferencing, "create", killed)
        run_once("killed")
    assert possibly_unused(booking) == [], "its answer may still come"
    ConferenceAttempt.objects.update(asked_at=timezone.now() - CALL_LEASE - timedelta(seconds=1))
    assert [attempt.outcome for attempt in possibly_unused(booking)] == [""]
    Work.objects.update(lease_until=timezone.now() - HOUR)
    pass_time()
    run_due()
    assert outcomes() == ["", "made"]
    assert (len(zoom.meetings), Conference.objects.filter(unused=False).count()) == (2, 1)


def test_a_worker_that_lost_its_lease_before_asking_does_not_ask(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Asking.before

    def late(asking: Asking) -> None:
        Work.objects.filter(pk=asking.work.pk).update(lease_until=timezone.now() - HOUR)
        before(asking)

    monkeypatch.setattr(Asking, "before", late)
    run_once("late")
    assert (zoom.meetings, outcomes()) == ([], [])


def test_zoom_is_back_and_what_waits_for_the_same_host_goes_now(host: User, zoom: ZoomEmulator) -> None:
    event_type = make_event_type(host)
    for hours in range(3):
        make_booking(event_type, start=MONDAY_10 + hours * HOUR)
    zoom.switch(answers_503=True)
    run_due()
    zoom.switch(answers_503=False)
    first = Work.objects.filter(kind="delivery.conference").order_by("pk").first()
    assert first is not None
    Work.objects.filter(kind="delivery.conference").update(run_at=timezone.now() + HOUR)
    Work.objects.filter(pk=first.pk).update(run_at=timezone.now() - HOUR)
    run_due()
    waiting = Work.objects.filter(kind="delivery.conference", state="waiting")
    assert waiting.filter(run_at__lt=timezone.now() + timedelta(seconds=6)).count() == 2
    pass_time()
    run_due()
    assert Conference.objects.filter(unused=False).count() == 3


def test_what_was_lost_is_found_before_zoom_is_asked_again(booking: Booking, zoom: ZoomEmulator) -> None:
    Grant.objects.all().delete()
    zoom.switch(scopes=[*PRODUCT_SCOPES, FIND])
    connect_again(zoom, booking.host)
    zoom.inject("create-answer-lost")
    run_due()
    pass_time()
    run_due()
    (meeting,) = zoom.meetings
    conference = Conference.objects.get()
    assert (conference.external_id, conference.unused) == (str(meeting["id"]), False)
    assert (outcomes(), possibly_unused(booking)) == (["found"], [])


def test_what_is_known_already_is_not_found_again(booking: Booking, zoom: ZoomEmulator) -> None:
    """The list still has the meeting that the booking had before: it is not what the lost request made."""
    Grant.objects.all().delete()
    zoom.switch(scopes=[*PRODUCT_SCOPES, FIND])
    connect_again(zoom, booking.host)
    run_due()
    Conference.objects.update(unused=True, replaced_at=NOW)
    Work.objects.filter(kind="delivery.conference").update(state="waiting", run_at=NOW - HOUR)
    zoom.inject("fails-before", route=CREATE)
    run_due()
    pass_time()
    run_due()
    assert len(zoom.meetings) == 2
    assert Conference.objects.get(unused=False).external_id == str(zoom.meetings[1]["id"])
    assert outcomes() == ["made", "lost", "made"]


def test_the_vendors_own_date_of_a_meeting_counts(booking: Booking, zoom: ZoomEmulator) -> None:
    zoom.inject("shifted-start", settings={"minutes": 120})
    run_due()
    assert Conference.objects.get().vendor_start == booking.start + 2 * HOUR


def test_cancelled_while_zoom_answers_the_meeting_is_noted_as_unused(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Asking.before

    def cancelling(asking: Asking) -> None:
        before(asking)
        cancel(booking, by="guest", now=timezone.now())

    monkeypatch.setattr(Asking, "before", cancelling)
    run_due()
    assert (outcomes(), possibly_unused(booking)) == (["made"], [])
    assert Conference.objects.get().unused


def connect_again(zoom: ZoomEmulator, host: User) -> None:
    """Connect with the scopes that Zoom gives now."""
    host.connections.all().delete()
    connect(zoom, host)


@pytest.mark.parametrize("tidies", [True, False])
def test_what_was_lost_is_found_although_its_booking_ended_meanwhile(
    booking: Booking, zoom: ZoomEmulator, *, tidies: bool
) -> None:
    """It is deleted with the scope for that; without it the host learns its number."""
    Grant.objects.all().delete()
    zoom.switch(scopes=[*PRODUCT_SCOPES, FIND, *([DELETE] if tidies else [])])
    connect_again(zoom, booking.host)
    zoom.inject("create-answer-lost")
    run_due()
    (meeting,) = zoom.meetings
    cancel(booking, by="guest", now=timezone.now())
    pass_time()
    run_due()
    conference = Conference.objects.get()
    assert (conference.external_id, conference.unused) == (str(meeting["id"]), True)
    assert (outcomes(), possibly_unused(booking)) == (["found"], [])
    assert len(zoom.meetings) == (0 if tidies else 1)
