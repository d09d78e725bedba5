"""From the commit of a booking to its stored join link, with a Zoom that answers in 200 ms."""

import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from benchmarks.figures import Row, percentile
from benchmarks.guests import forms, open_loop
from tests.served import Served, free_port

BOOKINGS, RATE = 120, 4.0  # a second; four workers of 200 ms each could do twenty
ZOOM_ANSWERS = 0.2  # seconds
DELAYS = """
import json
import django
from sivient.config.env import name_settings_module
name_settings_module()
django.setup()
from sivient.booking.models import Booking
print(json.dumps([
    (conference.created_at - booking.created_at).total_seconds() if conference else None
    for booking in Booking.objects.all()
    for conference in [booking.conferences.filter(unused=False).first()]
]))
"""


@contextmanager
def slow_zoom() -> Iterator[str]:
    """Serve the emulated Zoom from a process of its own, answering after 200 ms; yield its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    port = free_port()
    process = context.Process(target=_serve_zoom, args=(port, theirs), daemon=True)
    process.start()
    ours.recv()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join(5)


def measure(product: Served) -> Iterator[Row]:
    """Book at an easy pace and read from the rows how long each link took."""
    subprocess.run([sys.executable, "-m", "benchmarks.zoom_hosts"], env=dict(product.environment), check=True)
    open_loop(product, forms(product, BOOKINGS), RATE)
    delays = _delays(product)
    yield Row("Commit to link stored, p50", percentile(delays, 0.5), "s", ZOOM_ANSWERS, "Zoom's answer", "< 1 s")
    yield Row("Commit to link stored, p99", percentile(delays, 0.99), "s", ZOOM_ANSWERS, "Zoom's answer", "< 3 s")


def _delays(product: Served) -> list[float]:
    import json

    for _ in range(40):
        command = [sys.executable, "-c", DELAYS]
        found = json.loads(
            subprocess.run(command, env=dict(product.environment), capture_output=True, check=True).stdout
        )
        if len(found) >= BOOKINGS and None not in found:
            return [float(delay) for delay in found]
        time.sleep(0.5)
    raise RuntimeError("not every booking got its link")


def _serve_zoom(port: int, ready: "Connection[str, str]") -> None:
    from sivient.demo import httpd
    from sivient.vendors.zoom.emulator import ZoomApp, ZoomEmulator
    from tests.settings import GIVEN

    app = ZoomApp(
        client_id=GIVEN["ZOOM_CLIENT_ID"],
        client_secret=GIVEN["ZOOM_CLIENT_SECRET"],
        webhook_secret=GIVEN["ZOOM_WEBHOOK_SECRET_TOKEN"],
        redirect_uris=("http://127.0.0.1/callback",),
    )
    address = f"http://127.0.0.1:{port}"
    zoom = ZoomEmulator(app, base_url=address, join_base=address)
    zoom.switch(delay_seconds=ZOOM_ANSWERS, limits=False)
    httpd.serve(zoom.handle, host="127.0.0.1", port=port)
    ready.send("ready")
    while True:
        time.sleep(60)
