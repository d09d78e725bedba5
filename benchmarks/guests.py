"""Guests who book over HTTP: in a closed loop (as fast as answers come) or an open one (at a fixed rate)."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from tests.served import Served

FORMS = """
import json, sys
import django
from sivient.config.env import name_settings_module
name_settings_module()
django.setup()
from datetime import UTC, datetime
from django.utils import timezone
from sivient.scheduling import queries
from sivient.scheduling.models import EventType
from sivient.site import form_token
wanted = int(sys.argv[1])
forms = []
event_types = list(EventType.objects.filter(slug="bench").select_related("host__page", "schedule"))
now = timezone.now()
for event_type in event_types:
    free = queries.offered(event_type, window=queries.whole_window(event_type, now), now=now)
    path = f"/schedule/{event_type.host.handle}/bench/confirm"
    about = f"book:{event_type.pk}"
    forms.append([(path, start, form_token.issue(about)) for start in free[: wanted // len(event_types) + 1]])
turns = [form for turn in zip(*forms) for form in turn][:wanted]
print(json.dumps(
    [(path, f"{datetime.fromtimestamp(start, UTC):%Y-%m-%dT%H:%MZ}", token) for path, start, token in turns]
))
"""


@dataclass(frozen=True, slots=True)
class Form:
    """One guest's form, ready to be posted."""

    path: str
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How long a post took, in milliseconds from when it was due, and its status."""

    milliseconds: float
    status: int


def forms(product: Served, count: int) -> list[Form]:
    """Return forms for `count` different free times, in turn over the hosts."""
    command = [sys.executable, "-c", FORMS, str(count)]
    made = subprocess.run(command, env=dict(product.environment), capture_output=True, text=True, check=True).stdout
    return [
        Form(
            path,
            urlencode(
                {"name": "Ada Okafor", "email": "ada@guest.example", "at": at, "tz": "Asia/Tokyo", "token": token}
            ),
        )
        for path, at, token in json.loads(made)
    ]


def closed_loop(product: Served, todo: Sequence[Form], clients: int) -> tuple[list[Answer], float]:
    """Let `clients` guests post one form after the other; return the answers and the seconds it took."""
    queue = iter(todo)
    lock = threading.Lock()

    def guest(_: int) -> list[Answer]:
        post = poster(product.url)
        answers = []
        while True:
            with lock:
                form = next(queue, None)
            if form is None:
                return answers
            answers.append(post(form, time.perf_counter()))

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        answers = [answer for of_one in pool.map(guest, range(clients)) for answer in of_one]
    return answers, time.perf_counter() - begun


def open_loop(product: Served, todo: Sequence[Form], per_second: float, clients: int = 32) -> list[Answer]:
    """Post at a fixed rate, whatever the answers do: waiting for a free guest counts as waiting."""
    local = threading.local()

    def guest(form: Form, due: float) -> Answer:
        if not hasattr(local, "post"):
            local.post = poster(product.url)
        answer: Answer = local.post(form, due)
        return answer

    begun = time.perf_counter() + 0.2
    with ThreadPoolExecutor(clients) as pool:
        pending = []
        for number, form in enumerate(todo):
            due = begun + number / per_second
            time.sleep(max(0.0, due - time.perf_counter()))
            pending.append(pool.submit(guest, form, due))
        return [each.result() for each in pending]


def poster(url: str) -> Callable[[Form, float], Answer]:
    """Return a function that posts over one kept connection."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def post(form: Form, due: float) -> Answer:
        connection.request("POST", form.path, form.body, headers)
        response = connection.getresponse()
        response.read()
        return Answer((time.perf_counter() - due) * 1000, response.status)

    return post
