"""Acceptance tests 1 to 3 and 10 of the Zoom contract's chapter 13, and rows 12 and 15: many want one token."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

import httpx
import pytest

from sivient.integrations.models import Connection, Grant, Revocation
from sivient.integrations.services import disconnect
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.booking.racing import Field
from tests.factories import MONDAY_10, make_event_type
from tests.reliability.living import book, connected_host, creates, expire, grant_of, link_of, work_on
from tests.reliability.stage import CREATE, TOKEN, Outside, hands, outside
from tests.served import seeded

MANY = 50


@dataclass
class Crowd:
    """Fifty threads in five processes, one connected host, and how often Zoom was asked for meetings together."""

    world: Outside
    field: Field
    host: int
    event_type: int
    together: int = 0
    most: int = 0
    lock: Lock = field(default_factory=Lock)

    def create(self, people: int) -> list[str]:
        """Let so many ask for a meeting at the same moment, with an expired token; return the numbers they got."""
        self.field.ask(do="expire")
        self.world.zoom.calls.clear()
        made: list[str] = []
        acts = [self.act(n) for n in range(people)]
        while acts:
            answers = self.field.run(acts)
            throttled = [str(answer.get("error", "")).startswith("Throttled") for answer in answers]
            heard = [each for each, fast in zip(answers, throttled, strict=True) if not fast]
            assert [answer["error"] for answer in heard if "error" in answer] == []
            made += [answer["meeting"] for answer in heard]
            acts = [act for act, fast in zip(acts, throttled, strict=True) if fast]
            time.sleep(1 if acts else 0)  # Zoom counts by the second, and those before us count, too
        return made

    def act(self, n: int) -> dict[str, object]:
        """Return the act of one of them."""
        return {"do": "create", "host": self.host, "start": (MONDAY_10 + timedelta(minutes=n)).isoformat()}

    def refreshes(self) -> int:
        """How often the token endpoint was asked."""
        return self.world.zoom.calls.count(TOKEN)

    def slowly(self, request: httpx.Request) -> httpx.Response:
        """Answer as Zoom, taking a while for a meeting."""
        if (request.method, request.url.path) != CREATE:
            return self.world.zoom.handle(request)
        with self.lock:
            self.together += 1
            self.most = max(self.most, self.together)
        time.sleep(0.2)
        with self.lock:
            self.together -= 1
        return self.world.zoom.handle(request)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """Start them once."""
    folder = tmp_path_factory.mktemp("crowd")
    with (
        outside(folder) as (world, where),
        seeded(folder, **where) as (environment, seed),
        hands(environment, processes=5, lanes=MANY // 5) as field,
    ):
        field.ask(do="connect", host=seed["host"])
        yield Crowd(world, field, seed["host"], seed["event_type"])


@pytest.mark.processes
@pytest.mark.db
def test_acceptance_01_fifty_parallel_creates_with_an_expired_token_cause_one_refresh(crowd: Crowd) -> None:
    made = crowd.create(MANY)
    assert len(set(made)) == MANY
    assert {str(meeting["id"]) for meeting in crowd.world.zoom.meetings} >= set(made)
    assert crowd.refreshes() == 1


@pytest.mark.processes
@pytest.mark.db
def test_acceptance_03_two_processes_that_refresh_at_once_leave_the_connection_connected(crowd: Crowd) -> None:
    """Zoom rotates strictly here: whoever comes second with the old refresh token would end the permission."""
    for _ in range(5):
        crowd.field.ask(do="expire")
        crowd.world.zoom.calls.clear()
        lanes = crowd.field.lanes
        acts = [None if n % lanes else crowd.act(n) for n in range(2 * lanes)]
        for process, own in zip(crowd.field.processes[:2], (acts[:lanes], acts[lanes:]), strict=True):
            crowd.field._say(process, own)
        for process in crowd.field.processes[:2]:
            assert "meeting" in crowd.field._hear(process)[0]
        assert crowd.refreshes() == 1
    assert crowd.field.ask(do="grant", host=crowd.host)["state"] == "connected"


@pytest.mark.processes
@pytest.mark.db
def test_row_15_twenty_workers_with_an_expired_token_ask_for_one_refresh(crowd: Crowd) -> None:
    assert len(set(crowd.create(20))) == 20
    assert crowd.refreshes() == 1
    assert crowd.field.ask(do="grant", host=crowd.host)["state"] == "connected"


@pytest.mark.processes
@pytest.mark.db
def test_row_12_meetings_of_one_host_are_asked_for_one_after_the_other(crowd: Crowd) -> None:
    """Zoom counts requests at the same time, and refuses too many of them."""
    for n in range(4):
        start = (MONDAY_10 + n * timedelta(hours=1)).isoformat()
        crowd.field.ask(do="book", event_type=crowd.event_type, start=start, key=f"together-{n}")
    before, crowd.world.handle = len(crowd.world.zoom.meetings), crowd.slowly  # type: ignore[method-assign]
    crowd.field.run([{"do": "deliver"} for _ in range(4)])
    assert len(crowd.world.zoom.meetings) >= before + 1
    assert crowd.most == 1


@pytest.mark.django_db(transaction=True)
def test_acceptance_02_a_lost_answer_of_the_token_endpoint_and_then_success_stays_connected(zoom: ZoomEmulator) -> None:
    host = connected_host(zoom)
    booking = book(make_event_type(host))
    before = grant_of(host).token_version
    expire(host)
    zoom.switch(refresh_grace_seconds=60)
    zoom.inject("token-answer-lost", route="POST /oauth/token refresh_token")
    work_on(rounds=2)
    assert [injection["told"] for injection in zoom.injections] == [None]
    assert (grant_of(host).state, grant_of(host).token_version) == (Grant.State.CONNECTED, before + 1)
    assert link_of(booking)
    assert creates(zoom) == 1


@pytest.mark.django_db(transaction=True)
def test_acceptance_10_after_a_disconnect_whose_revoke_fails_the_tokens_are_gone(zoom: ZoomEmulator) -> None:
    host = connected_host(zoom)
    zoom.inject("token-fails", times=None)
    assert disconnect(host, "zoom", by="host")
    work_on(rounds=3)
    assert zoom.calls.count(("POST", "/oauth/revoke")) == 2, "it was tried, and tried again"
    assert not Grant.objects.exists()
    assert not Revocation.objects.exists()
    assert Connection.objects.get(user=host).state == Connection.State.DISCONNECTED
