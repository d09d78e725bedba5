"""The daily limit is used up: the host hears of it once for each day, with what it means for their bookings."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.delivery.work.pauses import plan_word
from sivient.jobs.worker import run_due
from sivient.ports.errors import Paused
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, html_of, text_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
UP = "Zoom's daily limit is used up"


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host in Berlin whose Zoom is connected and makes no meeting any more today."""
    host = make_host(timezone="Europe/Berlin")
    connect(zoom, host)
    zoom.inject("meeting-cap", times=9)
    return host


def told(post: Post, host: User) -> list[tuple[str, str]]:
    """Subject and words of the mails about the limit."""
    found = [mail for mail in post.to(host.email) if UP in str(mail["Subject"])]
    return [(str(mail["Subject"]), text_of(mail) + html_of(mail)) for mail in found]


def test_the_host_is_told_once_a_day_how_many_bookings_wait_and_until_when(host: User, post: Post) -> None:
    event_type = make_event_type(host)
    for hours in range(2):
        make_booking(event_type, start=MONDAY_10 + hours * HOUR)
    run_due()
    make_booking(event_type, start=MONDAY_10 + 3 * HOUR)
    run_due()
    ((subject, text),) = told(post, host)
    assert subject == f"{UP}: 2 bookings wait for their link"
    assert text.count("2 bookings wait for their link. Links are made again from ") == 2
    assert text.count("01:0") == 2, "midnight UTC in Berlin"
    assert text.count("gets your fallback link, or you are asked for a link") == 2
    assert text.count("/docs/zoom#limit") == 2
    plan_word(host, Paused("It is used up.", until=timezone.now() + timedelta(days=2)))
    run_due()
    assert len(told(post, host)) == 2, "another day"


def test_a_limit_that_is_over_or_of_a_host_who_has_left_zoom_is_no_news(host: User, post: Post) -> None:
    plan_word(host, Paused("It was used up.", until=timezone.now() - HOUR))
    run_due()
    plan_word(make_host(), Paused("It is used up.", until=timezone.now() + HOUR))
    run_due()
    assert post.all() == []
