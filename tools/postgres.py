"""A PostgreSQL server of one's own, for as long as a block lasts.

    with postgres() as url:
        ...  # postgres://sivient:...@127.0.0.1:54321/sivient

Its cluster is made anew in a folder outside the checkout (half a second) and removed with it, so there is nothing
to keep, to upgrade or to share with another run. The server that a package may have started is not needed.

From a shell: `python -m tools.postgres COMMAND...` runs COMMAND with DATABASE_URL set.
"""

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

OLDEST = 15
# /tmp may be memory, /var/tmp is a disk: durable measurements must write to one.
ROOM = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108
PREFIX = "sivient-postgres-"
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
CONNECTIONS = 200
# What a test loses in a power cut is nothing: no waiting for the disk.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresMissing(Exception):
    """No PostgreSQL of a version that Sivient supports is installed."""


def binaries() -> Path:
    """The folder with the `initdb` to use: the one on PATH, else the newest of the usual places."""
    on_path = shutil.which("initdb")
    usual = {found.parent for place in PLACES for found in Path("/").glob(f"{place[1:]}/initdb")}
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(usual, key=_version, reverse=True)
    for folder in candidates:
        if _version(folder) >= OLDEST:
            return folder
    raise PostgresMissing(f"PostgreSQL {OLDEST} or newer")


def _version(folder: Path) -> int:
    done = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\) (\d+)", done.stdout)
    return int(found[1]) if found else 0


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Start a server with an empty database, yield its URL, stop the server and remove its files.

    `durable` keeps PostgreSQL's own settings for fsync: for measurements. Raises PostgresMissing.
    """
    with running_cluster(durable=durable) as cluster:
        yield cluster.url


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator["Cluster"]:
    """As `postgres`, for who crashes the server and starts it again: then it has to be durable."""
    remove_abandoned()
    cluster = Cluster.create(binaries())
    try:
        cluster.start({} if durable else CARELESS)
        yield cluster
    finally:
        cluster.remove()


def remove_abandoned() -> None:
    """Stop and remove the clusters of earlier runs that were killed before they could do it."""
    for folder in ROOM.glob(f"{PREFIX}*"):
        maker = folder.name.removeprefix(PREFIX).partition("-")[0]
        with suppress(FileNotFoundError):  # another run may be removing it at the same time
            if folder.stat().st_uid == _account().pw_uid and maker.isdecimal() and not _alive(int(maker)):
                Cluster(binaries(), folder, password="").remove()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _account() -> pwd.struct_passwd:
    """Who runs the server. PostgreSQL refuses root, so root steps down to the package's user or to nobody."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@dataclass
class Cluster:
    """A database cluster in `folder`, and the server on it. The folder's name says which process made it."""

    bin: Path
    folder: Path
    password: str
    port: int = 0

    @classmethod
    def create(cls, bin_folder: Path) -> "Cluster":
        """Make the files of a cluster."""
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=ROOM))
        cluster = cls(bin_folder, folder, secrets.token_urlsafe(18))
        try:
            password_file = folder / "password"
            password_file.write_text(cluster.password)
            for path in (folder, password_file):
                shutil.chown(path, user=_account().pw_uid)
            cluster._run(
                "initdb", "--no-sync", "--username=sivient", f"--pwfile={password_file}", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale=C",
            )  # fmt: skip
        except BaseException:
            cluster.remove()
            raise
        return cluster

    @property
    def url(self) -> str:
        """The address of the database, the same as long as the cluster lives."""
        return f"postgres://sivient:{self.password}@127.0.0.1:{self.port}/sivient"

    def start(self, settings: dict[str, str]) -> None:
        """Start on a free port of 127.0.0.1. Somebody else may take the port first: then on another one."""
        for attempt in reversed(range(3)):
            self.port = _free_port()
            given = {
                "port": str(self.port),
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
                "max_connections": str(CONNECTIONS),
                **settings,
            }
            lines = [f"{name} = '{value}'\n" for name, value in given.items()]
            (self.folder / "data/postgresql.auto.conf").write_text("".join(lines))
            try:
                self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self.folder / 'log'}")
                break
            except RuntimeError:
                if attempt == 0:
                    raise
        self._create_database()

    def crash(self) -> None:
        """End every process of the server at once, without a checkpoint: as if it had been killed."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")

    def resume(self) -> None:
        """Start the server again where it was; it recovers from its log (WAL) first."""
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self.folder / 'log'}")

    def remove(self) -> None:
        """Stop the server at once and take the files away."""
        # The pid file may have outlived a power cut. A server that does not stop ends when its files are gone.
        if (self.folder / "data/postmaster.pid").exists():
            with suppress(RuntimeError, FileNotFoundError):
                self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _create_database(self) -> None:
        login = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "sivient", "PGPASSWORD": self.password}
        self._run("createdb", "--template=template0", "sivient", **login)

    def _run(self, program: str, *arguments: str, **environment: str) -> None:
        """Run a program of PostgreSQL's as the user who owns the cluster."""
        done = subprocess.run(
            [self.bin / program, *arguments],
            env={"PATH": os.defpath, "LC_ALL": "C", "PGDATA": str(self.folder / "data"), **environment},
            cwd=self.folder,
            user=_account().pw_uid if os.geteuid() == 0 else None,
            group=_account().pw_gid if os.geteuid() == 0 else None,
            extra_groups=[] if os.geteuid() == 0 else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            log = self.folder / "log"
            raise RuntimeError(f"{program} failed:\n{done.stderr}{log.read_text() if log.exists() else ''}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main(command: list[str]) -> int:
    """Run `command` with DATABASE_URL pointing to a server of its own; return its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with postgres() as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
