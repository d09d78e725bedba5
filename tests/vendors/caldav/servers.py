"""Real CalDAV servers on a free port of this machine, each stopped by its process."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from sivient.ports.http import Patience
from sivient.ports.vendor import Access, App, Entered
from sivient.vendors.caldav import calendars, enter
from sivient.vendors.caldav.calendars import CaldavCalendars

APP = App("caldav", "", (), "", "", networks=("127.0.0.0/8",))
PATIENCE = Patience(connect=5, answer=20)
MEMORY = Path("/dev/shm")  # noqa: S108 - only parent of a folder of each run; Radicale waits for a disk with every entry
USER, PASSWORD = "mara@example.org", "app-password"
MAKE = (
    '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
    "<d:displayname>{name}</d:displayname>{more}</d:prop></d:set></c:mkcalendar>"
)


@dataclass
class Server:
    """A running server; `home` is where its one user has their calendars."""

    base: str
    home: str
    user: str = USER
    password: str = PASSWORD
    users: Path | None = None

    def enter(self, address: str = "") -> CaldavCalendars:
        """Connect as a host would, and return their calendars."""
        account = enter(APP, Entered(address or self.base, self.user, self.password), PATIENCE)
        return calendars(APP, Access(self.password, user=account.email, address=account.address), PATIENCE)

    def raw(self, method: str, url: str, **content: object) -> httpx.Response:
        """Do what another program of the host would do."""
        answer = httpx.request(method, httpx.URL(self.base).join(url), auth=(self.user, self.password), **content)
        assert answer.status_code < 400, (method, url, answer.status_code, answer.text)
        return answer

    def make_calendar(self, name: str, more: str = "") -> str:
        """Make a calendar; return its address."""
        url = f"{self.base}{self.home}{name}/"
        xml = {"Content-Type": "application/xml"}
        self.raw("MKCALENDAR", url, content=MAKE.format(name=name.title(), more=more), headers=xml)
        return url

    def put(self, calendar: str, name: str, *lines: str) -> None:
        """Write an event with these lines."""
        self.raw(
            "PUT", f"{calendar}{name}.ics", content=ics(*lines, uid=name), headers={"Content-Type": "text/calendar"}
        )

    def delete(self, calendar: str, name: str) -> None:
        """Delete an event."""
        self.raw("DELETE", f"{calendar}{name}.ics")


def ics(*lines: str, uid: str = "one") -> str:
    """Return an iCalendar file with one event."""
    inner = [f"UID:{uid}", "DTSTAMP:20261101T000000Z", "SUMMARY:Private", *lines]
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", "BEGIN:VEVENT", *inner, "END:VEVENT"]
    return "\r\n".join([*whole, "END:VCALENDAR", ""])


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    """Run a server until the end, once it listens."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        ends = time.monotonic() + 40
        while not _listens(port):
            assert process.poll() is None and time.monotonic() < ends, (folder / "log").read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def radicale(folder: Path, users: Mapping[str, str]) -> Iterator[Server]:
    """Run Radicale with these users and passwords (contract 6.2)."""
    port = free_port()
    passwords = folder / "users"
    passwords.write_text("".join(f"{user}:{password}\n" for user, password in users.items()))
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as data:
        (folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {passwords}\n"
            f"htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {data}\n"
            "[logging]\nlevel = warning\n"
        )
        command = [sys.executable, "-m", "radicale", "--config", str(folder / "config")]
        with running(command, port, folder):
            yield Server(f"http://127.0.0.1:{port}", f"/{USER}/", users=passwords)


@contextmanager
def xandikos(folder: Path) -> Iterator[Server]:
    """Run Xandikos, which knows no passwords."""
    port = free_port()
    options = ["--current-user-principal", "/user/", "--autocreate", "--defaults", "-l", "127.0.0.1", "-p", str(port)]
    command = [sys.executable, "-m", "xandikos", "serve", "-d", str(folder / "data"), *options]
    with running(command, port, folder):
        yield Server(f"http://127.0.0.1:{port}", "/user/calendars/")
