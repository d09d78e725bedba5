"""`sivient serve` stops cleanly, with a worker and without one, and leaves nothing behind when it is killed."""

import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.served import served

pytestmark = [pytest.mark.db, pytest.mark.processes]


@pytest.mark.parametrize("threads", ["0", "1"])
def test_a_stop_ends_quietly_with_and_without_a_worker(tmp_path: Path, threads: str) -> None:
    with served(tmp_path, arguments=("--worker-threads", threads)) as product:
        product.process.terminate()
        assert product.process.wait(timeout=40) == 0
    said = product.log.read_text()
    assert said.startswith(f"Sivient serves on {product.url}\n")
    assert "Traceback" not in said
    assert "exception" not in said


def test_a_killed_serve_leaves_its_port_to_the_next_one(tmp_path: Path) -> None:
    with served(tmp_path, arguments=("--worker-threads", "0")) as product:
        product.process.kill()
        product.process.wait(timeout=10)
        deadline = time.monotonic() + 15
        while not _is_free(urlsplit(product.url).port or 0):
            assert time.monotonic() < deadline, "its web process holds the port"
            time.sleep(0.1)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
