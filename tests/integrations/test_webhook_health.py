"""Whether Zoom's messages arrive, for the operator: last event, last validation, refused ones (contract 11, row 37)."""

import itertools
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sivient.integrations import inbox, work
from sivient.integrations.models import WebhookEvent, WebhookHealth
from sivient.jobs.models import Work
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.integrations.test_inbox import DEAUTHORIZED, signed
from tests.integrations.zoom import post_event, told_operator

pytestmark = [pytest.mark.django_db, pytest.mark.db]
EVENT = b'{"event":"meeting.created"}'
STRANGE = {
    "nothing": b"",
    "no JSON": b"event=app_deauthorized",
    "no UTF-8": b'{"event":"\xff"}',
    "a list": b"[1]",
    "a number": b"7",
    "a huge number": b'{"event":"app_deauthorized","payload":{"user_id":' + b"9" * 6000 + b"}}",
    "a huge moment": b'{"event":"app_deauthorized","payload":{"user_id":"u"},"event_ts":' + b"9" * 300 + b"}",
    "a moment in the payload": b'{"event":"app_deauthorized","payload":{"user_id":"u","event_ts":1740439732278}}',
    "a number for an event": b'{"event":7,"payload":{}}',
    "half a surrogate": b'{"event":"\\ud800","payload":{"user_id":"\\udc00"}}',
    "NUL": b'{"event":"app_deauthorized","payload":{"user_id":"\\u0000"}}',
    "no payload": b'{"event":"app_deauthorized"}',
    "a payload of text": b'{"event":"app_deauthorized","payload":"x"}',
    "deep": b"[" * 20_000,
    "not a number": b'{"event":"app_deauthorized","payload":{"user_id":NaN},"event_ts":Infinity}',
    "a validation of nothing": b'{"event":"endpoint.url_validation","payload":{}}',
    "a validation of half a surrogate": b'{"event":"endpoint.url_validation","payload":{"plainToken":"\\ud800"}}',
}


def health() -> dict[str, Any]:
    return WebhookHealth.objects.values().get(vendor="zoom")


@pytest.fixture(autouse=True)
def tens_of_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ten seconds pass between two looks at the clock by which refused messages are written down."""
    clock = itertools.count(0, 10)
    monkeypatch.setattr(inbox, "_refused", inbox._Unwritten())
    monkeypatch.setattr(inbox, "monotonic", lambda: next(clock))


def forge(client: Client, times: int) -> None:
    for _ in range(times):
        assert post_event(client, EVENT, signed(EVENT, secret="another")) == 401


def test_the_last_event_and_the_last_validation_are_kept(client: Client, zoom: ZoomEmulator) -> None:
    assert post_event(client, EVENT, signed(EVENT)) == 200
    known = health()
    assert timezone.now() - known["last_event_at"] < timedelta(seconds=5)
    assert known["last_validation_at"] is None
    sent = zoom.validate_url()
    post_event(client, sent["body"].encode(), sent["headers"])
    assert timezone.now() - health()["last_validation_at"] < timedelta(seconds=5)
    assert health()["last_event_at"] == known["last_event_at"]


def test_a_repeated_event_is_a_sign_of_life_too(client: Client) -> None:
    post_event(client, EVENT, signed(EVENT))
    WebhookHealth.objects.update(last_event_at=timezone.now() - timedelta(days=3))
    post_event(client, EVENT, signed(EVENT))
    assert timezone.now() - health()["last_event_at"] < timedelta(seconds=5)


def test_the_fifth_refused_in_a_row_raises_the_alarm_and_a_good_one_ends_it(client: Client) -> None:
    forge(client, 4)
    assert (health()["refused"], told_operator()) == (4, [])
    forge(client, 3)
    assert told_operator() == [("ops.alarm", "zoom:webhook")]
    assert health()["refused"] == 7
    assert timezone.now() - health()["last_refused_at"] < timedelta(seconds=5)
    post_event(client, EVENT, signed(EVENT))
    assert (health()["refused"], told_operator()[-1]) == (0, ("ops.alarm_over", "zoom:webhook"))


def test_a_flood_of_forged_messages_is_written_down_once_in_ten_seconds(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "monotonic", lambda: 100.0)
    forge(client, 1)
    with CaptureQueriesContext(connection) as asked:
        forge(client, 20)
    assert len(asked) == 0
    assert (health()["refused"], told_operator()) == (1, [])
    monkeypatch.setattr(inbox, "monotonic", lambda: 110.0)
    forge(client, 1)
    assert (health()["refused"], told_operator()) == (22, [("ops.alarm", "zoom:webhook")])


def test_a_day_after_the_last_forged_message_the_alarm_ends_and_the_count_begins_anew(client: Client) -> None:
    forge(client, 6)
    work.tidy(Work())
    assert (health()["refused"], len(told_operator())) == (6, 1)
    WebhookHealth.objects.update(last_refused_at=timezone.now() - timedelta(days=1))
    work.tidy(Work())
    assert (health()["refused"], told_operator()[-1]) == (0, ("ops.alarm_over", "zoom:webhook"))
    forge(client, 4)
    WebhookHealth.objects.update(last_refused_at=timezone.now() - timedelta(days=1))
    forge(client, 4)
    assert health()["refused"] == 4
    assert told_operator()[-1] == ("ops.alarm_over", "zoom:webhook")


def test_refused_ones_between_good_ones_raise_nothing(client: Client) -> None:
    for _ in range(3):
        forge(client, 4)
        post_event(client, EVENT, signed(EVENT))
    assert told_operator() == []


def test_fault_24_a_validation_with_a_wrong_signature_is_refused_and_counted(
    client: Client, zoom: ZoomEmulator
) -> None:
    zoom.inject("validation-bad-signature")
    sent = zoom.validate_url()
    assert post_event(client, sent["body"].encode(), sent["headers"]) == 401
    assert (health()["refused"], health()["last_validation_at"]) == (1, None)


def test_a_server_without_zoom_counts_nothing(client: Client, settings: Any) -> None:
    settings.ZOOM_CLIENT_ID = ""
    forge(client, 6)
    assert not WebhookHealth.objects.exists()
    assert told_operator() == []


def test_two_secrets_are_good_while_they_are_changed_and_then_only_the_new_one(client: Client, settings: Any) -> None:
    settings.ZOOM_WEBHOOK_SECRETS = ["new", "old"]
    for secret in ("old", "new"):
        body = json.dumps({"event": "x", "by": secret}).encode()
        assert post_event(client, body, signed(body, secret=secret)) == 200
        token = json.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": secret}}).encode()
        assert post_event(client, token, signed(token, secret=secret)) == 200
    settings.ZOOM_WEBHOOK_SECRETS = ["new"]
    assert post_event(client, EVENT, signed(EVENT, secret="old")) == 401
    assert post_event(client, EVENT, signed(EVENT, secret="new")) == 200


def test_the_answer_takes_few_statements_and_no_call(client: Client, zoom: ZoomEmulator) -> None:
    post_event(client, EVENT, signed(EVENT))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        post_event(client, DEAUTHORIZED, signed(DEAUTHORIZED))
    assert len(asked) <= 20
    assert zoom.calls == []


@pytest.mark.parametrize("body", STRANGE.values(), ids=STRANGE)
def test_a_strange_message_is_taken_and_refused_calmly(body: bytes, client: Client) -> None:
    assert post_event(client, body, signed(body)) == 200
    assert post_event(client, body, signed(body, secret="another")) == 401
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize("timestamp", ["1740439732278", "9" * 13, "9" * 400, "-1", "soon", "١٢٣٤٥٦٧٨٩٠", "1e9"])
def test_a_strange_timestamp_makes_a_message_stale_and_no_error(timestamp: str, client: Client) -> None:
    headers = signed(EVENT, timestamp=timestamp) if timestamp.isascii() else {"x-zm-request-timestamp": timestamp}
    assert post_event(client, EVENT, headers) in (200, 401)
    assert not WebhookEvent.objects.filter(fresh=True).exists()


def test_milliseconds_of_now_are_fresh(client: Client) -> None:
    timestamp = str(int(timezone.now().timestamp() * 1000))
    assert post_event(client, EVENT, signed(EVENT, timestamp=timestamp)) == 200
    assert WebhookEvent.objects.get().fresh
