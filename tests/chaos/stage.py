"""Everything that a run needs: a database, Zoom, a mail server, and the product's processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.evidence import Line
from tests.chaos.faults import Zoom
from tests.chaos.ledger import Ledger
from tests.chaos.plan import Size, hosts
from tests.chaos.post_office import PostOffice, post_office
from tests.chaos.processes import Child, Supervisor
from tests.chaos.watch import Watch
from tests.served import free_port
from tests.settings import GIVEN
from tools.postgres import Cluster, running_cluster

CLI = ("-m", "sivient.cli")


@dataclass(frozen=True, slots=True)
class Stage:
    """A set stage. `cluster` is None on SQLite."""

    folder: Path
    size: Size
    environment: dict[str, str]
    cluster: Cluster | None
    zoom: Zoom
    office: PostOffice
    answers: Ledger
    supervisor: Supervisor
    watch: Watch
    addresses: list[str]

    def tool(self, *arguments: str) -> str:
        """Run a Python program with the product's environment to its end; return what it printed."""
        return _run(self.environment, *arguments)

    def rows(self) -> dict[str, list[Line]]:
        """Return what the database says now."""
        found: dict[str, list[Line]] = json.loads(self.tool("-m", "tests.chaos.database"))
        return found

    def log_lines(self, *events: str) -> int:
        """Count the lines of the processes' logs about these events."""
        wanted = tuple(f'"event": "{event}"' for event in events)
        return sum(
            any(each in line for each in wanted)
            for log in self.folder.glob("*.log")
            for line in log.read_text(errors="replace").splitlines()
        )


@contextmanager
def staged(folder: Path, engine: str, size: Size, seed: int) -> Iterator[Stage]:
    """Set everything up, and take it down again, each process by its own id."""
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster(durable=True)) if engine == "PostgreSQL" else None
        answers = Ledger(folder / "answers.jsonl")
        mails = Ledger(folder / "mails.jsonl")
        office, smtp = stack.enter_context(post_office(mails, seed))
        ports, zoom_port = [free_port() for _ in range(size.web if cluster else 1)], free_port()
        addresses = [f"http://127.0.0.1:{port}" for port in ports]
        zoom = Zoom(f"http://127.0.0.1:{zoom_port}")
        environment = _environment(folder, cluster.url if cluster else "", addresses[0], zoom.address, smtp)
        callback = f"{addresses[0]}/settings/integrations/zoom/callback"
        emulator = [str(zoom_port), callback, str(seed), *hosts(size)]
        stack.enter_context(_zoom(environment, emulator, folder))
        _run(environment, *CLI, "migrate")
        _run(environment, "-m", "tests.chaos.hosts", "seed", *hosts(size))
        supervisor = Supervisor(_children(environment, folder, ports, 0 if cluster is None else size.workers))
        stack.callback(supervisor.close)
        watch = Watch(cluster.url if cluster else "", folder / "data/sivient.sqlite3")
        stack.callback(watch.close)
        supervisor.wait_until_served()
        yield Stage(
            folder, size, environment, cluster, zoom, office, answers, supervisor, watch, addresses
        )  # fmt: skip


def _environment(folder: Path, database: str, base: str, zoom: str, smtp: int) -> dict[str, str]:
    given = {**os.environ, **GIVEN}
    given.pop("DJANGO_SETTINGS_MODULE", None)
    return given | {
        "SIVIENT_DATA_DIR": str(folder / "data"),
        "DATABASE_URL": database,
        "SIVIENT_BASE_URL": base,
        "ZOOM_OAUTH_BASE": zoom,
        "ZOOM_API_BASE": zoom,
        "SMTP_URL": f"smtp://127.0.0.1:{smtp}",
    }


@contextmanager
def _zoom(environment: dict[str, str], arguments: list[str], folder: Path) -> Iterator[None]:
    with (folder / "zoom.txt").open("wb") as log:
        command = [sys.executable, "-m", "tests.chaos.zoom", *arguments]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)


def _children(environment: dict[str, str], folder: Path, ports: list[int], workers: int) -> Iterator[Child]:
    """Yield web processes and worker processes; without the latter, the one web process has the worker in it."""
    own_worker = ("--worker-threads", "0") if workers else ()
    for number, port in enumerate(ports):
        command = [sys.executable, *CLI, "serve", "--port", str(port), *own_worker]
        yield Child(f"web {number}", command, environment, folder / f"web-{number}.log", port)
    for number in range(workers):
        command = [sys.executable, *CLI, "worker"]
        yield Child(f"worker {number}", command, environment, folder / f"worker-{number}.log")


def _run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments[:3])}: {done.stderr[-2000:]}")
    return done.stdout
