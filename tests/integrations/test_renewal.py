"""Access that nobody uses is renewed after thirty days, long before Zoom lets it end (contract 2.3)."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import flow, renewal, work
from sivient.integrations.flow import NotConnected
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.registry import periodic
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.factories import make_host
from tests.integrations.making import make, refreshes
from tests.integrations.zoom import MARAS_ID, SESSION, back, calls, connect, consent
from tests.vendors.zoom.emulated import JONAS

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)


def idle(days: float, *, since: float = 1) -> None:
    """Let nobody have used any grant for that long."""
    Grant.objects.update(refreshed_at=timezone.now() - days * DAY, expires_at=timezone.now() - since * DAY)


def keep_alive() -> None:
    """Do what the hourly work does, and what it plans."""
    work.keep_alive(Work())
    run_due()


def test_it_is_looked_after_every_hour() -> None:
    assert periodic()["integrations.keep_alive"] == timedelta(hours=1)


def test_access_that_was_renewed_29_days_ago_is_left_and_31_days_ago_is_renewed(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    idle(29)
    keep_alive()
    assert refreshes(zoom) == 0
    idle(31)
    keep_alive()
    assert refreshes(zoom) == 1
    assert Grant.objects.get().refreshed_at > timezone.now() - DAY
    keep_alive()
    assert refreshes(zoom) == 1


def test_a_host_without_bookings_for_a_hundred_days_is_still_connected(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    for _ in range(100 * 2):
        zoom.advance(43200)
        Grant.objects.update(refreshed_at=F("refreshed_at") - DAY / 2, expires_at=F("expires_at") - DAY / 2)
        keep_alive()
    assert make(host).join_url
    assert 3 <= refreshes(zoom) <= 5


def test_without_it_the_connection_would_have_ended(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    zoom.advance(91 * 86400)
    idle(91)
    keep_alive()
    assert Grant.objects.get().state == "needs_reconnect"
    assert Work.objects.filter(kind="delivery.tell_reconnect").count() == 1
    assert Work.objects.get(kind="integrations.refresh").state == Work.State.DONE


def test_two_hosts_of_one_zoom_user_are_renewed_once(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    connect(make_host(), zoom)
    idle(31)
    keep_alive()
    assert calls(zoom, "POST", "/oauth/token") == 3  # two exchanges


def test_a_bad_grant_holds_up_no_other(host: User, zoom: ZoomEmulator) -> None:
    other = make_host()
    connect(host, zoom)
    connect(other, zoom, user=JONAS)
    idle(31)
    zoom.inject("token-fails", times=None, user=MARAS_ID)
    keep_alive()
    bad, good = Grant.objects.order_by("pk")
    assert (bad.refresh_failures, bad.state) == (1, "connected")
    assert good.refreshed_at > timezone.now() - DAY
    waiting = Work.objects.get(kind="integrations.refresh", key=f"grant:{bad.pk}")
    assert waiting.state == Work.State.WAITING


def test_only_connected_grants_of_the_present_app_are_renewed(host: User, zoom: ZoomEmulator, settings: object) -> None:
    connect(host, zoom)
    idle(31)
    Grant.objects.update(state="needs_reconnect")
    keep_alive()
    Grant.objects.update(state="connected", client_id="an older app")
    keep_alive()
    assert not Work.objects.filter(kind="integrations.refresh").exists()


def test_a_renewal_after_somebody_else_has_renewed_asks_nobody(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    renewal.renew_later(Grant.objects.get())
    Grant.objects.update(token_version=F("token_version") + 1)
    run_due()
    assert refreshes(zoom) == 0


def test_a_renewal_of_a_grant_that_has_gone_is_done(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    renewal.renew_later(Grant.objects.get())
    Grant.objects.all().delete()
    run_due()
    assert Work.objects.get(kind="integrations.refresh").state == Work.State.DONE


@pytest.mark.parametrize("fault", ["token-answer-lost", "scope-missing", "me-refused"])
def test_a_second_connecting_that_comes_to_nothing_does_not_leave_a_dead_connection_unnoticed(
    fault: str, host: User, zoom: ZoomEmulator
) -> None:
    """The new authorization has ended the tokens of the first, and we have none of its own."""
    connect(host, zoom)
    zoom.inject(fault)
    query = consent(zoom, flow.start(host, "zoom", session_key=SESSION))
    with pytest.raises(NotConnected):
        flow.finish(host, "zoom", back(query))
    run_due()
    assert Grant.objects.get().state == "needs_reconnect"
