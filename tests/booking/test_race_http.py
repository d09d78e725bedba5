"""Fifty guests press Book for one time in one moment, at two web processes."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from sivient.site import form_token
from tests.booking.racing import field_of
from tests.factories import MONDAY_10
from tests.served import Served, served

pytestmark = [
    pytest.mark.db,
    pytest.mark.processes,
    pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="several web processes share PostgreSQL alone"),
]
GUESTS = 50


def test_one_guest_is_booked_and_all_others_see_the_page_with_other_times(tmp_path: Path) -> None:
    with served(tmp_path, arguments=("--web-processes", "2")) as product:
        answers = post_at_once(product)
        with field_of(product.environment, processes=1, lanes=1, seed=1) as field:
            seen = field.ask(do="look", host=product.seed["host"])
    assert Counter(answer.status_code for answer in answers) == {303: 1, 409: GUESTS - 1}
    assert seen == {"overlaps": 0, "astray": 0, "bookings": {"confirmed": 1}}
    for answer in answers:
        assert answer.status_code == 303 or "Ada Okafor" in answer.text  # what was typed is kept


def post_at_once(product: Served) -> list[httpx.Response]:
    """Send a form of each guest's own, all in the same moment."""
    gate = Barrier(GUESTS)
    page = f"{product.url}/schedule/mara/intro/confirm"
    about = f"book:{product.seed['event_type']}"

    def guest(number: int) -> httpx.Response:
        typed = {
            "name": "Ada Okafor",
            "email": f"ada{number}@guest.example",
            "at": f"{MONDAY_10:%Y-%m-%dT%H:%M}Z",
            "tz": "Asia/Tokyo",
            "token": form_token.issue(about),
        }
        gate.wait(timeout=30)
        return browser.post(page, data=typed)

    limits = httpx.Limits(max_connections=GUESTS)
    with httpx.Client(timeout=60, limits=limits) as browser, ThreadPoolExecutor(GUESTS) as pool:
        return list(pool.map(guest, range(GUESTS)))
