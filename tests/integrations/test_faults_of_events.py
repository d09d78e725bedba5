"""Every form in which Zoom's events go wrong (fault 23 of contract chapter 10), and what the product makes of it."""

from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import flow, queries
from sivient.integrations.flow import NotConnected, Outcome
from sivient.integrations.models import Connection, Grant, WebhookEvent
from sivient.integrations.queries import CardState
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.http import mounted
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.factories import make_host
from tests.integrations.making import make
from tests.integrations.zoom import MARAS_ID, SESSION, back, connect, consent, post_event

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TRUE = {  # the removal really happened, and is told in this form
    "old timestamp": ("webhook-stale", {"minutes": 60}),
    "keys in another order": ("webhook-reordered-keys", {}),
    "white space": ("webhook-whitespace", {}),
    "beyond ASCII": ("webhook-utf8", {}),
    "three times": ("webhook-duplicate", {"copies": 3}),
    "85 minutes late, old timestamp": ("webhook-late", {"timestamp": "old"}),
    "85 minutes late, new timestamp": ("webhook-late", {"timestamp": "new"}),
    "for two accounts": ("webhook-two-accounts", {}),
    "retention true": ("webhook-retention", {"value": "true"}),
    "retention false": ("webhook-retention", {"value": "false"}),
    "no retention": ("webhook-retention", {"value": None}),
    "as of an older authorization": ("webhook-older-authorization", {"minutes": 60}),
    "clock ahead": ("clock-skew", {"seconds": 600}),
    "clock behind": ("clock-skew", {"seconds": -600}),
}


@dataclass
class Mail:
    """Brings what Zoom has recorded to our inbox, and has it worked on."""

    zoom: ZoomEmulator
    client: Client = field(default_factory=Client)

    def bring(self, *numbers: int) -> list[int]:
        """Deliver these events, or all; return the answers."""
        sent = self.zoom.deliveries
        chosen = [sent[number] for number in numbers] if numbers else sent
        answers = [post_event(self.client, each["body"].encode(), each["headers"]) for each in chosen]
        run_due()
        return answers


@pytest.fixture
def mail(zoom: ZoomEmulator) -> Mail:
    return Mail(zoom)


def state(host: User) -> CardState:
    return queries.card(host, "zoom", now=timezone.now()).state


def told() -> int:
    """How many hosts are told of a removal."""
    return Work.objects.filter(kind="delivery.tell_deauthorized").count()


@pytest.mark.parametrize(("fault", "form"), TRUE.values(), ids=TRUE)
def test_a_removal_is_believed_in_whatever_form_it_comes(
    fault: str, form: dict[str, object], host: User, zoom: ZoomEmulator, mail: Mail
) -> None:
    connect(host, zoom)
    zoom.inject(fault, settings=form)
    zoom.remove_app(MARAS_ID)
    assert set(mail.bring()) == {200}
    assert state(host) == CardState.DEAUTHORIZED
    assert not Grant.objects.exists()
    assert told() == 1
    assert len(zoom.injections) == 1


@pytest.mark.parametrize(("fault", "form"), TRUE.values(), ids=TRUE)
def test_the_same_event_after_a_reconnect_ends_nothing_in_whatever_form_it_comes(
    fault: str, form: dict[str, object], host: User, zoom: ZoomEmulator, mail: Mail
) -> None:
    connect(host, zoom)
    zoom.inject(fault, settings=form)
    zoom.remove_app(MARAS_ID)
    connect(host, zoom)
    assert set(mail.bring()) == {200}
    assert state(host) == CardState.CONNECTED
    assert make(host).join_url
    assert told() == 0


def test_both_hosts_of_the_zoom_user_are_ended_and_told(host: User, zoom: ZoomEmulator, mail: Mail) -> None:
    other = make_host()
    connect(host, zoom)
    connect(other, zoom)
    zoom.inject("webhook-two-accounts")
    zoom.remove_app(MARAS_ID)
    mail.bring()
    assert (state(host), state(other), told()) == (CardState.DEAUTHORIZED, CardState.DEAUTHORIZED, 2)


def test_a_wrong_signature_is_refused_and_the_removal_found_at_the_next_use(
    host: User, zoom: ZoomEmulator, mail: Mail
) -> None:
    connect(host, zoom)
    zoom.inject("webhook-bad-signature")
    zoom.remove_app(MARAS_ID)
    assert mail.bring() == [401]
    assert state(host) == CardState.CONNECTED
    with pytest.raises(Exception, match="no longer accepts"):
        make(host)
    assert state(host) == CardState.RECONNECT


def test_a_user_whom_nobody_knows_ends_nothing(host: User, zoom: ZoomEmulator, mail: Mail) -> None:
    connect(host, zoom)
    zoom.inject("webhook-unknown-user")
    zoom.remove_app(MARAS_ID)
    mail.bring()
    assert state(host) == CardState.CONNECTED
    event = WebhookEvent.objects.get()
    assert (event.outcome, event.body) == ("unknown user", "")


def test_two_removals_in_the_wrong_order_end_the_connection_once(host: User, zoom: ZoomEmulator, mail: Mail) -> None:
    connect(host, zoom)
    zoom.inject("webhook-out-of-order")
    zoom.remove_app(MARAS_ID)
    connect(host, zoom)
    zoom.remove_app(MARAS_ID)
    mail.bring(1)
    mail.bring(0)
    assert state(host) == CardState.DEAUTHORIZED
    assert set(WebhookEvent.objects.values_list("outcome", flat=True)) == {"ended", "unknown user"}


def test_a_removal_right_after_allow_leaves_nothing_connected(host: User, zoom: ZoomEmulator, mail: Mail) -> None:
    """Fault 23, early: the event is there before the answer with the tokens."""
    zoom.inject("webhook-early", settings={"seconds": 1})

    def answer(request: httpx.Request) -> httpx.Response:
        done = zoom.handle(request)
        if request.url.path == "/oauth/token":
            assert mail.bring() == [200]
        return done

    query = consent(zoom, flow.start(host, "zoom", session_key=SESSION))
    there = mounted(httpx.MockTransport(answer), settings.ZOOM_OAUTH_BASE, settings.ZOOM_API_BASE)
    with there, pytest.raises(NotConnected) as ended:
        flow.finish(host, "zoom", back(query))
    assert ended.value.outcome == Outcome.NAMELESS
    run_due()
    assert not Grant.objects.exists()
    assert state(host) == CardState.NOT_CONNECTED


@pytest.mark.parametrize("removed", [True, False])
def test_a_removal_told_before_the_connection_is_stored_is_checked_once_it_is(
    removed: bool, host: User, zoom: ZoomEmulator, mail: Mail
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        done = zoom.handle(request)
        if request.url.path == "/v2/users/me" and not zoom.deliveries:
            if removed:
                zoom.remove_app(MARAS_ID)
            else:
                zoom.handle(httpx.Request("POST", "https://zoom.us/__ctl/event", json={"user": MARAS_ID}))
            assert mail.bring() == [200]
            assert WebhookEvent.objects.get().vendor_user
        return done

    query = consent(zoom, flow.start(host, "zoom", session_key=SESSION))
    with mounted(httpx.MockTransport(answer), settings.ZOOM_OAUTH_BASE, settings.ZOOM_API_BASE):
        flow.finish(host, "zoom", back(query))
    assert Connection.objects.get().state == Connection.State.CONNECTED
    run_due()
    assert state(host) == (CardState.DEAUTHORIZED if removed else CardState.CONNECTED)
    assert told() == int(removed)
    assert WebhookEvent.objects.get().vendor_user == ""


def test_an_early_removal_of_long_ago_is_not_asked_about(host: User, zoom: ZoomEmulator, mail: Mail) -> None:
    connect(host, zoom)
    zoom.remove_app(MARAS_ID)
    run_due()
    Grant.objects.all().delete()
    mail.bring()
    WebhookEvent.objects.update(received_at=timezone.now() - timedelta(minutes=11))
    connect(host, zoom)
    asked = list(zoom.calls)
    run_due()
    assert zoom.calls == asked
    assert state(host) == CardState.CONNECTED
