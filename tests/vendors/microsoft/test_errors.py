"""What Graph's refusals mean, code by code."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from sivient.ports.calendars import Changed, WillNotInvite
from sivient.ports.errors import (
    Gone,
    IntegrationError,
    OutcomeUnknown,
    Reconnect,
    Rejected,
    Throttled,
    TokenRefused,
    TryLater,
)
from sivient.vendors.microsoft.errors import AlreadyMade, InTheWay
from tests.vendors.microsoft.adapted import CALENDAR, DRAFT, Graph, calendars, emulated, refusal


def judged(response: httpx.Response | Exception) -> IntegrationError:
    with calendars(Graph(response)) as ours, pytest.raises(IntegrationError) as raised:
        ours.graph.call("GET", "/me/events/e")
    return raised.value


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (refusal(401, "InvalidAuthenticationToken"), TokenRefused),
        (httpx.Response(401), TokenRefused),
        (refusal(401, "InvalidAuthenticationToken", "insufficient_claims"), Reconnect),
        (refusal(403, "insufficient_claims"), Reconnect),
        (refusal(403, "ErrorAccessDenied"), Rejected),
        (refusal(403, "Forbidden", "ErrorSubmissionQuotaExceeded"), WillNotInvite),
        (refusal(404, "ErrorItemNotFound"), Gone),
        (refusal(404, "UnheardOf"), Gone),
        (refusal(410, "Gone"), Gone),
        (refusal(404, "MailboxNotEnabledForRESTAPI"), Rejected),
        (refusal(404, "ResourceNotFound", "MailboxNotEnabledForRESTAPI"), Rejected),
        (httpx.Response(404, html="<h1>Not found</h1>"), TryLater),
        (refusal(400, "ErrorInvalidRequest"), Rejected),
        (refusal(400, "ErrorDuplicateTransactionId"), AlreadyMade),
        (refusal(409, "Conflict", "ErrorDuplicateTransactionId"), AlreadyMade),
        (refusal(409, "Conflict"), InTheWay),
        (refusal(409, "ErrorIrresolvableConflict"), Changed),
        (refusal(412, "ErrorIrresolvableConflict"), Changed),
        (refusal(412, "resourceModified"), Changed),
        (httpx.Response(412), Changed),
        (refusal(429, "TooManyRequests"), Throttled),
        (refusal(429, "ApplicationThrottled", "MailboxConcurrency"), Throttled),
        (httpx.Response(429), Throttled),
        (refusal(503, "serviceNotAvailable"), OutcomeUnknown),
        (refusal(504, "UnknownError"), OutcomeUnknown),
        (httpx.Response(502, html="<h1>Bad gateway</h1>"), OutcomeUnknown),
        (httpx.Response(408), OutcomeUnknown),
        (httpx.Response(425), TryLater),
        (httpx.Response(307, headers={"Location": "https://elsewhere.example"}), TryLater),
        (httpx.Response(200, content=b'{"id": "e'), OutcomeUnknown),
        (httpx.Response(200, html="<h1>Sign in</h1>"), OutcomeUnknown),
        (httpx.Response(200, json=None), OutcomeUnknown),
        (httpx.Response(418, json=["?"]), Rejected),
        (httpx.Response(400, json={"error": None}), Rejected),
        (httpx.Response(400, json={"error": {"code": None, "innerError": []}}), Rejected),
        (httpx.ConnectError("x"), TryLater),
        (httpx.ReadError("x"), OutcomeUnknown),
    ],
)
def test_an_answer_says_what_to_do_next(response: httpx.Response | Exception, error: type[IntegrationError]) -> None:
    assert type(judged(response)) is error


def test_an_account_without_a_mailbox_is_told_in_words() -> None:
    assert "no mailbox" in str(judged(refusal(404, "MailboxNotEnabledForRESTAPI")))


@pytest.mark.parametrize(
    ("headers", "error", "after"),
    [
        ({"Retry-After": "7"}, Throttled, timedelta(seconds=7)),
        ({"Retry-After": "0"}, Throttled, timedelta(seconds=1)),
        ({"Retry-After": "600"}, TryLater, timedelta(minutes=10)),
        ({"Retry-After": "9" * 30}, TryLater, timedelta(hours=24)),
        ({"Retry-After": "soon"}, Throttled, timedelta(seconds=5)),
        ({}, Throttled, timedelta(seconds=5)),
        (
            {"Retry-After": "Tue, 01 Dec 2026 09:00:20 GMT", "Date": "Tue, 01 Dec 2026 09:00:00 GMT"},
            Throttled,
            timedelta(seconds=20),
        ),
        ({"Retry-After": "Tue, 01 Jan 1980 09:00:20 GMT"}, Throttled, timedelta(seconds=1)),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], error: type[TryLater], after: timedelta) -> None:
    raised = judged(refusal(429, "TooManyRequests", headers=headers))
    assert (type(raised), raised.after) == (error, after)  # type: ignore[attr-defined]


@pytest.mark.parametrize("retry_after", [None, 3, "date"])
def test_who_is_slowed_down_makes_one_event_afterwards(retry_after: Any) -> None:
    with emulated() as it:
        it.service.inject("rate-limited", times=3, settings={"retry_after": retry_after})
        for _ in range(3):
            with pytest.raises(Throttled) as raised:
                it.ours.create(CALENDAR, DRAFT)
            assert raised.value.after is not None
        it.ours.create(CALENDAR, DRAFT)
        assert len(it.service.world.events(CALENDAR)) == 1
        assert it.mails() == [("REQUEST", "Ann@guest.example")]


def test_a_refusal_is_logged_with_microsofts_number_and_without_names(caplog: pytest.LogCaptureFixture) -> None:
    with calendars(Graph(refusal(403, "ErrorAccessDenied", headers={"request-id": "number-1"}))) as ours:
        for path in (f"/me/events/{CALENDAR}?$select=secret", "/subscriptions/0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f"):
            with pytest.raises(Rejected):
                ours.graph.call("GET", path)
    facts = [(record.__dict__["route"], record.__dict__["trackingid"]) for record in caplog.records]
    assert facts == [("/me/events/{id}", "number-1"), ("/subscriptions/{id}", "number-1")]
    assert "canary" not in caplog.text


def test_a_token_is_in_no_repr() -> None:
    with calendars(Graph(refusal(400))) as ours:
        assert "canary" not in repr(ours)
