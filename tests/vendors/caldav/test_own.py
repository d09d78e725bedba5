"""Events of ours are found again in a calendar on a server by what stands in it."""

from uuid import uuid4

import pytest

from sivient.core.interval import Interval
from sivient.vendors.caldav import sync
from tests.vendors.caldav.servers import Server
from tests.vendors.caldav.test_writing import HALF, START, draft

WINDOW = Interval(START - HALF, START + 10 * HALF)


@pytest.fixture
def calendar(server: Server) -> str:
    return server.make_calendar(f"o{uuid4().hex}")


def test_events_with_a_uid_of_ours_are_found_and_no_others(
    server: Server, calendar: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "PAGE", 2)
    it, made = server.enter(), [draft() for _ in range(3)]
    for each in [*made, draft(uid="1@elsewhere.example")]:
        it.create(calendar, each)
    gone = it.create(calendar, draft())
    it.remove(calendar, gone.name, notify=False)
    found = it.own(calendar, window=WINDOW, ours=lambda text: text.endswith("@sivient.example"))
    assert {each.reference for each in found} == {each.uid for each in made}
    assert {each.start for each in found} == {START}
