"""A plan that opens the page no more keeps the connections for thirty days (Zoom contract chapter 8)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.accounts.services import set_plan
from sivient.integrations import work
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.console.calendaring import connect_calendars
from tests.delivery.conftest import Post, html_of, text_of
from tests.factories import make_host
from tests.integrations.zoom import connect

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host with Zoom and a calendar, whose plan has just become free."""
    host = make_host(timezone="Europe/Berlin")
    connect(host, zoom)
    connect_calendars(host)
    set_plan(host, "free")
    return host


def after(time: timedelta) -> set[str]:
    """Let the plan have ended so long ago, do the hourly work, and return what is still connected."""
    User.objects.update(unplanned_since=timezone.now() - time)
    work.tidy(Work())
    run_due()
    return set(Connection.objects.filter(state="connected").values_list("vendor", flat=True))


def test_row_32_after_thirty_days_everything_is_disconnected_and_the_tokens_are_gone(host: User) -> None:
    assert after(30 * DAY - MINUTE) == {"zoom", "google"}
    assert after(30 * DAY) == set()
    assert not Grant.objects.exists()


def test_a_week_before_the_host_is_told_once(host: User, post: Post) -> None:
    after(23 * DAY - MINUTE)
    assert post.all() == []
    User.objects.update(unplanned_since=timezone.now() - 23 * DAY)
    for _ in range(2):
        work.tidy(Work())
        run_due()
    (mail,) = post.to(host.email)
    assert str(mail["Subject"]).startswith("Your connections end on ")
    for words in (text_of(mail), html_of(mail)):
        assert "Zoom and Google Calendar. Then it is disconnected here" in words


def test_with_the_plan_back_in_time_everything_stays(host: User, post: Post) -> None:
    set_plan(host, "pro")
    work.tidy(Work())
    run_due()
    assert User.objects.get().unplanned_since is None
    assert Connection.objects.filter(state="connected").count() == 2
    assert post.all() == []


def test_another_plan_without_the_page_does_not_begin_the_days_anew(host: User) -> None:
    began = User.objects.get().unplanned_since
    set_plan(host, "free")
    assert User.objects.get().unplanned_since == began


def test_whose_plan_never_ended_loses_nothing(host: User) -> None:
    User.objects.update(unplanned_since=None)
    work.tidy(Work())
    assert Connection.objects.filter(state="connected").count() == 2
