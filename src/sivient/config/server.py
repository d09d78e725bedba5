"""Runs the application: web processes, and the worker in threads of the parent process."""

import hashlib
import logging
import multiprocessing
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from sivient.config.env import ConfigError

if TYPE_CHECKING:
    from granian.server.common import AbstractServer

log = logging.getLogger(__name__)
BLOCKING_THREADS = 4  # requests at once per web process; more only wait for the interpreter's lock


def prepare() -> None:
    """Bring the embedded database and the static files up to date. Raises ConfigError with one sentence.

    PostgreSQL is only looked at: with several machines one of them migrates, by `sivient migrate`.
    """
    require_writable(settings.DATA_DIR)
    if connection.vendor == "sqlite":
        require_database()
        call_command("migrate", verbosity=0, interactive=False)
    else:
        require_migrated()
    _collect_static()


def require_writable(folder: Path) -> None:
    """Make the data folder, or raise ConfigError when nothing can be written to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # guests' data is nobody else's
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        raise ConfigError(f"SIVIENT_DATA_DIR: cannot write to {folder} ({error.strerror}).") from error


def require_database() -> None:
    """Raise ConfigError when the database does not answer. Its own words may quote the password: they stay inside."""
    try:
        connection.ensure_connection()
    except Error as error:
        raise ConfigError(f"The database does not answer ({type(error).__name__}). See DATABASE_URL.") from error


def require_migrated() -> None:
    """Raise ConfigError when the database does not answer or waits for migrations."""
    require_database()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise ConfigError("The database is not up to date. Run: sivient migrate")


def require_free(host: str, port: int) -> None:
    """Raise ConfigError when something listens on the port already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another with --port."
            ) from error


def serve(
    host: str,
    port: int,
    *,
    web_processes: int,
    worker_threads: int,
    drain: float,
    started: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT; then let running work finish for up to `drain` seconds. 0 threads: no worker."""
    from sivient.jobs.worker import Worker

    server = _web_server(host, port, web_processes, drain)
    worker = Worker(threads=worker_threads) if worker_threads else None
    connection.close()

    def start() -> None:
        if worker:
            worker.start()
        started()

    def stop() -> None:
        if worker:
            worker.stop(drain=drain)

    server.on_startup(start)
    server.on_shutdown(stop)
    server.serve()


def _web_server(host: str, port: int, processes: int, drain: float) -> "AbstractServer[Any]":
    """Return the server. Its processes are spawned, not forked: the parent has threads of the worker."""
    from granian import Granian  # loaded here: the worker alone does not need it
    from granian.constants import Interfaces

    multiprocessing.set_start_method("spawn", force=True)
    return Granian(
        "sivient.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=max(1, int(min(drain, 10))),
        log_enabled=False,
    )


def _collect_static() -> None:
    """Collect and compress the static files if they changed since the last start."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path)).stat()
            digest.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(digest.hexdigest())
