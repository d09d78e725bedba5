"""Row 40 of the table of failures: an update of the zones' data brings a new law, and bookings stand ahead of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.jobs.models import Work
from sivient.jobs.worker import plant_periodic, run_due
from sivient.scheduling.models import Platform
from tests.delivery.conftest import Post
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host
from tests.new_law import new_law

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
NIGHTLY = "booking.clocks"


def next_night() -> None:
    """Let the worker do its nightly comparison, and what follows from it."""
    plant_periodic()
    Work.objects.exclude(kind=NIGHTLY).filter(key="every").delete()  # nothing else that is periodic
    Work.objects.filter(kind=NIGHTLY).update(run_at=timezone.now())
    run_due()


def test_row_40_a_new_law_moves_no_booking_and_the_host_decides_for_each(post: Post, tmp_path: Path) -> None:
    host, browser = make_host(platform=Platform.PHONE, platform_details="+49 30 1"), Client()
    browser.force_login(host)
    event_type = make_event_type(host)
    first, second = (make_booking(event_type, start=MONDAY_10 + n * 2 * HOUR, name=f"Guest {n}") for n in range(2))
    next_night()
    assert "Clocks changed" not in browser.get("/bookings").content.decode(), "no law has changed yet"
    before = len(post.to(first.guest_email))
    with new_law(tmp_path / "zones", "Europe/Berlin", like="Europe/London"):
        next_night()
        next_night()
        assert browser.get("/bookings").content.decode().count("Clocks changed") == 2
        assert len([mail for mail in post.to(host.email) if "clocks have changed" in str(mail["Subject"])]) == 1
        assert [each.start for each in Booking.objects.order_by("pk")] == [first.start, second.start]
        assert len(post.to(first.guest_email)) == before, "guests hear nothing until the host has decided"
        browser.post(f"/bookings/{first.pk}/clocks/leave", {"version": first.version})
        browser.post(f"/bookings/{second.pk}/clocks/move", {"version": second.version})
        next_night()
        assert "Clocks changed" not in browser.get("/bookings").content.decode()
    assert [each.start for each in Booking.objects.order_by("pk")] == [first.start, second.start + HOUR]
    (mail,) = post.to(first.guest_email)[before:]
    assert str(mail["Subject"]).startswith("Rescheduled: Intro call")
