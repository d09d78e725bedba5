"""The event page: what the server needs for it, and what a guest's first visit costs."""

import http.client
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Response, sync_playwright

from benchmarks.figures import Row, percentile
from tests.browser.conftest import ARGUMENTS
from tests.served import Served
from tools.chromium import executable

PAGE = "/schedule/mara/intro"
ROUNDS = 500


def measure(product: Served) -> Iterator[Row]:
    """Ask for the page over one kept connection, then visit it once with an empty browser."""
    bare = times(product, "/healthz")
    page = times(product, PAGE)
    floor = percentile(bare, 0.5)
    yield Row("Event page, p50", percentile(page, 0.5), "ms", floor, "/healthz", "<= 10 ms")
    yield Row("Event page, p99", percentile(page, 0.99), "ms", percentile(bare, 0.99), "/healthz")
    kilobytes, requests = _first_visit(product.url)
    yield Row("Event page, first visit", kilobytes, "KB", target="<= 40 KB")
    yield Row("Event page, requests", requests, "", target="<= 6")


def times(product: Served, path: str) -> list[float]:
    """Return the milliseconds of each request over one kept connection, after a few that do not count."""
    connection = http.client.HTTPConnection(urlsplit(product.url).netloc, timeout=30)
    taken = []
    for _ in range(ROUNDS + 20):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        taken.append((time.perf_counter() - begun) * 1000)
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
    return taken[20:]


def _first_visit(url: str) -> tuple[float, int]:
    """Return kilobytes (1,000 bytes, as transferred) and requests; a request to anybody else is an error."""
    answers: list[Response] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        page = browser.new_page()
        page.on("response", lambda answer: answers.append(answer))
        page.goto(url + PAGE, wait_until="networkidle")
        strangers = [answer.url for answer in answers if not answer.url.startswith((url, "data:"))]
        sent = [answer.request.sizes() for answer in answers if answer.url.startswith(url)]
        browser.close()
    if strangers:
        raise RuntimeError(f"the page asks strangers: {strangers}")
    return sum(sizes["responseBodySize"] for sizes in sent) / 1000, len(sent)
