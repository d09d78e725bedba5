"""Each refusal of contract chapter 5 leads to the named reaction, whatever its body looks like."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from sivient.ports.errors import IntegrationError, OutcomeUnknown, Reconnect, Rejected, TokenRefused, TryLater, Unusable
from sivient.vendors.zoom.emulator import errors as emulated
from tests.vendors.zoom.adapted import MEETING, Zoom, conferencing, refusal

SCOPES = "Invalid access token, does not contain scopes:[meeting:write:meeting, meeting:write:meeting:admin]."
DAILY = "You have reached the maximum daily rate limit for this API. Refer to the response header for details."
CAP = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this "
    "particular user. You may resume these requests at GMT 00:00:00."
)
MALFORMED = b'{"code":4711,"message":"Invalid access token, does not contain scopes:["meeting:write:meeting"]."}'


def told(*answers: httpx.Response) -> IntegrationError:
    with conferencing(Zoom(*answers)) as it, pytest.raises(IntegrationError) as caught:
        it.create(MEETING)
    return caught.value


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(401, 124, "Access token is expired."), TokenRefused),
        (refusal(401, 124, "Invalid access token."), TokenRefused),
        (refusal(401, None, ""), TokenRefused),
        (httpx.Response(401, content=b"<html>"), TokenRefused),
        (refusal(400, 4700, "Invalid access token."), TokenRefused),
        (refusal(400, 4711, SCOPES), Reconnect),
        (refusal(401, 4711, SCOPES), Reconnect),
        (refusal(403, 104, SCOPES), Reconnect),
        (refusal(400, 4700, SCOPES), Reconnect),
        (httpx.Response(400, content=MALFORMED), Reconnect),
        (refusal(404, 1001, "User does not exist: me."), Reconnect),
        (refusal(400, 1120, "Invitation expired."), Reconnect),
        (refusal(400, 1010, "User not in this account."), Reconnect),
        (refusal(400, 3161, "Your user account is not allowed meeting hosting"), Rejected),
        (refusal(400, 200, "No permission."), Rejected),
        (refusal(400, 200, "Only available for paid account"), Rejected),
        (refusal(400, 300, "Request Body should be a valid JSON object."), Rejected),
        (refusal(400, 3000, "You cannot schedule a meeting for x"), Rejected),
        (refusal(403, None, "authenticated user has not permitted access"), Rejected),
        (refusal(404, 3001, "Meeting does not exist: 1."), Rejected),
        (refusal(400, 9999, "new"), Rejected),
        (httpx.Response(400, content=b"<?xml version='1.0'?><error/>"), Rejected),
        (refusal(500, 500, "x"), OutcomeUnknown),
        (httpx.Response(502, content=b"<html>bad gateway</html>"), OutcomeUnknown),
        (httpx.Response(503), OutcomeUnknown),
        (httpx.Response(408), OutcomeUnknown),
        (httpx.Response(204), Unusable),
        (httpx.Response(302, headers={"Location": "https://zoom.us/signin"}), TryLater),
    ],
)
def test_a_refusal_is_told_apart(answer: httpx.Response, kind: type[IntegrationError]) -> None:
    error = told(answer)
    assert type(error) is kind or (kind is Rejected and isinstance(error, Rejected))
    assert str(error).endswith(".") or "answer" in str(error)
    assert "token" not in str(error).lower()


@pytest.mark.parametrize(
    "response",
    [
        emulated.unauthorized(),
        emulated.unauthorized(expired=True),
        emulated.missing_scope("meeting:write:meeting"),
        emulated.unknown_user("x"),
        emulated.may_not_host(),
        emulated.not_json(),
    ],
)
def test_the_words_of_the_emulator_are_understood(response: emulated.ApiRefusal) -> None:
    assert not isinstance(told(response.response()), TryLater)


def test_the_per_second_limit_waits_a_moment() -> None:
    error = told(refusal(429, 429, "You have reached the maximum per-second rate limit for this API."))
    assert isinstance(error, TryLater)
    assert not isinstance(error, OutcomeUnknown)
    assert error.after == timedelta(seconds=2)


@pytest.mark.parametrize("message", [DAILY, CAP])
def test_a_daily_limit_waits_for_midnight_utc(message: str) -> None:
    error = told(refusal(429, 429, message))
    assert isinstance(error, TryLater)
    assert error.after is not None
    assert timedelta(0) < error.after <= timedelta(days=1)


@pytest.mark.parametrize("header", ["600", "{iso}", "{http}"])
def test_retry_after_may_be_seconds_an_iso_date_or_an_http_date(header: str) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=600)).replace(microsecond=0)
    said = header.format(iso=soon.isoformat().replace("+00:00", "Z"), http=format_datetime(soon, usegmt=True))
    error = told(refusal(429, 429, DAILY, headers={"Retry-After": said}))
    assert isinstance(error, TryLater)
    assert error.after is not None
    assert abs(error.after - timedelta(seconds=600)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("soon", timedelta(seconds=2)),
        ("-5", timedelta(seconds=2)),
        ("2020-01-01T00:00:00Z", timedelta(seconds=1)),
        ("9" * 400, timedelta(hours=24)),
        ("²", timedelta(seconds=2)),
    ],
)
def test_a_strange_retry_after_is_bounded(said: str, waits: timedelta) -> None:
    error = told(refusal(429, 429, "per-second", headers={"Retry-After": said.encode()}))
    assert isinstance(error, TryLater)
    assert error.after == waits


def test_zooms_own_number_of_a_refusal_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    told(refusal(500, headers={"x-zm-trackingid": "v=2.0;rid=WEB_1"}))
    assert [record.trackingid for record in caplog.records if record.name.startswith("sivient")] == ["v=2.0;rid=WEB_1"]
