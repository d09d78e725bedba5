"""A fallback link that is saved when bookings have waited in vain for one is used for them at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.services import save_settings
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, deadline_comes, event_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
FALLBACK = "https://meet.example/mara"
DUE = "delivery.link_due"


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host whose Zoom is connected, and says nothing."""
    host = make_host()
    connect(zoom, host)
    zoom.switch(answers_503=True)
    return host


def save(host: User, link: str) -> None:
    """Let the host save this fallback link."""
    save_settings(host, handle=str(host.handle), platform="", details="", fallback_link=link)


def wanted() -> list[str]:
    """The states of the work that saving a fallback link has planned."""
    return list(Work.objects.filter(kind="delivery.fallback_saved").values_list("state", flat=True))


def test_it_is_used_where_the_deadline_has_passed_and_nowhere_else(host: User, post: Post) -> None:
    event_type = make_event_type(host)
    near = make_booking(event_type)
    run_due()
    deadline_comes()
    run_due()
    later = make_booking(event_type, start=MONDAY_10 + timedelta(days=1))
    asked = len(post.to(host.email))
    save(host, FALLBACK)
    run_due()
    assert Conference.objects.get(unused=False).booking == near
    assert Conference.objects.get().join_url == FALLBACK
    assert str(event_of(post.to("ada@guest.example")[-1])[1]["LOCATION"]) == FALLBACK
    assert Work.objects.get(kind=DUE, key=f"booking:{later.pk}:1").state == "waiting"
    assert len(post.to(host.email)) <= asked + 2, "the host gets the invites, and is not asked again"
    assert not [mail for mail in post.to(host.email)[asked:] if "No Zoom link" in str(mail["Subject"])]


def test_a_deadline_whose_mail_does_not_leave_goes_on_with_it(host: User, post: Post) -> None:
    booking = make_booking(make_event_type(host))
    run_due()
    post.refuse("451")
    deadline_comes()
    run_due()
    assert Work.objects.get(kind=DUE).run_at > timezone.now()
    save(host, FALLBACK)
    run_due()
    assert Conference.objects.get(booking=Booking.objects.get(pk=booking.pk)).join_url == FALLBACK


def test_only_a_new_link_is_news(host: User) -> None:
    save(host, "")
    assert wanted() == []
    save(host, FALLBACK)
    assert wanted() == ["waiting"]
    run_due()
    save(host, FALLBACK)
    save_settings(host, handle=str(host.handle), platform="", details="", paused=True)
    save(host, "")
    assert wanted() == ["done"]
