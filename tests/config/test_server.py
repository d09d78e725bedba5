"""`sivient serve` stops cleanly, with a worker and without one."""

from pathlib import Path

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
