"""Row 23 of the table of failures: an answer of the calendar is lost, and the worker is killed with it in its hands.

The worker is a real process, and Google a server of its own.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from sivient.demo.httpd import serve
from sivient.vendors.google.emulator import GoogleEmulator
from tests.booking.racing import Field
from tests.delivery.living_calendars import CALLBACK
from tests.factories import MONDAY_10
from tests.reliability.stage import Standstill, hands, kill, outside, until, worker
from tests.served import seeded
from tests.settings import GIVEN

pytestmark = [pytest.mark.processes, pytest.mark.db]
GUEST, HOUR = "ada@guest.example", timedelta(hours=1)
_times = (MONDAY_10 + n * 2 * HOUR for n in count())


@dataclass
class Google:
    """The emulated Google. `asked` and `answered` are called once, before and after an event is written."""

    emulator: GoogleEmulator
    asked: dict[str, Callable[[], object]] = field(default_factory=dict)
    answered: dict[str, Callable[[], object]] = field(default_factory=dict)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer as Google."""
        method = request.method if "/events" in request.url.path else ""
        self.asked.pop(method, lambda: None)()
        answer = self.emulator.handle(request)
        self.answered.pop(method, lambda: None)()
        return answer

    def events(self) -> list[datetime]:
        """When the events are that stand in the calendar."""
        world = self.emulator.calendars.world
        return [each.start for each in world.events(world.primary("mara").id) if not each.cancelled]

    def told(self) -> list[tuple[str, str]]:
        """The method and the UID of each message to the guest."""
        return [(each.method, each.uid) for each in self.emulator.calendars.outbox.sent if each.to == GUEST]


@dataclass
class Scene:
    """The running parts."""

    google: Google
    hand: Field
    environment: dict[str, str]
    event_type: int
    log: Path

    def do(self, act: str, **more: Any) -> dict[str, Any]:
        """Let the product do it now."""
        return dict(self.hand.ask(do=act, now=datetime.now(UTC).isoformat(), **more))

    def book(self) -> tuple[int, datetime]:
        """Book another time."""
        start = next(_times)
        booked = self.do("book", event_type=self.event_type, start=start.isoformat(), key=start.isoformat())
        return booked["booking"], start

    def killed_with_the_answer(self, method: str) -> None:
        """Run a worker, and kill it when it has Google's answer and cannot write it down."""
        standstill, reached = Standstill(self.environment, "calendars_writtenevent"), threading.Event()

        def answered() -> None:
            standstill.begin()
            reached.set()

        self.google.answered[method] = answered
        with worker(self.environment, self.log) as process:
            assert reached.wait(30), self.log.read_text()
            until(standstill.is_felt)
            kill(process)
        standstill.end()

    def go_on(self) -> None:
        """Let time pass, and another worker do what is left."""
        for _ in range(2):
            self.do("elapse")
            self.do("deliver")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the parts once."""
    folder = tmp_path_factory.mktemp("calendar")
    emulator = GoogleEmulator(
        client_id=GIVEN["GOOGLE_CLIENT_ID"],
        client_secret=GIVEN["GOOGLE_CLIENT_SECRET"],
        redirect_uris=[CALLBACK.format("google")],
    )
    google = Google(emulator)
    web = serve(google.handle)
    emulator.provider.vendor.base_url = web.url
    with (
        outside(folder) as (_, where),
        seeded(folder, **where, GOOGLE_ISSUER=web.url, GOOGLE_API_BASE=web.url) as (environment, seed),
        hands(environment) as hand,
    ):
        hand.ask(do="receive", host=seed["host"])
        yield Scene(google, hand, environment, seed["event_type"], folder / "worker.log")
    emulator.close()
    web.close()


@pytest.fixture
def scene(stage: Scene) -> Scene:
    """Give each test a calendar whose provider has mailed nothing."""
    stage.google.emulator.calendars.outbox.forget()
    return stage


def test_row_23_killed_with_each_answer_in_hand_leaves_one_event_and_one_message_per_change(scene: Scene) -> None:
    booking, start = scene.book()
    scene.killed_with_the_answer("POST")
    scene.go_on()
    assert scene.google.events() == [start]
    scene.do("reschedule", booking=booking, start=(start + HOUR).isoformat(), by="host")
    scene.killed_with_the_answer("PATCH")
    scene.go_on()
    assert scene.google.events() == [start + HOUR]
    scene.do("cancel", booking=booking)
    scene.killed_with_the_answer("DELETE")
    scene.go_on()
    assert scene.google.events() == []
    told = scene.google.told()
    assert [method for method, _ in told] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({uid for _, uid in told}) == 1


def test_row_23_killed_before_google_acts_leaves_nothing_and_the_next_worker_writes_it(scene: Scene) -> None:
    _, start = scene.book()
    reached, gone = threading.Event(), threading.Event()

    def asked() -> None:
        reached.set()
        gone.wait(30)
        raise httpx.ReadError("whoever asked is dead")

    scene.google.asked["POST"] = asked
    with worker(scene.environment, scene.log) as process:
        assert reached.wait(30), scene.log.read_text()
        kill(process)
    gone.set()
    assert scene.google.told() == []
    scene.go_on()
    assert scene.google.events() == [start]
    assert [method for method, _ in scene.google.told()] == ["REQUEST"]
