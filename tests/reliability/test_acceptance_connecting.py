"""Acceptance tests 6, 7 and 14 of the Zoom contract's chapter 13: what Zoom and a browser bring to our doors."""

import base64
from typing import Any

import pytest
from django.test import Client

from sivient.integrations.models import Connection, Grant, WebhookEvent
from sivient.integrations.queries import CardState
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.factories import make_host
from tests.integrations.zoom import MARAS_ID, connect, consent, deliver, post_event
from tests.reliability.living import card_of, connected_host, told_by_zoom
from tests.vendors.zoom.emulated import VECTORS

pytestmark = pytest.mark.django_db(transaction=True)
CARD = "/settings/integrations"


def test_acceptance_06_a_late_duplicate_of_a_removal_after_a_reconnect_leaves_the_connection_connected(
    zoom: ZoomEmulator,
) -> None:
    host = connected_host(zoom)
    zoom.remove_app(MARAS_ID)
    assert deliver(zoom) == 200
    run_due()
    assert card_of(host) == CardState.DEAUTHORIZED
    connect(host, zoom)
    assert deliver(zoom) == 200, "the same bytes again, as a retry after 85 minutes"
    run_due()
    told_by_zoom(zoom, "webhook-older-authorization")
    assert deliver(zoom) == 200, "other bytes, about the authorization that was replaced"
    run_due()
    assert card_of(host) == CardState.CONNECTED
    assert {event.outcome for event in WebhookEvent.objects.all()} == {"ended", "still allowed"}


@pytest.mark.parametrize("fault", ["webhook-utf8", "webhook-whitespace", "webhook-reordered-keys"])
def test_acceptance_07_a_signature_is_over_the_raw_bytes_and_the_event_is_acted_on(
    fault: str, zoom: ZoomEmulator
) -> None:
    host = connected_host(zoom)
    zoom.inject(fault)
    zoom.remove_app(MARAS_ID)
    sent = zoom.deliveries[-1]
    changed = sent["body"].replace(" ", "") if fault == "webhook-whitespace" else sent["body"] + " "
    assert post_event(Client(), changed.encode(), sent["headers"]) == 401
    assert deliver(zoom) == 200
    run_due()
    assert card_of(host) == CardState.DEAUTHORIZED


@pytest.mark.parametrize("vector", VECTORS["webhooks"], ids=lambda vector: vector["name"])
def test_acceptance_07_the_vectors_are_accepted_as_they_are_and_refused_with_one_byte_more(
    vector: dict[str, Any], settings: Any
) -> None:
    settings.ZOOM_WEBHOOK_SECRETS = [VECTORS["secret_token"]]
    headers = {"x-zm-request-timestamp": vector["timestamp"], "x-zm-signature": vector["x-zm-signature"]}
    body = base64.b64decode(vector["raw_body_base64"])
    assert post_event(Client(), body, headers) == 200
    assert post_event(Client(), body + b"\n", headers) == 401


@pytest.mark.parametrize(
    "brought",
    [
        {},
        {"code": "a-code"},
        {"state": "a-state"},
        {"code": "a-code", "state": "a-state"},
        {"error": "access_denied"},
        {"error": "access_denied", "state": "\x00", "code": "\udcff"},
        {"error": "server_error", "code": "a-code", "state": "x" * 5000},
    ],
    ids=range(7),
)
def test_acceptance_14_a_callback_that_nobody_asked_for_is_a_calm_page_and_exchanges_nothing(
    brought: dict[str, str], zoom: ZoomEmulator, client: Client
) -> None:
    client.force_login(make_host())
    query = {name: value.encode(errors="surrogateescape") for name, value in brought.items()}
    page = client.get(f"{CARD}/zoom/callback", query, follow=True)
    assert page.status_code == 200
    assert zoom.calls == []
    assert not Connection.objects.exists()


@pytest.mark.parametrize("fault", ["callback-without-state", "callback-wrong-state", "callback-denied"])
def test_acceptance_14_what_zoom_sends_back_wrongly_exchanges_nothing_and_leaves_the_connection(
    fault: str, zoom: ZoomEmulator, client: Client
) -> None:
    host = connected_host(zoom)
    generation = Grant.objects.get().generation
    client.force_login(host)
    zoom.inject(fault)
    calls = len(zoom.calls)
    url = client.post(f"{CARD}/zoom/connect")["Location"]
    assert client.get(f"{CARD}/zoom/callback", consent(zoom, url), follow=True).status_code == 200
    assert len(zoom.calls) == calls
    assert (card_of(host), Grant.objects.get().generation) == (CardState.CONNECTED, generation)
