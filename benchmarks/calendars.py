"""A calendar of 10,000 events and 500 series: reading it, one change of it, and the page of its host."""

import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import httpx

from benchmarks.figures import Row, percentile
from benchmarks.pages import PAGE, times
from tests.served import Served, free_port
from tests.settings import GIVEN

EVENTS, SERIES = 10_000, 500
DAYS = 400
BATCH = 500


@contextmanager
def google(product: Served) -> Iterator[str]:
    """Serve the emulated Google, whose Mara has a full calendar, from a process of its own; yield its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    port = free_port()
    process = context.Process(target=_serve, args=(port, product.url, theirs), daemon=True)
    process.start()
    ours.recv()
    address = f"http://127.0.0.1:{port}"
    try:
        for part in _batches():
            httpx.post(f"{address}/__ctl/events", json={"events": part}, trust_env=False, timeout=60).raise_for_status()
        yield address
    finally:
        process.terminate()
        process.join(5)


def measure(product: Served, engine: str) -> Iterator[Row]:
    """Read the calendar in a process of its own, then ask for the pages of hosts with and without one."""
    with google(product) as address:
        environment = {**product.environment, "GOOGLE_ISSUER": address, "GOOGLE_API_BASE": address}
        command = [sys.executable, "-m", "benchmarks.calendar_host"]
        ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    read = json.loads(ran.stdout.splitlines()[-1])
    yield Row(f"Calendar, first reading, {engine}", read["first"], "s", read["alone"], "the answers alone", "< 20 s")
    yield Row(f"Calendar, busy times stored, {engine}", read["times"], "")
    yield Row(f"Calendar, memory that reading adds, {engine}", read["memory"], "MB")
    changes = [1000 * each for each in read["changes"]]
    yield Row(f"Calendar, one change, p50, {engine}", percentile(changes, 0.5), "ms", target="< 300 ms")
    yield Row(f"Calendar, one change, slowest, {engine}", max(changes), "ms", target="< 300 ms")
    without, with_one = times(product, PAGE), times(product, "/schedule/calendars/intro")
    floor = percentile(without, 0.5)
    yield Row(f"Event page with it, p50, {engine}", percentile(with_one, 0.5), "ms", floor, "without", "no slower")


def _batches() -> Iterator[list[dict[str, Any]]]:
    first = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    events = [_event(first + timedelta(days=n % DAYS, minutes=25 * (n // DAYS)), f"Event {n}") for n in range(EVENTS)]
    events += [
        _event(first + timedelta(days=n % 7, hours=11, minutes=n), f"Series {n}") | {"rule": "FREQ=WEEKLY"}
        for n in range(SERIES)
    ]
    for begin in range(0, len(events), BATCH):
        yield events[begin : begin + BATCH]


def _event(start: datetime, title: str) -> dict[str, Any]:
    end = start + timedelta(minutes=20)
    return {"account": "mara", "title": title, "start": start.isoformat(), "end": end.isoformat(), "zone": "UTC"}


def _serve(port: int, product: str, ready: "Connection[str, str]") -> None:
    from sivient.demo import httpd
    from sivient.vendors.google.emulator import GoogleEmulator

    address = f"http://127.0.0.1:{port}"
    emulator = GoogleEmulator(
        address,
        client_id=GIVEN["GOOGLE_CLIENT_ID"],
        client_secret=GIVEN["GOOGLE_CLIENT_SECRET"],
        redirect_uris=(f"{product}/settings/integrations/google/callback",),
    )
    httpd.serve(emulator.handle, host="127.0.0.1", port=port)
    ready.send("ready")
    while True:
        time.sleep(60)
