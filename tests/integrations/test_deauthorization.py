"""A removal in Zoom ends every connection of that Zoom user, and nothing else does (contract 7.5)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.audit.models import Entry
from sivient.integrations import queries
from sivient.integrations.models import Connection, Grant, WebhookEvent
from sivient.integrations.queries import CardState
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.webhook import sign
from tests.delivery.conftest import Post
from tests.factories import make_booking, make_event_type, make_host
from tests.integrations.zoom import MARAS_ID, calls, connect, deliver, emulated, post_event
from tests.vendors.zoom.emulated import JONAS

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECRET = "zoom-webhook-secret"


def state(host: User) -> CardState:
    return queries.card(host, "zoom", now=timezone.now()).state


def event(*, user: str = MARAS_ID, at: datetime | None = None, client_id: str = "zoom-client") -> bytes:
    payload: dict[str, Any] = {"account_id": "a", "user_id": user, "client_id": client_id, "signature": "s"}
    if at:
        payload["deauthorization_time"] = at.isoformat().replace("+00:00", "Z")
    return json.dumps({"event": "app_deauthorized", "event_ts": 1740439732278, "payload": payload}).encode()


def send(body: bytes, *, age: timedelta = timedelta()) -> None:
    timestamp = str(int((datetime.now(UTC) - age).timestamp()))
    headers = {"x-zm-request-timestamp": timestamp, "x-zm-signature": sign(SECRET, timestamp, body)}
    assert post_event(Client(), body, headers) == 200
    run_due()


def test_removing_the_app_in_zoom_ends_the_connection_and_tells_the_host(
    host: User, zoom: ZoomEmulator, post: Post
) -> None:
    connect(host, zoom)
    zoom.remove_app(MARAS_ID)
    assert deliver(zoom) == 200
    run_due()
    assert state(host) == CardState.DEAUTHORIZED
    assert not Grant.objects.exists()
    (mail,) = post.to(host.email)
    words = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert mail["Subject"] == "Zoom is no longer connected"
    assert "Links already sent keep working" in words
    assert "http://testserver/settings/integrations" in words


def test_no_identifier_of_the_zoom_user_is_left_anywhere(host: User, zoom: ZoomEmulator, post: Post) -> None:
    connect(host, zoom)
    account = Grant.objects.get().vendor_account_id
    zoom.remove_app(MARAS_ID)
    deliver(zoom)
    run_due()
    kept = str([list(table.objects.values()) for table in (Grant, Connection, WebhookEvent, Work, Entry)])
    for identifier in (MARAS_ID, account, "mara@nordlicht.example"):
        assert identifier not in kept
    assert WebhookEvent.objects.get().body == ""
    assert Entry.objects.filter(event="zoom deauthorized", actor="vendor").count() == 1


def test_both_hosts_of_one_zoom_user_are_ended_and_told(host: User, zoom: ZoomEmulator, post: Post) -> None:
    other, third = make_host(), make_host()
    connect(host, zoom)
    connect(other, zoom)
    connect(third, zoom, user=JONAS)
    zoom.remove_app(MARAS_ID)
    deliver(zoom)
    run_due()
    assert [state(each) for each in (host, other, third)] == [
        CardState.DEAUTHORIZED,
        CardState.DEAUTHORIZED,
        CardState.CONNECTED,
    ]
    assert len(post.to(host.email)) == len(post.to(other.email)) == 1


def test_the_same_event_twice_tells_the_host_once(host: User, zoom: ZoomEmulator, post: Post) -> None:
    connect(host, zoom)
    zoom.remove_app(MARAS_ID)
    for _ in range(3):
        deliver(zoom)
        run_due()
    assert len(post.to(host.email)) == 1
    assert WebhookEvent.objects.count() == 1


def test_a_second_removal_is_told_in_a_mail_of_its_own(host: User, zoom: ZoomEmulator, post: Post) -> None:
    for _ in range(2):
        connect(host, zoom)
        zoom.remove_app(MARAS_ID)
        deliver(zoom)
        run_due()
    assert len({mail["Message-ID"] for mail in post.to(host.email)}) == 2


def test_a_late_duplicate_after_a_reconnect_changes_nothing(host: User, zoom: ZoomEmulator, post: Post) -> None:
    connect(host, zoom)
    zoom.remove_app(MARAS_ID)
    deliver(zoom)
    run_due()
    connect(host, zoom)
    deliver(zoom)
    run_due()
    assert state(host) == CardState.CONNECTED


def test_an_event_of_an_older_authorization_that_comes_first_is_checked_with_zoom(
    host: User, zoom: ZoomEmulator
) -> None:
    """Removed, connected again, and only then the event arrives for the first time."""
    connect(host, zoom)
    zoom.remove_app(MARAS_ID)
    connect(host, zoom)
    asked = calls(zoom, "GET", "/v2/users/me")
    deliver(zoom)
    run_due()
    assert state(host) == CardState.CONNECTED
    assert calls(zoom, "GET", "/v2/users/me") == asked + 1
    assert WebhookEvent.objects.get().outcome == "still allowed"


def test_an_old_event_about_a_removal_that_is_true_is_acted_on(host: User, zoom: ZoomEmulator, post: Post) -> None:
    """Our clock may be ahead of Zoom's: asking Zoom decides."""
    connect(host, zoom)
    zoom.remove_app(MARAS_ID)
    send(event(at=timezone.now() - timedelta(minutes=10)))
    assert state(host) == CardState.DEAUTHORIZED


def test_an_expired_token_is_no_proof_of_a_removal(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    zoom.advance(3700)
    send(event(at=timezone.now() - timedelta(days=1)))
    assert state(host) == CardState.CONNECTED
    assert Grant.objects.get().token_version == 2


@pytest.mark.parametrize("removed", [True, False])
def test_a_stale_event_is_believed_only_after_asking_zoom(
    removed: bool, host: User, zoom: ZoomEmulator, post: Post
) -> None:
    connect(host, zoom)
    if removed:
        zoom.remove_app(MARAS_ID)
    send(event(at=timezone.now() + timedelta(seconds=1)), age=timedelta(minutes=85))
    assert WebhookEvent.objects.get().fresh is False
    assert state(host) == (CardState.DEAUTHORIZED if removed else CardState.CONNECTED)


def test_while_zoom_cannot_be_asked_the_event_waits(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    zoom.fail_next["GET /v2/users/me"] += [503]
    send(event(at=timezone.now() - timedelta(days=1)))
    assert state(host) == CardState.CONNECTED
    work = Work.objects.get(kind="integrations.webhook")
    assert work.state == Work.State.WAITING
    assert WebhookEvent.objects.get().body


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [({"client_id": "another app"}, "other app"), ({"user": "nobody"}, "unknown user"), ({"user": ""}, "unknown user")],
)
def test_an_event_about_others_ends_nothing(
    changes: dict[str, str], outcome: str, host: User, zoom: ZoomEmulator
) -> None:
    connect(host, zoom)
    send(event(at=timezone.now() + timedelta(seconds=1), **changes))
    assert state(host) == CardState.CONNECTED
    assert WebhookEvent.objects.get().outcome == outcome
    assert WebhookEvent.objects.get().body == ""


def test_a_mail_server_that_is_away_does_not_keep_the_tokens(host: User, zoom: ZoomEmulator, post: Post) -> None:
    connect(host, zoom)
    post.refuse("451")
    zoom.remove_app(MARAS_ID)
    deliver(zoom)
    run_due()
    assert not Grant.objects.exists()
    post.refuse("ok")
    Work.objects.filter(kind="delivery.tell_deauthorized").update(run_at=timezone.now() - timedelta(seconds=1))
    run_due()
    assert len(post.to(host.email)) == 1


def test_the_host_is_told_how_many_bookings_wait_for_their_link(host: User, zoom: ZoomEmulator, post: Post) -> None:
    connect(host, zoom)
    host.page.platform = "zoom"
    host.page.save()
    zoom.fail_next["POST /v2/users/me/meetings"] += [503]
    make_booking(make_event_type(host))
    zoom.remove_app(MARAS_ID)
    deliver(zoom)
    run_due()
    (mail,) = [mail for mail in post.to(host.email) if "no longer connected" in str(mail["Subject"])]
    assert mail["Subject"] == "Zoom is no longer connected: 1 booking waits for its link"
    for part in ("plain", "html"):
        assert "1 booking waits for a link and gets it by itself" in mail.get_body((part,)).get_content()  # type: ignore[union-attr]


def test_a_private_app_hears_nothing_and_finds_out_at_the_next_call(host: User) -> None:
    with emulated(published=False) as zoom:
        connect(host, zoom)
        zoom.remove_app(MARAS_ID)
        assert zoom.deliveries == []
