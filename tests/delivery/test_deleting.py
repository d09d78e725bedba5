"""While Zoom is asked to delete a meeting, that meeting is nobody's link; and a link in force is not deleted."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.delivery.links import replace_link
from sivient.delivery.timeline import timeline
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due, run_once
from sivient.ports.errors import IntegrationError, OutcomeUnknown, Reconnect, Rejected, TryLater
from sivient.scheduling.meeting_link import LinkUnfit
from sivient.vendors.zoom.conferencing import ZoomConferencing
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import DELETE, Post, host_allowing, pass_time
from tests.factories import make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]
OWN = "https://meet.example/mara"


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host who lets us delete meetings."""
    return host_allowing(zoom, DELETE)


@pytest.fixture
def booking(host: User) -> Booking:
    """A booking whose Zoom link its host has just replaced: Zoom is about to be asked to delete the meeting."""
    booking = make_booking(make_event_type(host))
    run_due()
    replace_link(booking, OWN, now=timezone.now())
    return booking


def zooms() -> Conference:
    """The meeting that Zoom made."""
    return Conference.objects.get(vendor="zoom")


def give_back(booking: Booking) -> None:
    """Let the host paste the address of Zoom's meeting."""
    replace_link(booking, zooms().join_url, now=timezone.now())


def as_it_is_deleted(
    monkeypatch: pytest.MonkeyPatch, does: Callable[[], object], error: BaseException | None = None
) -> None:
    """Let something happen while the first request to delete is on its way, and the request end with the error."""
    ask = ZoomConferencing.delete

    def asking(zoom: ZoomConferencing, number: str) -> None:
        monkeypatch.setattr(ZoomConferencing, "delete", ask)
        does()
        if error is not None:
            raise error
        ask(zoom, number)

    monkeypatch.setattr(ZoomConferencing, "delete", asking)


def nothing() -> None:
    """Nothing happens."""


def test_a_meeting_that_is_being_deleted_is_not_the_link_again(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = []

    def tried() -> None:
        with pytest.raises(LinkUnfit, match="being deleted") as said:
            give_back(booking)
        refused.append(said)

    as_it_is_deleted(monkeypatch, tried)
    run_due()
    assert (len(refused), zoom.meetings) == (1, [])
    assert Conference.objects.get(unused=False).join_url == OWN


def test_a_meeting_that_was_deleted_is_not_the_link_again(booking: Booking) -> None:
    run_due()
    with pytest.raises(LinkUnfit, match=r"deleted in Zoom.*\.$"):
        give_back(booking)
    assert Conference.objects.get(unused=False).join_url == OWN


@pytest.mark.parametrize("error", [TryLater("Busy."), Reconnect("No."), Rejected("In progress.")])
def test_after_a_clear_no_the_meeting_may_be_the_link_again_and_stays(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch, error: IntegrationError
) -> None:
    as_it_is_deleted(monkeypatch, nothing, error)
    run_due()
    assert zooms().deleted_at is None
    give_back(booking)
    Work.objects.filter(kind="delivery.delete_conference").update(state="waiting")
    pass_time()
    run_due()
    assert len(zoom.meetings) == 1
    assert Conference.objects.get(unused=False).pk == zooms().pk


def test_when_nobody_knows_it_is_asked_again_and_not_the_link_meanwhile(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_it_is_deleted(monkeypatch, nothing, OutcomeUnknown("The answer was lost."))
    run_due()
    with pytest.raises(LinkUnfit):
        give_back(booking)
    as_it_is_deleted(monkeypatch, nothing, TryLater("Busy."))
    pass_time()
    run_due()
    with pytest.raises(LinkUnfit):
        give_back(booking)
    pass_time()
    run_due()
    assert zoom.meetings == []
    assert Work.objects.get(kind="delivery.delete_conference").result == {"deleted": zooms().external_id}


def test_what_a_killed_worker_was_deleting_is_deleted(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The worker's process is killed."""

    as_it_is_deleted(monkeypatch, nothing, Killed())
    with pytest.raises(Killed):
        while run_once("killed"):
            pass
    Work.objects.update(lease_until=None)
    run_due()
    assert zoom.meetings == []


def test_a_link_that_is_in_force_when_zoom_is_about_to_be_asked_is_not_deleted(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sivient.delivery.work import existing

    connects = existing.conferencing_for

    def given_back_first(*args: object) -> object:
        give_back(booking)
        return connects(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(existing, "conferencing_for", given_back_first)
    run_due()
    assert (len(zoom.meetings), zooms().unused, zooms().deleted_at) == (1, False, None)
    shown = [step.title for step in timeline(Booking.objects.get(pk=booking.pk), timezone.now())]
    assert not [title for title in shown if "removed" in title]
