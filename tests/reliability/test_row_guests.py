"""Rows 3, 4, 37 and 45 of the table of failures: guests who press at once, twice, or go away. Two real web processes.

What each guest sees is what they would see in a browser: a status, a place to go, a page.
"""

import re
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from sivient.site import form_token
from tests.booking.racing import Field
from tests.factories import MONDAY_10
from tests.reliability.stage import Outside, hands, outside, until
from tests.served import Served, served

pytestmark = [pytest.mark.processes, pytest.mark.db]
GUESTS = 50
HOUR = timedelta(hours=1)
_numbers = count()


@dataclass
class Crowd:
    """The running product, and guests at its door."""

    product: Served
    hand: Field
    world: Outside

    def form(self, start: datetime, *, event_type: str = "event_type", **typed: str) -> dict[str, str]:
        """Fill in a form of its own, as somebody nobody else is."""
        about = {"name": f"Ada {next(_numbers)}", "email": f"ada{next(_numbers)}@guest.example", "tz": "Asia/Tokyo"}
        token = form_token.issue(f"book:{self.product.seed[event_type]}")
        return about | {"note": "Bring <the> plans", "at": f"{start:%Y-%m-%dT%H:%M}Z", "token": token} | typed

    def page(self, event_type: str = "intro") -> str:
        """Return the address of the form."""
        return f"{self.product.url}/schedule/mara/{event_type}/confirm"

    def at_once(self, forms: Sequence[tuple[str, dict[str, str]]]) -> list[httpx.Response]:
        """Send all forms in the same moment."""
        gate = Barrier(len(forms))

        def press(form: tuple[str, dict[str, str]]) -> httpx.Response:
            gate.wait(timeout=30)
            return browser.post(form[0], data=form[1])

        limits = httpx.Limits(max_connections=len(forms))
        with (
            httpx.Client(timeout=60, limits=limits, trust_env=False) as browser,
            ThreadPoolExecutor(len(forms)) as pool,
        ):
            return list(pool.map(press, forms))

    def bookings(self) -> list[dict[str, object]]:
        """Return what is in the database."""
        found: list[dict[str, object]] = self.hand.ask(do="bookings")["bookings"]
        return found


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """Serve the product once, with a worker."""
    folder = tmp_path_factory.mktemp("guests")
    with (
        outside(folder) as (world, where),
        served(folder, arguments=("--web-processes", "2"), **where) as product,
        hands(product.environment) as hand,
    ):
        hand.ask(do="connect", host=product.seed["host"])
        yield Crowd(product, hand, world)


def test_row_03_a_form_that_is_sent_ten_times_at_once_and_again_later_books_once(crowd: Crowd) -> None:
    before, typed = len(crowd.bookings()), crowd.form(MONDAY_10)
    answers = crowd.at_once([(crowd.page(), typed)] * 10)
    answers += crowd.at_once([(crowd.page(), typed)])
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(crowd.bookings()) == before + 1


def test_row_04_of_fifty_guests_who_want_one_time_one_has_it_and_the_others_keep_what_they_typed(crowd: Crowd) -> None:
    before, start = len(crowd.bookings()), MONDAY_10 + HOUR
    forms = [crowd.form(start) for _ in range(GUESTS)]
    answers = crowd.at_once([(crowd.page(), form) for form in forms])
    assert Counter(answer.status_code for answer in answers) == {303: 1, 409: GUESTS - 1}
    assert len(crowd.bookings()) == before + 1
    for form, answer in zip(forms, answers, strict=True):
        if answer.status_code == 409:
            nearest = re.findall(r'<button class="btn" name="at" value="([^"]+)">', answer.text)
            assert len(set(nearest)) == 3
            assert form["at"] not in nearest
            assert all(word in answer.text for word in (form["name"], form["email"], "Bring &lt;the&gt; plans"))


def test_row_37_two_web_processes_on_one_database_let_no_two_meetings_overlap(crowd: Crowd) -> None:
    """Meetings of 30 and of 90 minutes that begin every half hour: most of them are in each other's way."""
    forms = []
    for n in range(60):
        start = MONDAY_10 + timedelta(days=1, minutes=30 * (n % 12))
        long = n % 3 == 0
        event_type = "long_event_type" if long else "event_type"
        forms.append((crowd.page("workshop" if long else "intro"), crowd.form(start, event_type=event_type)))
    answers = crowd.at_once(forms)
    assert {answer.status_code for answer in answers} == {303, 409}
    seen = crowd.hand.ask(do="look", host=crowd.product.seed["host"])
    assert (seen["overlaps"], seen["astray"]) == (0, 0)
    assert seen["bookings"] == {"confirmed": len(crowd.bookings())}


def test_row_45_a_guest_who_closes_the_tab_is_booked_and_gets_the_link_all_the_same(crowd: Crowd) -> None:
    typed = crowd.form(MONDAY_10 + timedelta(days=2))
    body, place = urlencode(typed).encode(), urlsplit(crowd.product.url)
    head = f"POST {urlsplit(crowd.page()).path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(body)}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n"
    with socket.create_connection((place.hostname or "", place.port or 0)) as tab:
        tab.sendall(head.encode() + body)
    until(lambda: crowd.world.post.to(typed["email"]))
    (mail,) = crowd.world.post.to(typed["email"])
    assert "zoom.us/j/" in mail.as_string()
