"""The product as real processes, between a Zoom and a mail server of the test's own on real sockets."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from sivient.demo.httpd import serve
from sivient.demo.mailbox import Mailbox, start_smtp
from sivient.vendors.zoom.emulator import ZoomApp, ZoomEmulator
from tests.booking.racing import Field, field_of
from tests.delivery.conftest import Post
from tests.settings import GIVEN

Route = tuple[str, str]
CREATE: Route = ("POST", "/v2/users/me/meetings")
TOKEN: Route = ("POST", "/oauth/token")
PATIENCE = 60.0  # seconds: the machine is shared with the other tests
HERE = "(SELECT oid FROM pg_database WHERE datname = current_database())"
WAITING = f"FROM pg_locks WHERE NOT granted AND database = {HERE}"


@dataclass
class Outside:
    """Zoom and the mail server. `asked` and `answered` are called once, before and after Zoom has done something."""

    zoom: ZoomEmulator
    post: Post
    asked: dict[Route, Callable[[], object]] = field(default_factory=dict)
    answered: dict[Route, Callable[[], object]] = field(default_factory=dict)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer as Zoom."""
        route = (request.method, request.url.path)
        self.asked.pop(route, _nothing)()
        answer = self.zoom.handle(request)
        self.answered.pop(route, _nothing)()
        return answer


@contextmanager
def outside(folder: Path) -> Iterator[tuple[Outside, dict[str, str]]]:
    """Run Zoom and a mail server; yield them with the settings that lead the product there."""
    app = ZoomApp(
        client_id=GIVEN["ZOOM_CLIENT_ID"],
        client_secret=GIVEN["ZOOM_CLIENT_SECRET"],
        webhook_secret=GIVEN["ZOOM_WEBHOOK_SECRET_TOKEN"],
        redirect_uris=(f"{GIVEN['SIVIENT_BASE_URL']}/settings/integrations/zoom/callback",),
    )
    box = Mailbox(folder / "mails")
    world = Outside(ZoomEmulator(app), Post(folder / "mails", box))
    smtp, web = start_smtp(box, 0), serve(lambda request: world.handle(request))
    try:
        yield (
            world,
            {
                "ZOOM_OAUTH_BASE": web.url,
                "ZOOM_API_BASE": web.url,
                "SMTP_URL": f"smtp://127.0.0.1:{smtp.port}",
            },
        )
    finally:
        world.zoom.close()
        web.close()
        smtp.close()


@contextmanager
def hands(environment: Mapping[str, str], *, processes: int = 1, lanes: int = 1) -> Iterator[Field]:
    """Start processes that do what a test asks for; see `tests.reliability.hand` for what they can."""
    known_to_zoom = {**environment, "SIVIENT_BASE_URL": GIVEN["SIVIENT_BASE_URL"]}
    with field_of(known_to_zoom, processes=processes, lanes=lanes, seed=1, program="tests.reliability.hand") as field:
        yield field


@contextmanager
def worker(environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `sivient worker` with one thread; end it by its own id, if the test has not."""
    with log.open("ab") as out:
        command = [sys.executable, "-m", "sivient.cli", "worker", "--threads", "1"]
        process = subprocess.Popen(command, env=dict(environment), stdout=out, stderr=out)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=20)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process as a power cut does."""
    process.kill()
    process.wait(timeout=20)
    assert process.returncode == -signal.SIGKILL


class Standstill:
    """Lets every write to a table wait, as a disk that hangs, from `begin` to `end`. On SQLite it is every table."""

    def __init__(self, environment: Mapping[str, str], table: str) -> None:
        self.url, self.table = environment["DATABASE_URL"], table
        self.file = Path(environment["SIVIENT_DATA_DIR"]) / "sivient.sqlite3"
        self.connection: Any = None

    def begin(self) -> None:
        """Take the lock."""
        if self.url:
            self.connection = psycopg.connect(self.url)
            self.connection.execute(f"LOCK TABLE {self.table} IN EXCLUSIVE MODE")
        else:
            self.connection = sqlite3.connect(self.file, timeout=10, isolation_level=None, check_same_thread=False)
            self.connection.execute("BEGIN IMMEDIATE")

    def is_felt(self) -> bool:
        """Say whether somebody waits for the lock. SQLite tells nobody: there, a moment has to do."""
        if not self.url:
            time.sleep(1.0)
            return True
        return bool(self.connection.execute(f"SELECT pid {WAITING}").fetchall())

    def end(self) -> None:
        """Give it back. Whoever waits for it is dead: PostgreSQL would finish a statement all the same."""
        if self.url:
            self.connection.execute(f"SELECT pg_terminate_backend(pid) {WAITING}")
        self.connection.rollback()
        self.connection.close()


def until(true: Callable[[], object], *, within: float = PATIENCE) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.05)


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes that a process has started."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if listed.exists():
        return [int(number) for number in listed.read_text().split()]
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
    return [int(number) for number in found.stdout.split()]


def is_alive(number: int) -> bool:
    """Say whether a process runs. One that has ended, and whose parent has not asked how, does not."""
    try:
        os.kill(number, 0)
        return not _has_ended(number)
    except (ProcessLookupError, FileNotFoundError):
        return False


def _has_ended(number: int) -> bool:
    stat = Path(f"/proc/{number}/stat")
    return stat.parents[1].is_dir() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def _nothing() -> None:
    """Let it pass."""
