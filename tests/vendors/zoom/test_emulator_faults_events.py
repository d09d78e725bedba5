"""Faults of events and of the clock: numbers 23 to 25 of contract chapter 10."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from sivient.vendors.zoom.emulator.events import signature
from sivient.vendors.zoom.emulator.webhooks import encrypted_token
from tests.vendors.zoom.broken import Broken, a_broken_zoom
from tests.vendors.zoom.emulated import JONAS, MARA, VECTORS, a_receiver, an_app, assert_contract

SECRET = VECTORS["secret_token"]
MARA_ID = "mAraLq7TQd2fHk0xWv3s9A"


@dataclass
class Inbox:
    """What arrived at the app, in order."""

    arrived: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    def __call__(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Take an event in as a good receiver does."""
        self.arrived.append((body, headers))
        token = json.loads(body)["payload"].get("plainToken")
        reply = {"plainToken": token, "encryptedToken": encrypted_token(SECRET, token)} if token else {}
        return 200, json.dumps(reply).encode()

    @property
    def events(self) -> list[dict[str, Any]]:
        """The messages."""
        return [json.loads(body) for body, _ in self.arrived]

    def is_signed(self, place: int = 0) -> bool:
        """Whether the signature over the raw bytes is right."""
        body, headers = self.arrived[place]
        return headers["x-zm-signature"] == signature(SECRET, headers["x-zm-request-timestamp"], body)


@pytest.fixture
def inbox() -> Inbox:
    """The app's inbox."""
    return Inbox()


@pytest.fixture
def listening(inbox: Inbox) -> Iterator[Broken]:
    """A Zoom whose events arrive."""
    with ExitStack() as stack:
        url = stack.enter_context(a_receiver(inbox))
        yield stack.enter_context(a_broken_zoom(an_app(webhook_url=url)))


def removed(zoom: Broken, user: str = MARA) -> None:
    """Let a user remove the app, and wait until the event has arrived."""
    zoom.app(user)
    zoom.control("POST", "deauthorize", {"user_id": user})
    assert zoom.zoom.webhooks_done()


def test_fault_23_with_a_wrong_signature(listening: Broken, inbox: Inbox) -> None:
    listening.inject(23)
    removed(listening)
    assert not inbox.is_signed()
    assert listening.struck() == (23, "signed with another secret", None, None)
    (injection,) = listening.journal()
    assert injection["delivery_id"] == listening.zoom.deliveries[0]["id"]
    assert injection["user_id"] == MARA_ID
    assert listening.zoom.deliveries[0]["faults"] == ["webhook-bad-signature"]


def test_fault_23_with_an_old_timestamp(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-stale", settings={"minutes": 60})
    removed(listening)
    assert inbox.is_signed()
    signed_at = int(inbox.arrived[0][1]["x-zm-request-timestamp"])
    assert signed_at == (listening.hands.now - timedelta(hours=1)).timestamp()
    assert inbox.events[0]["event_ts"] == listening.hands.now.timestamp() * 1000
    assert listening.struck() == (23, "signed 60 minutes ago", None, None)


def test_fault_23_with_its_keys_in_another_order(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-reordered-keys")
    removed(listening)
    assert list(inbox.events[0]) == ["payload", "event_ts", "event"]
    assert next(iter(inbox.events[0]["payload"])) == "user_data_retention"
    assert_contract("AppDeauthorized", inbox.events[0])
    assert inbox.is_signed()
    assert listening.struck() == (23, "keys in another order", None, None)


def test_fault_23_with_spaces_and_line_breaks(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-whitespace")
    removed(listening)
    assert inbox.arrived[0][0].startswith(b'{\n  "event": "app_deauthorized",\n')
    assert inbox.is_signed()
    assert listening.struck() == (23, "written with spaces and line breaks", None, None)


def test_fault_23_with_characters_outside_ascii(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-utf8")
    removed(listening)
    assert "東京".encode() in inbox.arrived[0][0]
    assert inbox.is_signed()
    assert listening.struck() == (23, "with characters outside ASCII", None, None)


def test_fault_23_more_than_once(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-duplicate", settings={"copies": 3})
    removed(listening)
    assert len(inbox.arrived) == 3
    assert len({body for body, _ in inbox.arrived}) == 1
    assert len({headers["x-zm-signature"] for _, headers in inbox.arrived}) == 1
    assert listening.struck() == (23, "sent 3 times", None, None)


def test_fault_23_out_of_order(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-out-of-order", user=MARA)
    removed(listening, MARA)
    assert inbox.arrived == []
    removed(listening, JONAS)
    assert [event["payload"]["user_id"] == MARA_ID for event in inbox.events] == [False, True]
    assert listening.struck() == (23, "held back until the next event was sent", None, None)


def test_mending_sends_what_was_held_back(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-out-of-order")
    removed(listening)
    listening.control("DELETE", "faults")
    assert listening.zoom.webhooks_done()
    assert len(inbox.arrived) == 1


@pytest.mark.parametrize(("timestamp", "minutes_ago"), [("old", 85), ("new", 0)])
def test_fault_23_85_minutes_late(listening: Broken, inbox: Inbox, timestamp: str, minutes_ago: int) -> None:
    listening.inject("webhook-late", settings={"timestamp": timestamp})
    removed(listening)
    happened = listening.hands.now - timedelta(minutes=85)
    event = inbox.events[0]
    assert datetime.fromisoformat(event["payload"]["deauthorization_time"]) == happened
    assert event["event_ts"] == happened.timestamp() * 1000
    signed_at = listening.hands.now - timedelta(minutes=minutes_ago)
    assert int(inbox.arrived[0][1]["x-zm-request-timestamp"]) == signed_at.timestamp()
    assert inbox.is_signed()
    assert listening.struck() == (23, "sent 85 minutes late", None, None)


def test_fault_23_before_the_callback_has_finished(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-early")
    app = listening.app()
    assert listening.zoom.webhooks_done()
    assert inbox.events[0]["payload"]["user_id"] == MARA_ID
    assert listening.slept == [1]
    assert app.me().status_code == 401
    assert listening.struck() == (23, "tokens given, app removed and event sent before the answer", 200, 200)


def test_fault_23_for_an_unknown_user(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-unknown-user")
    removed(listening)
    assert inbox.events[0]["payload"]["user_id"] == "uNKn0wNuSErXxXxXxXxXxA"
    assert inbox.is_signed()
    assert listening.struck() == (23, "sent for the unknown user uNKn0wNuSErXxXxXxXxXxA", None, None)


def test_fault_23_for_two_accounts(listening: Broken, inbox: Inbox) -> None:
    listening.inject("webhook-two-accounts")
    removed(listening)
    assert [event["payload"]["user_id"] for event in inbox.events] == [MARA_ID, MARA_ID]
    assert len({event["payload"]["account_id"] for event in inbox.events}) == 2
    assert inbox.is_signed(0)
    assert inbox.is_signed(1)
    assert listening.struck() == (23, "sent for two accounts", None, None)


@pytest.mark.parametrize(("value", "words"), [("true", "with"), ("false", "with"), (None, "without")])
def test_fault_23_with_and_without_user_data_retention(
    listening: Broken, inbox: Inbox, value: str | None, words: str
) -> None:
    listening.inject("webhook-retention", settings={"value": value})
    removed(listening)
    assert inbox.events[0]["payload"].get("user_data_retention") == value
    assert listening.struck() == (23, f"{words} user_data_retention {value or ''}".strip(), None, None)


def test_fault_23_for_an_older_authorization(listening: Broken, inbox: Inbox) -> None:
    app = listening.app()
    listening.inject("webhook-older-authorization", settings={"minutes": 60})
    listening.control("POST", "event", {"user": MARA})
    assert listening.zoom.webhooks_done()
    told = datetime.fromisoformat(inbox.events[0]["payload"]["deauthorization_time"])
    assert told == listening.hands.now - timedelta(hours=1)
    assert int(inbox.arrived[0][1]["x-zm-request-timestamp"]) == listening.hands.now.timestamp()
    assert app.me().status_code == 200  # nothing was removed
    told_words = "about an authorization of 60 minutes before the present one"
    assert listening.struck() == (23, told_words, None, None)


def test_fault_24_takes_no_answer_for_a_proof_until_the_subscription_is_disabled(listening: Broken) -> None:
    listening.inject(24, times=6)
    states = [listening.control("POST", "validate-url").json()["state"] for _ in range(6)]
    assert states == ["refused"] * 6
    subscription = listening.control("GET", "state").json()["subscription"]
    assert subscription["active"] is False
    assert {(each["fault"], each["happened"]) for each in listening.journal()} == {
        (24, "no answer will count as a proof")
    }
    assert listening.control("POST", "validate-url").json()["state"] == "delivered"


def test_fault_24_checks_the_address_with_a_wrong_signature(listening: Broken, inbox: Inbox) -> None:
    listening.inject("validation-bad-signature")
    listening.control("POST", "validate-url")
    assert_contract("UrlValidation", inbox.events[0])
    assert not inbox.is_signed()
    assert listening.struck() == (24, "signed with another secret", None, None)


@pytest.mark.parametrize("seconds", [600, -600])
def test_fault_25_sends_events_by_a_wrong_clock(listening: Broken, inbox: Inbox, seconds: int) -> None:
    listening.inject(25, settings={"seconds": seconds}, route="EVENT app_deauthorized")
    removed(listening)
    off = listening.hands.now + timedelta(seconds=seconds)
    assert int(inbox.arrived[0][1]["x-zm-request-timestamp"]) == off.timestamp()
    assert datetime.fromisoformat(inbox.events[0]["payload"]["deauthorization_time"]) == off
    assert inbox.is_signed()
    assert listening.struck() == (25, f"with a clock that is {seconds:+} s off", None, None)


@pytest.mark.parametrize(
    ("seconds", "created", "kind"), [(600, "2026-11-24T09:10:00Z", 1), (-600, "2026-11-24T08:50:00Z", 2)]
)
def test_fault_25_makes_meetings_by_a_wrong_clock(broken: Broken, seconds: int, created: str, kind: int) -> None:
    app = broken.app()
    broken.inject(25, settings={"seconds": seconds})
    answer = app.create(start_time="2026-11-24T09:05:00Z")
    assert answer.status_code == 201
    assert (answer.json()["created_at"], answer.json()["type"]) == (created, kind)  # past for Zoom: at once
    told = f"meeting {answer.json()['id']} created with a clock that is {seconds:+} s off"
    assert broken.struck() == (25, told, 201, 201)
    assert app.create().json()["created_at"] == "2026-11-24T09:00:00Z"
