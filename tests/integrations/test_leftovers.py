"""What goes by its age, and what must not go before it was acted on."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import queries, services, work
from sivient.integrations.models import Connection, Grant, OAuthFlow, Revocation, WebhookEvent
from sivient.integrations.queries import CardState
from sivient.jobs.models import Work
from sivient.jobs.registry import periodic
from sivient.jobs.worker import run_due
from sivient.privacy import services as privacy
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post
from tests.integrations.test_deauthorization import event, send
from tests.integrations.zoom import MARAS_ID, connect

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)


def pass_by(time: timedelta) -> None:
    """Let everything be that much older, and look after it as the hourly work does."""
    WebhookEvent.objects.update(received_at=F("received_at") - time)
    Work.objects.update(created_at=F("created_at") - time)
    privacy.purge_due(timezone.now())
    work.tidy(Work())


def unheard(host: User, zoom: ZoomEmulator) -> None:
    """A true removal whose old event waits, because Zoom cannot be asked."""
    connect(host, zoom)
    zoom.remove_app(MARAS_ID)
    zoom.fail_next["GET /v2/users/me"] += [503]
    send(event(at=timezone.now() - DAY))
    assert WebhookEvent.objects.get().handled_at is None


@pytest.mark.parametrize("time", [2 * DAY, 40 * DAY])
def test_an_event_that_waits_to_be_acted_on_is_kept_until_it_was(
    time: timedelta, host: User, zoom: ZoomEmulator, post: Post
) -> None:
    unheard(host, zoom)
    pass_by(time)
    Work.objects.filter(kind="integrations.webhook").update(run_at=timezone.now() - timedelta(seconds=1))
    run_due()
    assert not Grant.objects.exists()
    assert queries.card(host, "zoom", now=timezone.now()).state == CardState.DEAUTHORIZED
    assert WebhookEvent.objects.get().outcome == "ended"
    assert WebhookEvent.objects.get().body == ""


def test_after_thirty_days_an_event_goes_that_was_acted_on_or_never_can_be(host: User, zoom: ZoomEmulator) -> None:
    send(event(user="nobody", at=timezone.now()))
    WebhookEvent.objects.create(vendor="zoom", digest="d", event="app_deauthorized", body="b")  # its work was given up
    pass_by(29 * DAY)
    assert WebhookEvent.objects.count() == 2
    pass_by(DAY)
    assert not WebhookEvent.objects.exists()
    assert not Work.objects.filter(kind="integrations.webhook").exists()


def test_tokens_that_a_crash_left_behind_go_after_an_hour(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    services.disconnect(host, "zoom", by="host")
    Work.objects.filter(kind="integrations.revoke").delete()
    work.tidy(Work())
    assert Revocation.objects.exists()
    Revocation.objects.update(created_at=F("created_at") - timedelta(minutes=61))
    work.tidy(Work())
    assert not Revocation.objects.exists()


def test_a_permission_that_nobody_uses_and_a_consent_page_long_left_go(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    Connection.objects.update(grant=None)
    OAuthFlow.objects.update(created_at=F("created_at") - 2 * DAY)
    work.tidy(Work())
    assert not Grant.objects.exists()
    assert not OAuthFlow.objects.exists()


def test_it_comes_back_every_hour() -> None:
    assert periodic()["integrations.tidy"] == timedelta(hours=1)


def test_a_removal_of_a_user_whom_we_do_not_know_is_remembered_for_an_hour_and_only_as_a_digest(
    zoom: ZoomEmulator,
) -> None:
    send(event(at=timezone.now()))
    kept = WebhookEvent.objects.get()
    assert (len(kept.vendor_user), kept.body, kept.outcome) == (64, "", "unknown user")
    pass_by(timedelta(minutes=59))
    assert WebhookEvent.objects.get().vendor_user
    pass_by(timedelta(minutes=2))
    assert WebhookEvent.objects.get().vendor_user == ""
