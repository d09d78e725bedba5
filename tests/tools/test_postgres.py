"""A server for as long as a block lasts: it answers, and nothing of it stays behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.house.tree import ROOT
from tools import postgres as module
from tools.postgres import postgres, running_cluster


def clusters() -> set[Path]:
    """The folders of servers that this process made."""
    return set(module.ROOM.glob(f"{module.PREFIX}{os.getpid()}-*"))


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row
    return str(row[0])


def test_a_server_answers_and_then_is_gone() -> None:
    with postgres() as url:
        assert setting(url, "server_encoding") == "UTF8"
        assert setting(url, "fsync") == "off"
        assert len(clusters()) == 1
    assert clusters() == set()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_durable_server_waits_for_the_disk() -> None:
    with postgres(durable=True) as url:
        assert [setting(url, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3


def test_what_was_committed_outlives_a_crash_and_the_address_stays() -> None:
    with running_cluster(durable=True) as cluster:
        with psycopg.connect(cluster.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        url = cluster.url
        cluster.crash()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        cluster.resume()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_nobody_enters_without_the_password() -> None:
    with postgres() as url, pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url, password="guessed")


def test_a_server_is_gone_after_an_error_in_the_block() -> None:
    with pytest.raises(ZeroDivisionError), postgres():
        raise ZeroDivisionError
    assert clusters() == set()


def test_a_server_whose_owner_was_killed_is_removed_by_the_next_run() -> None:
    waiting = "import sys, tools.postgres as p\nwith p.postgres() as url: print(url, flush=True); sys.stdin.read()"
    owner = subprocess.Popen(
        [sys.executable, "-c", waiting], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout
        url = owner.stdout.readline().strip()
        owner.send_signal(signal.SIGKILL)
    psycopg.connect(url).close()

    module.remove_abandoned()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    assert set(module.ROOM.glob(f"{module.PREFIX}{owner.pid}-*")) == set()


def test_a_command_gets_the_url_and_its_exit_code_comes_back() -> None:
    asks = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']); raise SystemExit(7)"
    command = [sys.executable, "-m", "tools.postgres", sys.executable, "-c", asks]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 7


def test_a_server_that_died_with_its_owner_does_not_stop_the_next_run() -> None:
    """A power cut ends both; the pid file stays behind and names nobody."""
    cluster = module.Cluster.create(module.binaries())
    cluster.start(module.CARELESS)
    pid_file = cluster.folder / "data/postmaster.pid"
    left = pid_file.read_text()
    cluster.crash()
    pid_file.write_text(left)
    dead = cluster.folder.rename(cluster.folder.with_name(f"{module.PREFIX}{no_process()}-dead"))

    module.remove_abandoned()
    gone_by = time.monotonic() + 30  # another test may be removing it just now
    while dead.exists() and time.monotonic() < gone_by:
        time.sleep(0.1)
    assert not dead.exists()


def no_process() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        return ended.pid
