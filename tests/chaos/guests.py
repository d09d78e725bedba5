"""Guests over real HTTP: whoever gets no clear answer sends the same form again, to whichever process serves."""

import html
import itertools
import random
import re
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from tests.chaos.ledger import Ledger
from tests.chaos.plan import Visit
from tests.chaos.post_office import LINK

PATIENCE = 10.0  # seconds for one answer
TYPES, LATER = 3.0, 10.0  # seconds that a guest takes for the form, and before a change; at most
LINK_WITHIN = 45.0  # seconds in which the patient look for their join link, before they change anything
GIVES_UP = 300.0  # seconds after which a guest goes away without an answer
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
UNCLEAR = {500, 502, 503, 504}
Form = dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page said. Status 0: no answer at all."""

    status: int
    location: str = ""
    text: str = ""


class Guests:
    """The crowd. `addresses` are those of the web processes; all are asked by the name of the first, as by a proxy."""

    def __init__(self, addresses: list[str], ledger: Ledger, seed: int, *, crowd: int = 16) -> None:
        self._addresses, self._ledger, self._seed = addresses, ledger, seed
        self._host = urlsplit(addresses[0]).netloc
        self._turn = itertools.count()
        self._pool = ThreadPoolExecutor(crowd)
        self._second = ThreadPoolExecutor(crowd)  # the second press of those who press twice
        self._clients = threading.local()
        self._busy = threading.BoundedSemaphore(crowd * 2)
        self._lock = threading.Lock()
        self._left = threading.Event()
        self.accepted = 0

    def send(self, visit: Visit) -> None:
        """Let one more guest come; waits while too many are there."""
        self._busy.acquire()
        self._pool.submit(self._come, visit)

    def finish(self) -> None:
        """Wait until the last one has gone."""
        self._pool.shutdown()
        self._second.shutdown()

    def leave(self) -> None:
        """Let nobody ask again."""
        self._left.set()
        self._pool.shutdown(cancel_futures=True)
        self._second.shutdown(cancel_futures=True)

    def _come(self, visit: Visit) -> None:
        try:
            self._book(visit)
        except Exception as error:  # a guest's end is not the run's; the judge sees it
            self._ledger.write(visit=visit.number, act="broke off", status=500, error=repr(error))
        finally:
            self._busy.release()

    def _book(self, visit: Visit) -> None:
        at = f"{visit.start:%Y-%m-%dT%H:%MZ}"
        path = f"/schedule/{visit.host}/call/confirm"
        page = self._get(f"{path}?at={at}")
        if page.status != 200:
            self._write(visit, "look", page)
            return
        form = _form(page.text) | {"name": f"Guest {visit.number // 26 % 26}", "email": visit.email}
        draw = random.Random(f"{self._seed}:{visit.number}")  # noqa: S311 - a plan
        time.sleep(draw.uniform(0, TYPES))
        answers = self._pressed(visit, path, form)
        booked = next((answer for answer in answers if answer.status == 303), None)
        if booked is None:
            return
        with self._lock:
            self.accepted += 1
        token = urlsplit(booked.location).path.rpartition("/")[2]
        if visit.reload:
            self._write(visit, "reload", self._get(f"/b/{token}"), token=token)
            self._post(visit, "again", path, form)
        if visit.then:
            if visit.patient:
                self._see_link(token)
            else:
                time.sleep(draw.uniform(0, LATER))
            {"reschedule": self._reschedule, "cancel": self._cancel}[visit.then](visit, token)

    def _pressed(self, visit: Visit, path: str, form: Form) -> list[Answer]:
        presses: list[Future[Answer]] = []
        if visit.double:
            presses.append(self._second.submit(self._post, visit, "double", path, form))
        first = self._post(visit, "book", path, form)
        return [first, *(press.result() for press in presses)]

    def _see_link(self, token: str) -> None:
        """Look at the booking's page until the link is there."""
        until = time.monotonic() + LINK_WITHIN
        while not LINK.search(html.unescape(self._get(f"/b/{token}").text)) and time.monotonic() < until:
            if self._left.wait(1.0):
                return

    def _reschedule(self, visit: Visit, token: str) -> None:
        path = f"/b/{token}/reschedule/confirm"
        page = self._get(f"{path}?at={visit.to:%Y-%m-%dT%H:%MZ}")
        form = _form(page.text)
        if page.status == 200 and "token" in form:
            self._post(visit, "reschedule", path, form, to=visit.to)

    def _cancel(self, visit: Visit, token: str) -> None:
        page = self._get(f"/b/{token}/cancel")
        form = _form(page.text)
        if page.status == 200 and "token" in form:
            self._post(visit, "cancel", f"/b/{token}/cancel", form | {"reason": ""})

    def _post(self, visit: Visit, act: str, path: str, form: Form, to: datetime | None = None) -> Answer:
        """Send the form until there is a clear answer; every answer goes into the ledger."""
        unclear, until = 0, time.monotonic() + GIVES_UP
        while True:
            answer = self._asked("POST", path, form)
            said = {"to": to.astimezone(UTC).isoformat()} if to else {}
            self._write(visit, act, answer, unclear=unclear, key=form.get("token", "")[-12:], **said)
            if self._is_over(answer, until):
                return answer
            unclear += 1
            time.sleep(min(5.0, 0.2 * 2**unclear))

    def _get(self, path: str) -> Answer:
        until = time.monotonic() + GIVES_UP
        while True:
            answer = self._asked("GET", path, None)
            if self._is_over(answer, until):
                return answer
            if answer.status:
                self._ledger.write(act="page", status=answer.status)
            time.sleep(0.3)

    def _is_over(self, answer: Answer, until: float) -> bool:
        clear = answer.status and answer.status not in UNCLEAR
        return bool(clear) or time.monotonic() > until or self._left.is_set()

    def _asked(self, method: str, path: str, form: Form | None) -> Answer:
        if not hasattr(self._clients, "http"):
            self._clients.http = httpx.Client(timeout=PATIENCE)
        http: httpx.Client = self._clients.http
        address = self._addresses[next(self._turn) % len(self._addresses)]
        try:
            answer = http.request(method, f"{address}{path}", data=form, headers={"Host": self._host})
        except httpx.HTTPError:
            return Answer(0)
        return Answer(answer.status_code, answer.headers.get("Location", ""), answer.text)

    def _write(self, visit: Visit, act: str, answer: Answer, **more: object) -> None:
        token = urlsplit(answer.location).path.rpartition("/")[2] if answer.status == 303 else ""
        line = {"token": token} | more
        self._ledger.write(
            visit=visit.number,
            act=act,
            status=answer.status,
            host=visit.host,
            email=visit.email,
            start=visit.start.astimezone(UTC).isoformat(),
            **line,
        )


def _form(page: str) -> Form:
    """Return the hidden fields of a page's form."""
    return {name: html.unescape(value) for name, value in HIDDEN.findall(page)}
