"""A removal that Zoom does not let us check is tried until it does; after a day the operator knows."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations.models import Connection, WebhookEvent
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import Rejected
from sivient.ports.vendor import VendorAccount
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.oauth import ZoomOAuth
from tests.delivery.conftest import Post
from tests.integrations.test_deauthorization import event, send
from tests.integrations.zoom import MARAS_ID, connect, told_operator

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)


@pytest.fixture
def blocked(host: User, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A connected host of whom an old removal is told; Zoom blocks the app, so that it cannot be checked."""

    def refuse(oauth: ZoomOAuth, access_token: str) -> VendorAccount:
        raise Rejected("Zoom does not let our app act for this Zoom user.")

    connect(host, zoom)
    monkeypatch.setattr(ZoomOAuth, "account", refuse)
    zoom.remove_app(MARAS_ID)
    send(event(at=timezone.now() - 24 * HOUR))
    return monkeypatch


def pass_by(time: timedelta) -> None:
    """Let the event be so much older, and its work run."""
    WebhookEvent.objects.update(received_at=F("received_at") - time)
    Work.objects.filter(kind="integrations.webhook").update(run_at=timezone.now() - timedelta(seconds=1))
    run_due()


def test_a_refusal_is_no_answer_and_the_event_is_kept_until_there_is_one(
    blocked: pytest.MonkeyPatch, post: Post
) -> None:
    assert Connection.objects.get().state == Connection.State.CONNECTED
    assert Work.objects.get(kind="integrations.webhook").state == Work.State.WAITING
    blocked.undo()
    pass_by(HOUR)
    assert Connection.objects.get().state == Connection.State.DEAUTHORIZED
    assert WebhookEvent.objects.get().body == ""


def test_after_a_day_it_is_the_operators_matter_until_it_was_checked(blocked: pytest.MonkeyPatch, post: Post) -> None:
    pass_by(23 * HOUR)
    assert told_operator() == []
    pass_by(2 * HOUR)
    assert told_operator() == [("ops.alarm", "zoom:removal")]
    blocked.undo()
    pass_by(HOUR)
    assert told_operator()[-1] == ("ops.alarm_over", "zoom:removal")
