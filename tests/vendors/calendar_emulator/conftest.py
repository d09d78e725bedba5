"""One emulated calendar service without a dialect."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from sivient.vendors.calendar_emulator import Account, Calendar, CalendarEmulator, Event
from sivient.vendors.oidc_emulator import Look

NOW = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)  # the Monday before clocks go forward in Europe
HOST, GUEST, CALENDAR = "host@x.example", "guest@x.example", "cal-1"


class Service:
    """The service, what was mailed, and what a receiver of notices got; `answers` are its next statuses."""

    def __init__(self, state_file: Path | None = None) -> None:
        self.mails: list[tuple[bytes, str, list[str]]] = []
        self.got: list[httpx.Request] = []
        self.answers: list[int] = []
        self.state_file = state_file
        self.it = CalendarEmulator(
            Look("Google", "#000", "#fff"),
            [Account("host", "Host", HOST), Account("other", "Other", "other@x.example")],
            [Calendar(CALENDAR, "host", "Host", "Europe/Berlin", primary=True)],
            state_file=state_file,
            clock=lambda: NOW,
            deliver=lambda raw, sender, recipients: self.mails.append((raw, sender, recipients)),
            push_transport=httpx.MockTransport(self._receive),
            push_retry_scale=0.01,
            sleep=lambda seconds: None,
        )
        self.world = self.it.world

    def add(self, title: str = "Talk", *, hours: tuple[int, int] = (9, 10), **more: Any) -> Event:
        """Add an event on the 24th of March, between two hours in UTC."""
        start, end = (datetime(2026, 3, 24, hour, tzinfo=UTC) for hour in hours)
        fields = {"id": "", "calendar": CALENDAR, "uid": "", "title": title, "start": start, "end": end}
        return self.world.add(Event(**fields | {"zone": "Europe/Berlin"} | more))

    def open(self, path: str, **form: str) -> httpx.Response:
        """Open a page of the service, or send a form to it."""
        method = "POST" if form else "GET"
        request = httpx.Request(method, f"http://calendar.example{path}", data=form or None)
        answer = self.it.answer(request)
        assert answer is not None
        return answer

    def control(self, method: str, path: str, **body: Any) -> Any:
        """Press a control."""
        request = httpx.Request(method, f"http://calendar.example/__ctl/{path}", json=body or None)
        answer = self.it.answer(request)
        assert answer is not None
        return answer.json() | {"status": answer.status_code}

    def _receive(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 200)


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.it.close()
