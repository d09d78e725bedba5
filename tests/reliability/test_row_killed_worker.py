"""`kill -9` for a worker in the middle of making a meeting. Another worker ends with one link, and knows what is left.

The worker is a real process, and it is killed at the moment that the test's name says.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from sivient.vendors.zoom.emulator.app import PRODUCT_SCOPES
from tests.booking.racing import Field
from tests.factories import MONDAY_10
from tests.reliability.stage import CREATE, TOKEN, Outside, Standstill, hands, kill, outside, until, worker
from tests.served import seeded

pytestmark = [pytest.mark.processes, pytest.mark.db]
_times = (MONDAY_10 + n * timedelta(hours=1) for n in count())


@dataclass
class Scene:
    """The running parts, and a booking whose meeting is wanted."""

    world: Outside
    hand: Field
    environment: dict[str, str]
    host: int
    event_type: int
    log: Path

    def book(self) -> int:
        """Book another time; return the number of the booking."""
        start = next(_times).isoformat()
        booked = self.hand.ask(do="book", event_type=self.event_type, start=start, key=start)
        number: int = booked["booking"]
        return number

    def killed(self, reached: threading.Event) -> None:
        """Run a worker, and kill it when it has reached a point."""
        with worker(self.environment, self.log) as process:
            assert reached.wait(30), self.log.read_text()
            kill(process)

    def killed_before_commit(self, table: str, route: tuple[str, str]) -> None:
        """Kill a worker that has Zoom's answer and cannot write it down yet."""
        standstill, reached = Standstill(self.environment, table), threading.Event()

        def answered() -> None:
            standstill.begin()
            reached.set()

        self.world.answered[route] = answered
        with worker(self.environment, self.log) as process:
            assert reached.wait(30), self.log.read_text()
            until(standstill.is_felt)
            kill(process)
        standstill.end()

    def go_on(self, booking: int) -> dict[str, Any]:
        """Let time pass, and another worker do what is left; return what was delivered."""
        self.hand.ask(do="elapse")
        self.world.zoom.calls.clear()
        self.hand.ask(do="deliver")
        return dict(self.hand.ask(do="delivery", booking=booking))

    def meetings(self) -> list[str]:
        """Return the numbers of the meetings that Zoom has."""
        return [str(meeting["id"]) for meeting in self.world.zoom.meetings]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the parts once."""
    folder = tmp_path_factory.mktemp("killed")
    with (
        outside(folder) as (world, where),
        seeded(folder, **where) as (environment, seed),
        hands(environment) as hand,
    ):
        hand.ask(do="connect", host=seed["host"])
        yield Scene(world, hand, environment, seed["host"], seed["event_type"], folder / "worker.log")


@pytest.fixture
def scene(stage: Scene) -> Iterator[Scene]:
    """Give each test a Zoom that has no meetings."""
    stage.world.zoom.handle(httpx.Request("POST", "http://zoom/__ctl/reset"))
    stage.hand.ask(do="connect", host=stage.host)
    yield stage
    stage.world.zoom.switch(scopes=list(PRODUCT_SCOPES), refresh_grace_seconds=0)


def test_acceptance_05_killed_between_201_and_commit_ends_with_one_link_and_one_recorded_request(scene: Scene) -> None:
    booking = scene.book()
    scene.killed_before_commit("jobs_work", CREATE)
    (left_behind,) = scene.meetings()
    before = scene.hand.ask(do="delivery", booking=booking)
    assert (before["links"], before["leased"]) == ([], True)
    after = scene.go_on(booking)
    assert len(after["links"]) == 1
    assert scene.meetings() == [left_behind, *after["links"]], "one extra meeting at most"
    assert after["attempts"][0] in ("", "lost"), "whoever asked is gone, and said nothing"
    assert after["attempts"][1:] == ["made"]


def test_row_07_killed_before_the_call_leaves_nothing_behind(scene: Scene) -> None:
    """The worker is renewing the token, which it needs before it may ask for the meeting."""
    booking, reached, gone = scene.book(), threading.Event(), threading.Event()

    def asked() -> None:
        reached.set()
        gone.wait(30)
        raise httpx.ReadError("whoever asked is dead")

    scene.hand.ask(do="expire")
    scene.world.asked[TOKEN] = asked
    scene.killed(reached)
    gone.set()
    assert scene.hand.ask(do="delivery", booking=booking)["attempts"] == []
    after = scene.go_on(booking)
    assert scene.meetings() == after["links"]
    assert after["attempts"] == ["made"]


def test_row_08_killed_after_zoom_acted_the_meeting_is_found_and_adopted_where_zoom_lets_us_look(scene: Scene) -> None:
    scene.world.zoom.switch(scopes=[*PRODUCT_SCOPES, "meeting:read:list_meetings"])
    scene.hand.ask(do="connect", host=scene.host)
    booking = scene.book()
    scene.killed_before_commit("jobs_work", CREATE)
    (made,) = scene.meetings()
    after = scene.go_on(booking)
    assert (after["links"], after["unused"]) == ([made], [])
    assert scene.meetings() == [made]
    assert ("GET", "/v2/users/me/meetings") in scene.world.zoom.calls
    assert after["attempts"] == ["found"]


def test_row_16_killed_between_the_new_tokens_and_our_commit_the_old_refresh_token_is_tried_again(scene: Scene) -> None:
    booking = scene.book()
    scene.world.zoom.switch(refresh_grace_seconds=60)
    scene.hand.ask(do="expire")
    scene.killed_before_commit("integrations_grant", TOKEN)
    before = scene.hand.ask(do="grant", host=scene.host)
    assert before["refreshing"]
    after = scene.go_on(booking)
    assert len(after["links"]) == 1
    held = scene.hand.ask(do="grant", host=scene.host)
    assert (held["state"], held["version"]) == ("connected", before["version"] + 1)
