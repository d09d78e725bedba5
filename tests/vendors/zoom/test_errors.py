"""Each refusal of contract chapter 5 leads to the named reaction, whatever its body looks like."""

import gzip

import httpx
import pytest

from sivient.ports.errors import (
    Gone,
    IntegrationError,
    OutcomeUnknown,
    Reconnect,
    Rejected,
    TokenRefused,
    TryLater,
    Unusable,
)
from sivient.vendors.zoom.emulator import errors as emulated
from sivient.vendors.zoom.errors import FieldsRefused
from tests.vendors.zoom.adapted import MEETING, Zoom, conferencing, refusal

SCOPES = "Invalid access token, does not contain scopes:[meeting:write:meeting, meeting:write:meeting:admin]."
UNESCAPED = 'Invalid access token, does not contain scopes:["meeting:write:meeting"].'
MALFORMED = f'{{"code":4711,"message":"{UNESCAPED}"}}'.encode()
PACKED = {"Content-Encoding": "gzip"}


def told(*answers: httpx.Response | Exception) -> IntegrationError:
    with conferencing(Zoom(*answers)) as it, pytest.raises(IntegrationError) as caught:
        it.create(MEETING)
    return caught.value


ROWS = [
    (refusal(401, 124, "Access token is expired."), TokenRefused),
    (refusal(401, 124, "Invalid access token."), TokenRefused),
    (refusal(401, None, ""), TokenRefused),
    (refusal(400, 4700, "Invalid access token."), TokenRefused),
    (refusal(400, 4711, SCOPES), Reconnect),
    (refusal(401, 4711, SCOPES), Reconnect),
    (refusal(403, 104, SCOPES), Reconnect),
    (refusal(400, 4700, SCOPES), Reconnect),
    (refusal(400, None, SCOPES), Reconnect),
    (refusal(400, 3161, "Your user account is not allowed meeting hosting"), Rejected),
    (refusal(400, 200, "No permission."), Rejected),
    (refusal(400, 200, "Only available for paid account"), Rejected),
    (refusal(400, 300, "Validation Failed.", errors=[{"field": "topic", "message": "x"}]), FieldsRefused),
    (refusal(400, 300, "Request Body should be a valid JSON object."), FieldsRefused),
    (refusal(400, 3000, "You cannot schedule a meeting for x"), Rejected),
    (refusal(404, 1001, "User does not exist: me."), Reconnect),
    (refusal(400, 1120, "Invitation expired."), Reconnect),
    (refusal(400, 1010, "User not in this account."), Reconnect),
    (refusal(404, 3001, "Meeting does not exist: 1."), Gone),
    (refusal(400, 3001, "Meeting does not exist: 1."), Gone),
    (refusal(403, None, "authenticated user has not permitted access to the targeted resource"), Rejected),
    (httpx.Response(302, headers={"Location": "https://zoom.us/signin"}), TryLater),
    (httpx.Response(304), TryLater),
    (refusal(500, 500, "x"), OutcomeUnknown),
    (httpx.Response(502, content=b"<html>bad gateway</html>"), OutcomeUnknown),
    (refusal(503, 4711, SCOPES), OutcomeUnknown),
    (httpx.Response(504), OutcomeUnknown),
    (httpx.Response(408), OutcomeUnknown),
    (httpx.ReadTimeout("slow"), OutcomeUnknown),
    (httpx.ReadError("reset"), OutcomeUnknown),
    (httpx.RemoteProtocolError("cut"), OutcomeUnknown),
    (httpx.ConnectError("refused"), TryLater),
    (httpx.ConnectTimeout("slow"), TryLater),
    (refusal(409, 409, "Conflict"), TryLater),
    (refusal(400, 9999, "new"), Rejected),
    (refusal(404, 2300, "This API endpoint is not recognized."), Rejected),
]
UNREADABLE = [
    (httpx.Response(400, content=MALFORMED), Reconnect),
    (httpx.Response(403, content=MALFORMED), Reconnect),
    (httpx.Response(400, content=b'{"code":3161,"message":"not "allowed""}'), Rejected),
    (httpx.Response(404, content=b'{"code": "3001", "message": "unescaped "1" here"}'), Gone),
    (httpx.Response(400, json={"code": "3161", "message": "as text"}), Rejected),
    (httpx.Response(400, json={"code": "124"}), TokenRefused),
    (httpx.Response(400, json={"code": "4711"}), Reconnect),
    (httpx.Response(400, json={"errorCode": 1, "errorMessage": SCOPES}), Reconnect),
    (httpx.Response(400, json=["does not contain scopes"]), Reconnect),
    (httpx.Response(400, json={"code": [], "message": {}, "errors": "none"}), Rejected),
    (httpx.Response(400, json={"code": 300, "errors": [1, {"field": 2}, {}]}), FieldsRefused),
    (httpx.Response(400, content=b"<error><code>4711</code></error>"), Reconnect),
    (httpx.Response(400, content=b"<?xml version='1.0'?><error/>"), Rejected),
    (httpx.Response(401, content=b"<html>"), TokenRefused),
    (httpx.Response(401), TokenRefused),
    (httpx.Response(400, content=b"\xff\xfe\xc3\x28"), Rejected),
    (httpx.Response(403, content=b"[" * 100_000), Rejected),
    (httpx.Response(201, content=b""), OutcomeUnknown),
    (httpx.Response(201, content=b"<html>"), OutcomeUnknown),
    (httpx.Response(201, content=b'{"id": 1'), OutcomeUnknown),
    (httpx.Response(200, content=b"\xff"), OutcomeUnknown),
    (httpx.Response(204), Unusable),
]


@pytest.mark.parametrize(("answer", "kind"), ROWS + UNREADABLE)
def test_a_refusal_is_told_apart(answer: httpx.Response | Exception, kind: type[IntegrationError]) -> None:
    error = told(answer)
    assert type(error) is kind
    assert str(error).endswith(".")
    assert "token" not in str(error).lower()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, gzip.compress(MALFORMED), Reconnect),
        (401, b"no gzip", TokenRefused),
        (400, b"no gzip", Rejected),
        (502, b"no gzip", OutcomeUnknown),
        (201, b"no gzip", OutcomeUnknown),
    ],
)
def test_a_packed_body_is_unpacked_or_else_judged_by_its_status(
    status: int, body: bytes, kind: type[IntegrationError]
) -> None:
    def packed(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, stream=httpx.ByteStream(body), headers=PACKED)

    with conferencing(packed) as it, pytest.raises(IntegrationError) as caught:
        it.create(MEETING)
    assert type(caught.value) is kind


def test_each_refusal_that_the_host_can_mend_has_a_sentence_of_its_own() -> None:
    refusals = [answer for answer, kind in ROWS if kind is Rejected and isinstance(answer, httpx.Response)]
    mendable = [answer for answer in refusals if answer.json().get("code") not in (9999, 2300)]
    sentences = {str(told(answer)) for answer in mendable}
    assert len(sentences) == len(mendable) == 5
    assert all("dministrator" in sentence or "Connect" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    "response",
    [
        emulated.unauthorized(),
        emulated.unauthorized(expired=True),
        emulated.missing_scope("meeting:write:meeting"),
        emulated.unknown_user("x"),
        emulated.may_not_host(),
        emulated.not_json(),
        emulated.unknown_meeting("1"),
    ],
)
def test_the_words_of_the_emulator_are_understood(response: emulated.ApiRefusal) -> None:
    assert not isinstance(told(response.response()), TryLater)


def test_zooms_own_number_of_a_refusal_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    told(refusal(500, headers={"x-zm-trackingid": "v=2.0;rid=WEB_1"}))
    assert [record.trackingid for record in caplog.records if record.name.startswith("sivient")] == ["v=2.0;rid=WEB_1"]
