"""What comes unasked is believed by its signature over the raw bytes alone (contract chapter 7)."""

import base64
import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sivient.ports.vendor import Received
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.webhook import ZoomInbox, sign
from tests.vendors.zoom.adapted import APP
from tests.vendors.zoom.emulated import VECTORS, TheApp, an_app

SENT = datetime.fromtimestamp(1740439732, UTC)
SECRET = VECTORS["secret_token"]
DEAUTHORIZED = next(each for each in VECTORS["webhooks"] if each["name"].startswith("app_deauthorized"))
VALIDATION = next(each for each in VECTORS["webhooks"] if each["name"] == "url validation")


def inbox(*secrets: str) -> ZoomInbox:
    return ZoomInbox(dataclasses.replace(APP, webhook_secrets=secrets or (SECRET,)))


def received(
    vector: dict[str, Any], *, now: datetime = SENT, secrets: tuple[str, ...] = (), **changes: Any
) -> Received | None:
    headers = {"x-zm-request-timestamp": vector["timestamp"], "x-zm-signature": vector["x-zm-signature"]}
    body = changes.pop("body", base64.b64decode(vector["raw_body_base64"]))
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    return inbox(*secrets).receive(headers, body, now=now)


@pytest.mark.parametrize("vector", VECTORS["webhooks"], ids=lambda vector: vector["name"])
def test_the_signatures_of_the_vectors_are_right(vector: dict[str, Any]) -> None:
    got = received(vector)
    assert got is not None
    assert got.fresh
    body = base64.b64decode(vector["raw_body_base64"])
    assert sign(SECRET, vector["timestamp"], body) == vector["x-zm-signature"]


FORGED = {
    "no signature": {"x_zm_signature": ""},
    "another signature": {"x_zm_signature": "v0=" + "0" * 64},
    "no version": {"x_zm_signature": DEAUTHORIZED["x-zm-signature"].removeprefix("v0=")},
    "another version": {"x_zm_signature": "v1" + DEAUTHORIZED["x-zm-signature"][2:]},
    "capitals": {"x_zm_signature": DEAUTHORIZED["x-zm-signature"].upper()},
    "not ascii": {"x_zm_signature": "v0=ä"},
    "space behind": {"x_zm_signature": DEAUTHORIZED["x-zm-signature"] + " "},
    "cut": {"x_zm_signature": DEAUTHORIZED["x-zm-signature"][:-1]},
    "another second": {"x_zm_request_timestamp": "1740439733"},
    "no timestamp": {"x_zm_request_timestamp": ""},
    "spaced timestamp": {"x_zm_request_timestamp": " 1740439732"},
    "empty body": {"body": b""},
    "body with a space more": {"body": base64.b64decode(DEAUTHORIZED["raw_body_base64"]) + b" "},
    "another user": {"body": base64.b64decode(DEAUTHORIZED["raw_body_base64"]).replace(b"userID", b"userIE")},
    "written again": {"body": json.dumps(json.loads(base64.b64decode(DEAUTHORIZED["raw_body_base64"]))).encode()},
}


@pytest.mark.parametrize("changes", FORGED.values(), ids=FORGED)
def test_a_forged_message_is_refused(changes: dict[str, Any]) -> None:
    assert received(DEAUTHORIZED, **changes) is None


def test_a_server_without_a_secret_believes_nothing() -> None:
    body = base64.b64decode(DEAUTHORIZED["raw_body_base64"])
    headers = {"x-zm-request-timestamp": "1", "x-zm-signature": sign("", "1", body)}
    assert ZoomInbox(dataclasses.replace(APP, webhook_secrets=())).receive(headers, body, now=SENT) is None


def test_either_of_two_secrets_is_right_during_a_rotation() -> None:
    assert received(DEAUTHORIZED, secrets=("new-secret", SECRET)) is not None
    assert received(DEAUTHORIZED, secrets=("new-secret",)) is None


@pytest.mark.parametrize(
    ("minutes", "fresh"), [(0, True), (5, True), (-5, True), (5.1, False), (-5.1, False), (85, False)]
)
def test_a_message_is_fresh_for_five_minutes_each_way(minutes: float, fresh: bool) -> None:
    got = received(DEAUTHORIZED, now=SENT + timedelta(minutes=minutes))
    assert got is not None
    assert got.fresh is fresh


@pytest.mark.parametrize(
    ("timestamp", "fresh"),
    [
        ("1740439732", True),
        ("1740439732000", True),
        ("17404397320", False),
        ("now", False),
        ("٣" * 10, False),
        ("-1", False),
    ],
)
def test_a_timestamp_has_ten_or_thirteen_digits(timestamp: str, fresh: bool) -> None:
    body = b'{"event":"x"}'
    headers = {"x-zm-request-timestamp": timestamp, "x-zm-signature": sign(SECRET, timestamp, body)}
    got = inbox().receive(headers, body, now=SENT)
    assert got is not None
    assert got.fresh is fresh


def test_the_url_validation_is_answered_with_the_secret_that_signed_it() -> None:
    got = received(VALIDATION, secrets=("new-secret", SECRET))
    assert got is not None
    assert got.reply == VECTORS["url_validation"]
    assert got.event == "endpoint.url_validation"


def test_a_validation_without_a_signature_gets_no_proof() -> None:
    assert received(VALIDATION, x_zm_signature="") is None


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"event":7}', b"\xff", b"[" * 100_000], ids=range(7))
def test_a_signed_message_that_is_no_event_is_taken_and_means_nothing(body: bytes) -> None:
    headers = {"x-zm-request-timestamp": "1740439732", "x-zm-signature": sign(SECRET, "1740439732", body)}
    got = inbox().receive(headers, body, now=SENT)
    assert got == Received("", True, None)
    assert inbox().deauthorization(body) is None


def test_a_deauthorization_names_app_user_and_moment() -> None:
    event = inbox().deauthorization(base64.b64decode(DEAUTHORIZED["raw_body_base64"]))
    assert event is not None
    assert (event.client_id, event.user_id) == ("EXAMPLEclientID000001", "EXAMPLEuserID0000000001")
    assert event.at == datetime(2026, 6, 17, 13, 52, 28, 632000, UTC)


@pytest.mark.parametrize(
    ("payload", "at"),
    [
        ({"event_ts": 1740439732278}, datetime(2025, 2, 24, 23, 28, 52, 278000, UTC)),
        ({"deauthorization_time": "2026-06-17T13:52:28"}, datetime(2026, 6, 17, 13, 52, 28, tzinfo=UTC)),
        ({"event_ts": 1740439732}, datetime(2025, 2, 24, 23, 28, 52, tzinfo=UTC)),
        (
            {"deauthorization_time": "yesterday", "event_ts": 1740439732278},
            datetime(2025, 2, 24, 23, 28, 52, 278000, UTC),
        ),
        ({"deauthorization_time": "yesterday"}, None),
        ({"deauthorization_time": "0001-01-01T00:00:00+14:00"}, None),
        ({"deauthorization_time": {"year": 2026}, "event_ts": True}, None),
        ({"event_ts": 10**30}, None),
        ({"event_ts": -(10**30)}, None),
        ({"event_ts": "soon"}, None),
        ({}, None),
    ],
)
def test_the_moment_of_a_deauthorization_may_be_missing(payload: dict[str, Any], at: datetime | None) -> None:
    body = json.dumps({"event": "app_deauthorized", "payload": {"user_id": "u"} | payload}).encode()
    event = inbox().deauthorization(body)
    assert event is not None
    assert event.at == at
    assert event.client_id == ""  # whose app it was is not said


@pytest.mark.parametrize("user", [None, 7, ["u"], {"id": "u"}, "\ud800", "u" * 5000])
def test_a_strange_user_is_no_error(user: object) -> None:
    body = json.dumps({"event": "app_deauthorized", "payload": {"user_id": user}}).encode()
    event = inbox().deauthorization(body)
    assert event is not None
    assert len(event.user_id.encode()) <= 200


def test_the_emulated_zoom_signs_what_we_believe() -> None:
    zoom = ZoomEmulator(an_app())
    TheApp(zoom).connect("mara")
    zoom.remove_app("mAraLq7TQd2fHk0xWv3s9A")
    sent = zoom.deliveries[0]
    got = inbox().receive(
        {name.lower(): value for name, value in sent["headers"].items()}, sent["body"].encode(), now=datetime.now(UTC)
    )
    assert got is not None
    assert got.event == "app_deauthorized"
