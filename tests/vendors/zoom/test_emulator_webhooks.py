"""Webhooks of the emulated Zoom: signed, in time, retried, over real HTTP (contract chapter 7)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import httpx
import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.emulator.events import signature
from sivient.vendors.zoom.emulator.webhooks import encrypted_token
from tests.vendors.zoom.emulated import (
    JONAS,
    MARA,
    VECTORS,
    Hands,
    TheApp,
    a_receiver,
    an_app,
    assert_contract,
    basic,
)

SECRET = VECTORS["secret_token"]
Received = list[tuple[bytes, dict[str, str]]]


def answering(status: int, received: Received) -> Callable[[bytes, dict[str, str]], tuple[int, bytes]]:
    """Return a receiver that keeps what comes and always answers the same."""

    def answer(body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        received.append((body, headers))
        return status, b""

    return answer


def user_id(zoom: ZoomEmulator, key: str) -> str:
    """Return the Zoom id of a user."""
    user = zoom.people.find(key)
    assert user is not None
    return user.id


def test_removing_the_app_sends_one_signed_event_and_ends_the_tokens() -> None:
    received: Received = []
    with a_receiver(answering(200, received)) as url:
        zoom = ZoomEmulator(an_app(webhook_url=url))
        app = TheApp(zoom).connect()
        zoom.remove_app(user_id(zoom, MARA))
        assert zoom.webhooks_done()
        zoom.close()

    (body, headers) = received[0]
    event = json.loads(body)
    assert len(received) == 1
    assert_contract("WebhookEnvelope", event)
    assert_contract("AppDeauthorized", event)
    assert event["payload"]["user_id"] == user_id(zoom, MARA)
    assert event["payload"]["client_id"] == VECTORS["basic_auth"]["client_id"]
    timestamp = headers["x-zm-request-timestamp"]
    assert headers["x-zm-signature"] == signature(SECRET, timestamp, body)
    assert abs(int(timestamp) - time.time()) < 10
    assert headers["user-agent"] == "Zoom Marketplace/1.0a"
    assert zoom.deliveries[0]["state"] == "delivered"
    assert app.call("GET", "/v2/users/me").json()["message"] == "Invalid access token."
    assert app.refresh().json()["error"] == "invalid_grant"


def test_a_private_app_hears_nothing_of_a_removal() -> None:
    zoom = ZoomEmulator(an_app(published=False))
    app = TheApp(zoom).connect()
    zoom.remove_app(user_id(zoom, MARA))
    assert zoom.deliveries == []
    assert app.call("GET", "/v2/users/me").status_code == 401


def test_only_installed_apps_can_be_removed() -> None:
    zoom = ZoomEmulator(an_app())
    TheApp(zoom).connect(MARA)
    zoom.remove_app(user_id(zoom, JONAS))
    assert zoom.deliveries == []


def test_a_failing_receiver_gets_three_more_tries_with_the_same_bytes() -> None:
    received: Received = []
    with a_receiver(answering(503, received)) as url:
        zoom = ZoomEmulator(an_app(webhook_url=url), retry_scale=1e-5)
        TheApp(zoom).connect()
        zoom.remove_app(user_id(zoom, MARA))
        assert zoom.webhooks_done()
        zoom.close()
    assert len(received) == 4
    assert len({body for body, _ in received}) == 1
    assert len({headers["x-zm-signature"] for _, headers in received}) == 1
    assert zoom.deliveries[0]["state"] == "lost"


def test_a_receiver_that_recovers_gets_the_event() -> None:
    statuses = [500, 204]

    def answer(body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        return statuses.pop(0), b""

    with a_receiver(answer) as url:
        zoom = ZoomEmulator(an_app(webhook_url=url), retry_scale=1e-5)
        TheApp(zoom).connect()
        zoom.remove_app(user_id(zoom, MARA))
        assert zoom.webhooks_done()
        zoom.close()
    assert [attempt["status"] for attempt in zoom.deliveries[0]["attempts"]] == [500, 204]
    assert zoom.deliveries[0]["state"] == "delivered"


@pytest.mark.parametrize("status", [301, 401, 404])
def test_what_is_refused_is_never_sent_again(status: int) -> None:
    received: Received = []
    with a_receiver(answering(status, received)) as url:
        zoom = ZoomEmulator(an_app(webhook_url=url), retry_scale=1e-5)
        TheApp(zoom).connect()
        zoom.remove_app(user_id(zoom, MARA))
        assert zoom.webhooks_done()
        zoom.close()
    assert (len(received), zoom.deliveries[0]["state"]) == (1, "refused")


def test_nobody_listening_counts_as_a_failure_and_waits_five_minutes() -> None:
    zoom = ZoomEmulator(an_app(webhook_url="http://127.0.0.1:9/webhooks/zoom"))
    TheApp(zoom).connect()
    zoom.remove_app(user_id(zoom, MARA))
    assert not zoom.webhooks_done(within=0.5)
    zoom.close()
    (delivery,) = zoom.deliveries
    assert delivery["state"] == "waiting"
    assert 290 < delivery["next_attempt_at"] - time.time() < 301


def test_the_receiver_may_call_the_api_while_it_is_being_told() -> None:
    seen: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(app.call("GET", "/v2/users/me").status_code)
        return httpx.Response(200)

    zoom = ZoomEmulator(
        an_app(webhook_url="https://sivient.example/webhooks/zoom"), webhook_transport=httpx.MockTransport(handler)
    )
    app = TheApp(zoom).connect()
    zoom.remove_app(user_id(zoom, MARA))
    assert zoom.webhooks_done()
    assert seen == [401]
    zoom.close()


def test_without_an_address_the_signed_event_is_kept_for_the_test() -> None:
    zoom = ZoomEmulator(an_app())
    TheApp(zoom).connect()
    zoom.remove_app(user_id(zoom, MARA))
    (delivery,) = zoom.deliveries
    assert delivery["state"] == "not sent"
    expected = signature(SECRET, delivery["headers"]["x-zm-request-timestamp"], delivery["body"].encode())
    assert delivery["headers"]["x-zm-signature"] == expected


def test_a_revoke_sends_the_event_only_when_switched_on() -> None:
    zoom = ZoomEmulator(an_app())
    zoom.switch(revoke_sends_event=True)
    app = TheApp(zoom).connect()
    app.http.post("/oauth/revoke", data={"token": app.tokens["access_token"]}, headers=basic())
    assert [delivery["event"] for delivery in zoom.deliveries] == ["app_deauthorized"]


def proving(request: httpx.Request) -> httpx.Response:
    """Answer a URL validation as the contract asks."""
    assert request.headers["x-zm-signature"] == signature(
        SECRET, request.headers["x-zm-request-timestamp"], request.content
    )
    event = json.loads(request.content)
    assert_contract("UrlValidation", event)
    plain = event["payload"]["plainToken"]
    return httpx.Response(200, json={"plainToken": plain, "encryptedToken": encrypted_token(SECRET, plain)})


def a_zoom(handler: Callable[[httpx.Request], httpx.Response], hands: Hands) -> ZoomEmulator:
    """Return a Zoom whose webhooks go to `handler`."""
    return ZoomEmulator(
        an_app(webhook_url="https://sivient.example/webhooks/zoom"),
        clock=hands,
        webhook_transport=httpx.MockTransport(handler),
    )


def test_an_address_that_knows_the_secret_proves_itself() -> None:
    zoom = a_zoom(proving, Hands())
    assert zoom.validate_url()["state"] == "delivered"
    zoom.close()


@pytest.mark.parametrize(
    "answer", [{"plainToken": "x", "encryptedToken": "y"}, {}, [], "text"], ids=["wrong", "empty", "list", "text"]
)
def test_an_address_that_answers_something_else_does_not(answer: object) -> None:
    zoom = a_zoom(lambda request: httpx.Response(200, json=answer), Hands())
    assert zoom.validate_url()["state"] == "refused"
    zoom.close()


def test_the_address_proves_itself_every_72_hours() -> None:
    hands = Hands()
    zoom = a_zoom(proving, hands)
    app = TheApp(zoom).connect()
    hands.move(hours=71)
    app.refresh()
    assert zoom.deliveries == []
    hands.move(hours=1)
    app.refresh()
    assert zoom.webhooks_done()
    assert [(d["event"], d["state"]) for d in zoom.deliveries] == [("endpoint.url_validation", "delivered")]
    zoom.close()


def test_six_failures_in_a_row_disable_the_subscription_until_a_proof() -> None:
    answers: list[Callable[[httpx.Request], httpx.Response]] = [lambda request: httpx.Response(500)]
    zoom = a_zoom(lambda request: answers[-1](request), Hands())
    for _ in range(6):
        zoom.validate_url()
    state = TheApp(zoom).http.get("/__ctl/state").json()["subscription"]
    assert state["active"] is False
    assert len(state["owner_mails"]) == 3  # after 2, after 4, and when it was disabled

    TheApp(zoom).connect()
    zoom.remove_app(user_id(zoom, MARA))
    assert zoom.deliveries[-1]["state"] == "not sent"

    answers.append(proving)
    zoom.validate_url()
    assert TheApp(zoom).http.get("/__ctl/state").json()["subscription"]["active"] is True
    zoom.close()
