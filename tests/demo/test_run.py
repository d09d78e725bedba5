"""The demo starts with one command, says clearly when it cannot, stops at once, and keeps its data."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.demoed import demoed, environment, free_ports

pytestmark = [pytest.mark.processes]
STOP = 2.0  # seconds


def refused(*arguments: str, **settings: str) -> str:
    """Run a demo that cannot start; return its sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "sivient.cli", "demo", "--no-browser", *arguments],
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    first = free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 2))
        taken.listen()
        sentence = refused("--port", str(first), "--data-dir", str(tmp_path))
    assert f"Port {first + 2}" in sentence


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "Cannot write" in refused("--data-dir", str(tmp_path / "file" / "demo"))


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert "not a demo" in refused(*options, "--data-dir", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_a_demo_that_finds_its_ports_taken_has_changed_nothing(tmp_path: Path, options: tuple[str, ...]) -> None:
    first = free_ports()
    (tmp_path / "stage.json").write_text("the last demo's")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 5))
        taken.listen()
        assert "Port" in refused(*options, "--port", str(first), "--data-dir", str(tmp_path))
    assert (tmp_path / "stage.json").read_text() == "the last demo's"
    assert not (tmp_path / "secrets.json").exists()


def test_a_running_demo_keeps_its_data_from_a_second_one(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    with demoed(tmp_path) as demo:
        before = {path: path.read_bytes() for path in data.rglob("*.json")}
        here = str(demo.stage.port(demo.stage.web))
        elsewhere = str(free_ports())
        for arguments in (("--port", here), ("--port", here, "--fresh"), ("--port", elsewhere, "--fresh")):
            assert f"A demo is running in {data}" in refused("--data-dir", str(data), *arguments)
        assert {path: path.read_bytes() for path in data.rglob("*.json")} == before
        assert httpx.get(f"{demo.stage.web}/readyz").is_success
        assert httpx.get(f"{demo.stage.web}/tour").is_success


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_within_two_seconds(tmp_path: Path, number: signal.Signals) -> None:
    took: list[float] = []
    while not took or (min(took) > STOP and len(took) < 3):  # a machine that is busy for a moment proves nothing
        folder = tmp_path / str(len(took))
        folder.mkdir()
        with demoed(folder) as demo:
            ports = [demo.stage.port(demo.stage.web), demo.stage.port(demo.stage.zoom), demo.stage.smtp_port]
            begun = time.monotonic()
            os.kill(demo.process.pid, number)
            demo.process.wait(timeout=10)
            took.append(time.monotonic() - begun)
    assert min(took) < STOP
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert "Traceback" not in demo.log.read_text()


def test_data_survives_a_restart_and_fresh_forgets_it(tmp_path: Path) -> None:
    with demoed(tmp_path) as demo:
        httpx.post(f"{demo.stage.zoom}/__ctl/switch", json={"answers_503": True})
        secret = (tmp_path / "demo" / "secrets.json").read_text()
    with demoed(tmp_path) as demo:
        assert httpx.get(f"{demo.stage.zoom}/__ctl/state").json()["switches"]["answers_503"]
        assert (tmp_path / "demo" / "secrets.json").read_text() == secret
    with demoed(tmp_path, "--fresh") as demo:
        assert not httpx.get(f"{demo.stage.zoom}/__ctl/state").json()["switches"]["answers_503"]
        assert (tmp_path / "demo" / "secrets.json").read_text() != secret


def test_a_vendor_that_the_environment_names_is_not_emulated(tmp_path: Path) -> None:
    double = "http://127.0.0.1:9"
    with demoed(tmp_path, ZOOM_OAUTH_BASE=double, ZOOM_CLIENT_ID="given", ZOOM_CLIENT_SECRET="given-too") as demo:
        assert demo.stage.zoom == ""
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", demo.stage.port(demo.stage.web) + 1)) != 0
        assert double in demo.log.read_text()
        assert httpx.get(f"{demo.stage.web}/tour").status_code == 200


def test_the_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    with demoed(tmp_path):
        file = tmp_path / "demo" / "secrets.json"
        assert file.stat().st_mode & 0o077 == 0
        assert file.parent.stat().st_mode & 0o077 == 0, "guests' data is nobody else's either"
        assert len(json.loads(file.read_text())["SIVIENT_SECRET_KEY"]) >= 32
        assert (tmp_path / "demo" / "environment.sh").stat().st_mode & 0o077 == 0


def test_the_operators_commands_can_look_at_a_running_demo(tmp_path: Path) -> None:
    with demoed(tmp_path):
        asked = f". {tmp_path}/demo/environment.sh && exec {sys.executable} -m sivient.cli status --json"
        done = subprocess.run(["sh", "-c", asked], capture_output=True, text=True, check=False, timeout=60)
        assert json.loads(done.stdout)["fine"], done.stderr
