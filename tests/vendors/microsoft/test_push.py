"""Subscriptions: opened, renewed, ended, and what they push; lost, doubled or forged, it is only a hint."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from sivient.ports.calendars import Notice, NoticeKind, Pushed, Watch
from sivient.ports.errors import Gone, OutcomeUnknown, Rejected
from sivient.vendors.microsoft.emulator import calendar_id
from sivient.vendors.microsoft.push import MicrosoftPush
from tests.vendors.microsoft.adapted import (
    CALENDAR,
    DRAFT,
    START,
    Emulated,
    Graph,
    answer,
    calendars,
    control,
    emulated,
    refusal,
)

ADDRESS = "https://sivient.test/webhooks/calendars/microsoft"
SECRET = "secret-canary"


@dataclass
class Receiver:
    """Our address: answers as the product does, and keeps what it was told."""

    inbox: MicrosoftPush = field(default_factory=MicrosoftPush)
    handshakes: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    deaf: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        pushed = self.inbox.read(request.headers, query, request.read())
        if self.deaf:
            return httpx.Response(404)
        if pushed.reply is not None:
            self.handshakes.append(str(request.url.copy_remove_param("validationToken")))
            return httpx.Response(200, text=pushed.reply)
        self.notices += pushed.notices
        return httpx.Response(self.inbox.status)

    def heard(self, it: Emulated) -> list[tuple[str, str, NoticeKind]]:
        assert it.service.pusher.all_done()
        return [(each.channel, each.secret, each.kind) for each in self.notices]


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def watched(receiver: Receiver) -> Iterator[tuple[Emulated, Watch]]:
    settings = {"push_transport": httpx.MockTransport(receiver), "push_retry_scale": 0.01, "clock": now}
    with emulated(**settings) as it:
        yield it, it.ours.watch(CALENDAR, channel="ch-1", secret=SECRET, address=ADDRESS)


def test_a_calendar_is_watched_after_both_addresses_have_answered() -> None:
    receiver = Receiver()
    with watched(receiver) as (it, watch):
        assert receiver.handshakes == [f"{ADDRESS}?channel=ch-1"] * 2
        assert watch.channel == "ch-1"
        assert timedelta(days=5) < watch.expires_at - now() < timedelta(days=7)
        it.add()
        it.add(start=START, calendar=calendar_id("priya", "projects"))
        assert receiver.heard(it) == [("ch-1", SECRET, NoticeKind.CHANGED)]
        assert receiver.inbox.status == 202


def test_an_address_that_does_not_answer_is_refused() -> None:
    with pytest.raises(Rejected), watched(Receiver(deaf=True)):
        pass


def test_each_calendar_has_a_channel_of_its_own() -> None:
    receiver = Receiver()
    with watched(receiver) as (it, _):
        other = calendar_id("priya", "projects")
        it.ours.watch(other, channel="ch-2", secret="s2", address=ADDRESS)
        it.add(calendar=other)
        assert receiver.heard(it) == [("ch-2", "s2", NoticeKind.CHANGED)]


def test_a_subscription_in_the_way_is_ended_and_ours_counts() -> None:
    receiver = Receiver()
    with watched(receiver) as (it, first):
        again = it.ours.watch(CALENDAR, channel="ch-2", secret="new", address=ADDRESS)
        assert again.resource != first.resource
        it.add()
        assert receiver.heard(it) == [("ch-2", "new", NoticeKind.CHANGED)]
        it.service.inject("subscription-exists")
        it.ours.watch(CALENDAR, channel="ch-3", secret="newer", address=ADDRESS)


def test_the_subscription_of_another_server_is_left_alone() -> None:
    theirs = {"id": "x", "resource": "/me/calendars/c/events", "notificationUrl": "https://other.example/push"}
    graph = Graph(refusal(409, "ExtensionError"), answer(value=[theirs, None]), refusal(409, "ExtensionError"))
    with calendars(graph) as ours, pytest.raises(Exception, match="busy with something else"):
        ours.watch("c", channel="ch", secret="s", address=ADDRESS)
    assert [request.method for request in graph.requests] == ["POST", "GET", "POST"]


def test_a_channel_lives_on_under_its_name_and_secret() -> None:
    receiver = Receiver()
    with watched(receiver) as (it, watch):
        it.service.clock.advance(1800)
        later = it.ours.renew(CALENDAR, watch, channel="unused", secret="unused", address=ADDRESS)
        assert (later.channel, later.resource) == (watch.channel, watch.resource)
        it.add()
        assert receiver.heard(it) == [("ch-1", SECRET, NoticeKind.CHANGED)]


def test_a_channel_that_ended_is_watched_anew() -> None:
    with watched(Receiver()) as (it, watch):
        it.service.inject("subscription-gone")
        for _ in range(2):
            with pytest.raises(Gone):
                it.ours.renew(CALENDAR, watch, channel="n", secret="s", address=ADDRESS)
        assert it.ours.watch(CALENDAR, channel="ch-2", secret="s", address=ADDRESS).channel == "ch-2"


def test_a_channel_that_ends_sooner_than_it_said_is_silent() -> None:
    receiver = Receiver()
    with emulated(push_transport=httpx.MockTransport(receiver), clock=now) as it:
        it.service.inject("channel-expires-early", settings={"seconds": 60})
        watch = it.ours.watch(CALENDAR, channel="ch-1", secret=SECRET, address=ADDRESS)
        it.service.clock.advance(61)
        it.add()
        assert receiver.heard(it) == []
        with pytest.raises(Gone):
            it.ours.renew(CALENDAR, watch, channel="n", secret="s", address=ADDRESS)


def test_ending_a_channel_twice_is_ending_it() -> None:
    receiver = Receiver()
    with watched(receiver) as (it, watch):
        it.ours.unwatch(watch)
        it.ours.unwatch(watch)
        it.add()
        assert receiver.heard(it) == []


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("missed", NoticeKind.MISSED),
        ("subscriptionRemoved", NoticeKind.REMOVED),
        ("reauthorizationRequired", NoticeKind.REAUTHORIZE),
    ],
)
def test_what_happens_to_a_channel_is_told(event: str, kind: NoticeKind) -> None:
    receiver = Receiver()
    with watched(receiver) as (it, watch):
        control(it.microsoft, "POST", "/__ctl/lifecycle", subscription=watch.resource, event=event)
        assert receiver.heard(it) == [("ch-1", SECRET, kind)]


@pytest.mark.parametrize(("fault", "times"), [("push-lost", 0), ("push-twice", 2), ("push-wrong-secret", 1)])
def test_a_notice_may_be_lost_doubled_or_forged(fault: str, times: int) -> None:
    receiver = Receiver()
    with watched(receiver) as (it, _):
        it.service.inject(fault)
        it.ours.create(CALENDAR, DRAFT)
        heard = receiver.heard(it)
        assert len(heard) == times
        assert (fault == "push-wrong-secret") == any(secret != SECRET for _, secret, _ in heard)
        assert len(it.sync()) == 1, "whatever was pushed, a sync finds it"


def test_many_notices_of_one_request_are_read_and_the_same_ones_once() -> None:
    value = [
        {"clientState": "a", "changeType": "updated", "resourceData": {"id": "1"}},
        {"clientState": "a", "changeType": "created", "resourceData": {"id": "2"}},
        {"clientState": "b", "lifecycleEvent": "missed"},
        {"clientState": None, "lifecycleEvent": "unheardOf"},
        None,
        "x",
    ]
    read = MicrosoftPush().read({}, {"channel": "ch"}, json.dumps({"value": value}).encode())
    assert read.reply is None
    assert read.notices == (
        Notice("ch", "a", NoticeKind.CHANGED),
        Notice("ch", "b", NoticeKind.MISSED),
        Notice("ch", "", NoticeKind.MISSED),
    )


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"value": 1}', b"\xff", b"[" * 100_000])
def test_a_push_that_makes_no_sense_says_nothing(body: bytes) -> None:
    assert MicrosoftPush().read({}, {}, body) == Pushed()


def test_a_handshake_is_answered_with_the_token_as_it_is() -> None:
    token = "Validation: Testing <b> & é"
    assert MicrosoftPush().read({}, {"validationToken": token, "channel": "c"}, b"").reply == token
    long = MicrosoftPush().read({}, {"validationToken": "x" * 10_000}, b"").reply
    assert long is not None
    assert len(long) == 4096


@pytest.mark.parametrize("expires", [None, "soon", 7, "2026-11-29T12:00:00.0000000Z", "2026-11-29T12:00:00Z"])
def test_an_end_that_makes_no_sense_is_soon(expires: Any) -> None:
    with calendars(Graph(answer(201, id="s-1", expirationDateTime=expires))) as ours:
        watch = ours.watch("c", channel="ch", secret="s", address=ADDRESS)
    if isinstance(expires, str) and expires[:4] == "2026":
        assert watch.expires_at.isoformat() == "2026-11-29T12:00:00+00:00"
    assert watch.expires_at.tzinfo is not None
    with calendars(Graph(answer(201, expirationDateTime=expires))) as ours, pytest.raises(OutcomeUnknown):
        ours.watch("c", channel="ch", secret="s", address=ADDRESS)


def test_the_secret_is_in_no_repr() -> None:
    assert "canary" not in repr(Notice("c", SECRET))
