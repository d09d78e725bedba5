"""What Zoom's refusals mean (Zoom contract chapter 5): by HTTP status, then code, then words of the message.

A code has several meanings and some bodies are not JSON, so every rule looks at the text too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from sivient.ports.errors import IntegrationError, OutcomeUnknown, Reconnect, Rejected, TokenRefused, TryLater
from sivient.ports.http import Answer

SOON = timedelta(seconds=2)  # after a per-second limit
LONGEST_PAUSE = timedelta(hours=24)


class FieldsRefused(Rejected):
    """Zoom refused values of ours; `fields` are the names it gave."""

    def __init__(self, message: str, fields: frozenset[str]) -> None:
        super().__init__(message)
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not a success: as much of it as can be read."""

    answer: Answer
    code: int | None
    message: str  # in small letters; the whole body when it is not JSON
    fields: frozenset[str]


def judge(answer: Answer) -> IntegrationError:
    """Return the error that says what to do about an answer that is not a success."""
    refusal = _read(answer)
    for rule in (_scope, _token, _account, _rate, _unknown, _host, _ours):
        error = rule(refusal)
        if error is not None:
            return error
    return Rejected(f"Zoom refused to make the meeting (answer {answer.status}).")


def pause(answer: Answer) -> timedelta | None:
    """Return how long `Retry-After` asks to wait: seconds, an HTTP date or an ISO date (contract chapter 6)."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), LONGEST_PAUSE.total_seconds()))
    else:
        moment = _moment(text)
        if moment is None:
            return None
        wait = moment - answer.received_at
    return min(max(wait, timedelta(seconds=1)), LONGEST_PAUSE)


def _read(answer: Answer) -> Refusal:
    body = answer.json()
    if not isinstance(body, dict):
        return Refusal(answer, None, answer.text[:4000].lower(), frozenset())
    code = body.get("code")
    message = body.get("message")
    errors = body.get("errors")
    fields = {
        error["field"].rpartition(".")[2]
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict) and isinstance(error.get("field"), str)
    }
    return Refusal(
        answer,
        code if isinstance(code, int) else None,
        message.lower() if isinstance(message, str) else "",
        frozenset(fields),
    )


Rule = Callable[[Refusal], IntegrationError | None]


def _scope(it: Refusal) -> IntegrationError | None:
    said = "does not contain scope" in it.message or it.code in (4711, 104)
    if it.answer.status in (400, 401, 403) and said:
        return Reconnect("The permissions of our app in Zoom have changed.")
    return None


def _token(it: Refusal) -> IntegrationError | None:
    if it.answer.status == 401 or it.code in (124, 4700):
        return TokenRefused("Zoom no longer accepts our access.")
    return None


def _account(it: Refusal) -> IntegrationError | None:
    gone = it.answer.status == 404 and it.code == 1001
    if gone or it.code in (1120, 1010):
        return Reconnect("Zoom does not know the connected Zoom user any more.")
    return None


def _rate(it: Refusal) -> IntegrationError | None:
    if it.answer.status != 429:
        return None
    asked = pause(it.answer)
    if "daily rate limit" in it.message:
        until = asked or _to_midnight(it.answer.received_at)
        return TryLater("Zoom's daily limit for this Zoom user is used up; it begins anew at 00:00 UTC.", after=until)
    return TryLater("Zoom asked us to slow down.", after=asked or SOON)


def _unknown(it: Refusal) -> IntegrationError | None:
    """Match what may have been done all the same: a gateway's error says nothing about what is behind it."""
    if it.answer.status >= 500 or it.answer.status == 408:
        return OutcomeUnknown("Zoom has trouble at the moment.")
    return None


def _host(it: Refusal) -> IntegrationError | None:
    if it.code == 3161:
        return Rejected("Zoom does not let this Zoom user host meetings. The administrator of the Zoom account can.")
    if it.code == 3000:
        return Rejected("Zoom does not let this Zoom user schedule this meeting. Ask the Zoom account's administrator.")
    if it.answer.status == 403 or it.code == 200:
        return Rejected("Zoom does not allow this Zoom user to make meetings. Ask the Zoom account's administrator.")
    return None


def _ours(it: Refusal) -> IntegrationError | None:
    if it.code == 300:
        return FieldsRefused("Zoom refused the details of the meeting.", it.fields)
    if 300 <= it.answer.status < 400:
        return TryLater("Zoom sent us to another address that we do not follow.")
    return None


def _moment(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _to_midnight(now: datetime) -> timedelta:
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), UTC) - now
