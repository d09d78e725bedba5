"""Processes that need a token at the same moment renew it once: the lease is in the database, not in a process."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from sivient.demo import httpd
from tests.served import seeded

PROCESSES, ROUNDS = 4, 5
pytestmark = [pytest.mark.processes, pytest.mark.db]


class TokenEndpoint:
    """Rotates strictly: each refresh token works once, and the answer takes a while."""

    def __init__(self) -> None:
        self.calls = 0
        self.valid = "refresh-canary"
        self.refused = 0

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a refresh."""
        self.calls += 1
        if f"refresh_token={self.valid}" not in request.content.decode().split("&"):
            self.refused += 1
            return httpx.Response(400, json={"error": "invalid_grant", "reason": "Invalid Token!"})
        self.valid = f"refresh-{self.calls}"
        time.sleep(0.3)
        return httpx.Response(
            200, json={"access_token": f"access-{self.calls}", "refresh_token": self.valid, "expires_in": 3600}
        )


def start(environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integrations.token_user", "1"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )


def say(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")


def hear(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_processes_that_need_a_token_at_once_renew_it_once(tmp_path: Path) -> None:
    endpoint = TokenEndpoint()
    server = httpd.serve(endpoint.handle)
    with seeded(tmp_path, ZOOM_OAUTH_BASE=server.url) as (environment, _):
        processes = [start(environment) for _ in range(PROCESSES)]
        try:
            assert [hear(process) for process in processes] == ["ready"] * PROCESSES
            for number in range(ROUNDS):
                say(processes[0], "expire")
                assert hear(processes[0]) == "expired"
                for process in processes:
                    say(process, "use")
                assert [hear(process) for process in processes] == [str(number + 2)] * PROCESSES
        finally:
            for process in processes:
                process.kill()
                process.communicate()
            server.close()
    assert (endpoint.calls, endpoint.refused) == (ROUNDS, 0)
