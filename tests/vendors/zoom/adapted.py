"""What every test of the Zoom adapter starts from: our side of the contract against one answer, or the emulator."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from sivient.ports.conferencing import MeetingRequest
from sivient.ports.http import Patience, mounted
from sivient.ports.vendor import Access, App
from sivient.vendors.zoom.conferencing import ZoomConferencing, connect_conferencing
from sivient.vendors.zoom.oauth import ZoomOAuth, connect_oauth

APP = App("client-id", "client-secret", ("webhook-secret",), "https://zoom.test", "https://api.zoom.test")
PATIENCE = Patience(connect=1, answer=1)
START = datetime(2040, 11, 30, 9, 0, tzinfo=UTC)
MEETING = MeetingRequest("Intro call", START, START + timedelta(minutes=30), "Europe/Berlin", "Booking ref ABC123")
CREATED = {
    "id": 92674392836,
    "uuid": "/ajXp112QmuoKj4854875==",
    "join_url": "https://us05web.zoom.us/j/92674392836?pwd=x.1",
    "start_url": "https://us05web.zoom.us/s/92674392836?zak=start-canary",
    "password": "x1Y2z3",
    "start_time": "2040-11-30T09:00:00Z",
}

Handler = Callable[[httpx.Request], httpx.Response]


class Zoom:
    """Gives the same answers in turn, and keeps what it was asked. Headers of a request are in `requests`."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def bodies(self) -> list[Any]:
        """The JSON bodies it was sent."""
        return [json.loads(request.content) for request in self.requests]


@contextmanager
def conferencing(handler: Handler, *, app: App = APP, pmi: int | None = None) -> Iterator[ZoomConferencing]:
    """Our conferencing, answered by `handler`."""
    with mounted(httpx.MockTransport(handler), app.oauth_base, app.api_base):
        yield connect_conferencing(app, Access("access-canary", "", pmi))


@contextmanager
def oauth(handler: Handler, *, app: App = APP) -> Iterator[ZoomOAuth]:
    """Our OAuth flow, answered by `handler`."""
    with mounted(httpx.MockTransport(handler), app.oauth_base, app.api_base):
        yield connect_oauth(app, PATIENCE)


def refusal(status: int, code: int | None = None, message: str = "", **more: Any) -> httpx.Response:
    """An error in the shape of the REST API."""
    headers = more.pop("headers", {})
    body = {"message": message} | ({} if code is None else {"code": code}) | more
    return httpx.Response(status, json=body, headers=headers)
