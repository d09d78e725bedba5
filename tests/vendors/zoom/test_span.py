"""All requests of one change share a span of time, so that they fit into the lease of the worker who asks."""

import httpx
import pytest

from sivient.ports.errors import TryLater
from sivient.ports.http import Patience
from sivient.vendors.zoom import api
from sivient.vendors.zoom.api import Span
from sivient.vendors.zoom.conferencing import CHANGE_WHOLE, CREATE
from tests.vendors.zoom.adapted import CREATED, MEETING, Zoom, conferencing

REFUSED = {"code": 300, "message": "Validation Failed.", "errors": [{"field": "timezone", "message": "Invalid."}]}
MOVED = {"Location": "https://api-eu.zoom.us/v2/users/me/meetings"}


@pytest.mark.parametrize(
    ("spent", "left"), [(0, (5, 30)), (3, (5, 30)), (10, (5, 23)), (34, (2, 2)), (34.5, None), (100, None)]
)
def test_each_request_gets_what_is_left(
    monkeypatch: pytest.MonkeyPatch, spent: float, left: tuple[float, float]
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("sivient.vendors.zoom.api.time.monotonic", lambda: clock[0])
    span = Span(CREATE, CHANGE_WHOLE)
    clock[0] += spent
    if left is None:
        with pytest.raises(TryLater):
            span.left()
    else:
        assert span.left() == Patience(*left)


def test_a_slow_no_and_a_slow_redirect_take_no_longer_than_one_change_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four requests, each of which takes as long as it may."""
    clock, asked = [1000.0], []
    monkeypatch.setattr("sivient.vendors.zoom.api.time.monotonic", lambda: clock[0])
    send = api.send

    def slow(*args: object, patience: Patience, **content: object) -> object:
        asked.append(patience)
        clock[0] += min(patience.connect + patience.answer, 15)
        return send(*args, patience=patience, **content)  # type: ignore[arg-type]

    monkeypatch.setattr(api, "send", slow)
    zoom = Zoom(
        httpx.Response(307, headers=MOVED),
        httpx.Response(400, json=REFUSED),
        httpx.Response(307, headers=MOVED),
        httpx.Response(201, json=CREATED),
    )
    with conferencing(zoom) as it, pytest.raises(TryLater):
        it.create(MEETING)
    assert len(asked) == 3
    assert clock[0] - 1000 <= CHANGE_WHOLE
