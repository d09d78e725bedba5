"""What each refusal of Google's means (contract 1.6)."""

import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sivient.ports.errors import (
    Gone,
    IntegrationError,
    Misconfigured,
    OutcomeUnknown,
    Reconnect,
    Rejected,
    Throttled,
    TokenRefused,
    TryLater,
)
from sivient.vendors.google.errors import Malformed
from tests.vendors.google.adapted import KEY, ME, Google, calendars, refusal, said


def raised(answer: httpx.Response | Exception) -> IntegrationError:
    with calendars(Google(answer)) as it, pytest.raises(IntegrationError) as caught:
        it.list()
    return caught.value


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (400, "timeRangeEmpty", Malformed),
        (400, "invalid", Malformed),
        (400, "required", Malformed),
        (401, "authError", TokenRefused),
        (403, "userRateLimitExceeded", Throttled),
        (403, "rateLimitExceeded", Throttled),
        (429, "rateLimitExceeded", Throttled),
        (429, "somethingNew", Throttled),
        (403, "quotaExceeded", TryLater),
        (403, "dailyLimitExceeded", TryLater),
        (403, "forbiddenForNonOrganizer", Rejected),
        (403, "insufficientPermissions", Reconnect),
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", Reconnect),
        (403, "accessNotConfigured", Misconfigured),
        (403, "requiredAccessLevel", Rejected),
        (404, "notFound", Gone),
        (410, "deleted", Gone),
        (409, "conflict", TryLater),
        (418, "teapot", Rejected),
        (500, "backendError", OutcomeUnknown),
        (503, "backendError", OutcomeUnknown),
        (408, "timeout", OutcomeUnknown),
    ],
)
def test_a_refusal_says_what_to_do_next(status: int, reason: str, error: type[IntegrationError]) -> None:
    assert type(raised(refusal(status, reason))) is error


@pytest.mark.parametrize("status", [302, 400, 403, 404, 407, 410, 451])
@pytest.mark.parametrize("body", [b"<html>no</html>", b"", b"[]", b'{"error": "no"}', b'{"message": "no"}'])
def test_a_refusal_by_something_in_between_says_nothing_about_the_calendar(status: int, body: bytes) -> None:
    assert type(raised(httpx.Response(status, content=body))) is TryLater


@pytest.mark.parametrize("odd", [{"errors": "x"}, {"errors": [7, {"reason": ["x"]}]}, {"details": {}}, {}])
def test_an_odd_error_is_judged_by_its_status(odd: dict[str, Any]) -> None:
    assert type(raised(said({"error": odd}, 404))) is Gone
    assert type(raised(said({"error": odd}, 403))) is Rejected


def test_the_newer_shape_of_an_error_is_read_too() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]
    assert (
        type(raised(said({"error": {"code": 403, "status": "PERMISSION_DENIED", "details": details}}, 403)))
        is Reconnect
    )


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "17"}, timedelta(seconds=17)),
        ({"Retry-After": "0"}, timedelta(seconds=2)),
        ({"Retry-After": "9" * 30}, timedelta(hours=6)),
        (
            {"Retry-After": "Mon, 23 Nov 2026 10:00:40 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"},
            timedelta(seconds=40),
        ),
        (
            {"Retry-After": "Mon, 23 Nov 2026 10:00:00 GMT", "Date": "Mon, 23 Nov 2026 10:00:40 GMT"},
            timedelta(seconds=2),
        ),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": "odd"}, timedelta(hours=6)),
        ({"Retry-After": "a while"}, timedelta(seconds=2)),
        ({"Retry-After": "-5"}, timedelta(seconds=2)),
        ({}, timedelta(seconds=2)),
    ],
)
def test_a_limit_says_how_long_to_wait(headers: dict[str, str], wait: timedelta) -> None:
    for status in (403, 429):
        error = raised(refusal(status, "rateLimitExceeded", **headers))
        assert isinstance(error, Throttled)
        assert error.after == wait


def test_a_request_that_never_left_is_tried_later() -> None:
    assert type(raised(httpx.ConnectTimeout(""))) is TryLater
    assert type(raised(httpx.ReadTimeout(""))) is OutcomeUnknown


def test_no_token_no_calendar_and_no_address_is_in_a_log_or_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with calendars(Google(refusal(403, "forbidden"))) as it:
        for ask in (lambda: it.read(ME, KEY), lambda: it.remove(ME, KEY, notify=True)):
            with pytest.raises(Rejected) as caught:
                ask()
            said = str(caught.value) + repr(it)
            assert not any(word in said for word in (ME, KEY, "canary"))
    routes = [record.__dict__["route"] for record in caplog.records if record.message == "google refused"]
    assert routes == ["calendars/events", "calendars/events"]
    ours = "".join(str(record.__dict__) for record in caplog.records if record.name.startswith("sivient"))
    assert not any(word in ours for word in (ME, "mara", KEY, "canary"))
