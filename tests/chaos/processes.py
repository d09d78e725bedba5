"""The product's processes, each started again as soon as it is gone. Only these are ever killed."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import httpx

from tests.chaos.plan import Blow

T = TypeVar("T")
LOOK = 0.1  # seconds between two looks of the supervisor
WARM, WARM_BUSY = 2.0, 8.0  # seconds after which a process can be expected to work; on a busy machine at most
STOP = 40.0


class Child:
    """One process of the product with everything that it starts, in a session of its own. `port` 0: no pages."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str], log: Path, port: int = 0) -> None:
        self.name, self.command, self.environment, self.port = name, command, environment, port
        self.starts = 0
        self.thaw_at: float | None = None
        self._log = log.open("ab")
        self.start()

    def start(self) -> None:
        """Start it (again)."""
        self.process = subprocess.Popen(
            self.command, env=dict(self.environment), stdout=self._log, stderr=self._log, start_new_session=True
        )
        self.started_at = time.monotonic()
        self.thaw_at = None
        self.starts += 1

    @property
    def warm(self) -> bool:
        """Whether it runs for long enough to be worth a blow."""
        running = self.process.poll() is None and self.thaw_at is None
        busy = os.getloadavg()[0] / (os.cpu_count() or 1)
        return running and time.monotonic() - self.started_at > min(WARM_BUSY, WARM * max(1.0, busy / 2))

    def send(self, number: int, *, only: int = 0) -> None:
        """Send a signal to the whole session, or to one process of it."""
        with contextlib.suppress(ProcessLookupError):
            if only:
                os.kill(only, number)
            else:
                os.killpg(self.process.pid, number)

    def pages(self) -> list[int]:
        """Return the ids of the processes that serve its pages."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with contextlib.suppress(OSError):
            children = [int(pid) for pid in path.read_text().split()]
            return [pid for pid in children if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]
        return []

    def stop(self) -> None:
        """End it as an operator does; and whatever is left of its session."""
        if self.process.poll() is None:
            self.send(signal.SIGCONT)
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP)
        self.send(signal.SIGKILL)
        self.process.wait()
        self._log.close()


class Supervisor:
    """Starts processes again, thaws the frozen ones in time, and deals the blows."""

    def __init__(self, children: Iterable[Child]) -> None:
        self.children = list(children)
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def strike(self, blow: Blow) -> bool:
        """Deal a blow to a warm process; return whether there was one."""
        with self._lock:
            warm = [child for child in self.children if child.warm]
            if not warm:
                return False
            child = warm[int(blow.victim * len(warm))]
            if blow.kind == "freeze":
                # A frozen page process would hold its guests for long; they wait ten seconds at most.
                child.thaw_at = time.monotonic() + (min(blow.seconds, 8.0) if child.port else blow.seconds)
                child.send(signal.SIGSTOP)
                self.counts[f"freezes of {child.name.rstrip('0123456789 ')}"] += 1
            else:
                self._kill(child, blow)
        return True

    def cut_power(self, look: Callable[[], T]) -> T:
        """Kill every process at once; return what `look` sees while none runs."""
        with self._lock:
            for child in self.children:
                child.send(signal.SIGKILL)
            for child in self.children:
                child.process.wait()
            self.counts["power cuts"] += 1
            return look()

    def works(self, name: str) -> bool:
        """Say whether a process of that name is warm."""
        with self._lock:
            return any(child.warm for child in self.children if child.name.startswith(name))

    def thaw_all(self) -> None:
        """Let every frozen process go on."""
        with self._lock:
            for child in self.children:
                if child.thaw_at is not None:
                    self._thaw(child)

    def wait_until_served(self, within: float = 60.0) -> None:
        """Wait until each process with pages answers."""
        deadline = time.monotonic() + within
        for port in [child.port for child in self.children if child.port]:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2.0).is_success:
                        break
                if time.monotonic() > deadline:
                    raise AssertionError(f"nobody serves on port {port}")
                time.sleep(0.1)

    def close(self) -> None:
        """Stop every process."""
        self._over.set()
        self._thread.join()
        for child in self.children:
            child.stop()

    def _kill(self, child: Child, blow: Blow) -> None:
        """Kill everything at once, as a machine that fails; or one process of a `serve`, as when memory runs out.

        What a killed parent leaves behind goes by itself: until then the next one finds its port taken, and is
        started again.
        """
        pages = child.pages()
        name = child.name.rstrip("0123456789 ")
        if pages and blow.where < 0.4:
            child.send(signal.SIGKILL, only=pages[0])
            child.started_at = time.monotonic()
            self.counts[f"kills of {name}, its page process"] += 1
        elif pages and blow.where < 0.7:
            child.send(signal.SIGKILL, only=child.process.pid)
            self.counts[f"kills of {name}, its parent process"] += 1
        else:
            child.send(signal.SIGKILL)
            self.counts[f"kills of {name}"] += 1

    def _watch(self) -> None:
        while not self._over.wait(LOOK):
            with self._lock:
                for child in self.children:
                    if child.thaw_at is not None and time.monotonic() > child.thaw_at:
                        self._thaw(child)
                    if child.process.poll() is not None:
                        child.send(signal.SIGCONT)  # what a frozen one left behind has to notice that it is alone
                        child.start()
                        self.counts["restarts"] += 1

    def _thaw(self, child: Child) -> None:
        child.thaw_at = None
        child.send(signal.SIGCONT)
