"""Processes that need a token at the same moment renew it once: the lease is in the database, not in a process.

Also run by itself, for as many rounds as are wanted (with DATABASE_URL on PostgreSQL):
python -m tests.integrations.test_tokens_across_processes --expiries 1000 --seed 1
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import httpx
import pytest

from sivient.demo import httpd
from tests.served import seeded

PROCESSES = 20
EXPIRIES = 1000 if os.environ.get("NIGHTLY") else 30 if os.environ.get("DATABASE_URL") else 10
WAYS = ("expired", "soon", "refused")
pytestmark = [pytest.mark.processes, pytest.mark.db, pytest.mark.timeout(3600 if os.environ.get("NIGHTLY") else 120)]


@dataclass
class TokenEndpoint:
    """Rotates strictly: each refresh token works once, and the answer takes a while."""

    calls: int = 0
    refused: int = 0
    valid: str = "refresh-canary"
    lock: Lock = field(default_factory=Lock)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a refresh."""
        with self.lock:
            self.calls += 1
            number = self.calls
            if f"refresh_token={self.valid}" not in request.content.decode().split("&"):
                self.refused += 1
                return httpx.Response(400, json={"error": "invalid_grant", "reason": "Invalid Token!"})
            self.valid = f"refresh-{number}"
            refresh_token = self.valid
        time.sleep(0.03)
        return httpx.Response(
            200, json={"access_token": f"access-{number}", "refresh_token": refresh_token, "expires_in": 3600}
        )


@dataclass(frozen=True)
class Run:
    """What came of it: calls of the token endpoint, and how many processes got another version than the newest."""

    calls: int
    refused: int
    wrong: int
    seconds: float
    ways: Counter[str]


def run(folder: Path, *, expiries: int, seed: int) -> Run:
    """Let the processes need a new token so many times."""
    endpoint = TokenEndpoint()
    server = httpd.serve(endpoint.handle)
    draw = random.Random(seed)  # noqa: S311 - which way comes next, for a test
    ways = [draw.choice(WAYS) for _ in range(expiries)]
    with seeded(folder, ZOOM_OAUTH_BASE=server.url) as (environment, _):
        command = [sys.executable, "-m", "tests.integrations.token_user", "1", str(PROCESSES)]
        users = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert users.stdin is not None
        assert users.stdout is not None
        try:
            assert json.loads(users.stdout.readline()) == "ready"
            began, wrong = time.monotonic(), 0
            for number, way in enumerate(ways):
                users.stdin.write(f"{way}\n")
                versions = json.loads(users.stdout.readline())
                wrong += sum(version != number + 2 for version in versions)
            seconds = time.monotonic() - began
        finally:
            users.stdin.close()  # it ends, and its processes with it
            users.wait(timeout=20)
            server.close()
    return Run(endpoint.calls, endpoint.refused, wrong, seconds, Counter(ways))


def test_row_15_twenty_processes_that_need_a_token_at_once_renew_it_once(tmp_path: Path) -> None:
    done = run(tmp_path, expiries=EXPIRIES, seed=1)
    assert (done.calls, done.refused, done.wrong) == (EXPIRIES, 0, 0)
    assert set(done.ways) == set(WAYS)


def main() -> None:
    """Run it once, as long as is wanted, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--expiries", type=int, default=EXPIRIES)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        done = run(Path(folder), expiries=wanted.expiries, seed=wanted.seed)
    print(f"seed {wanted.seed}, {PROCESSES} processes, {wanted.expiries} expiries ({dict(done.ways)}):")
    print(f"{done.calls} calls, {done.refused} refused, {done.wrong} wrong versions, {done.seconds:.0f} s")
    sys.exit((done.calls, done.refused, done.wrong) != (wanted.expiries, 0, 0))


if __name__ == "__main__":
    main()
