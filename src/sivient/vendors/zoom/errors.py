"""What Zoom's refusals mean (Zoom contract chapter 5): by HTTP status, then code, then words of the message.

A code has several meanings and some bodies are not JSON, so every rule looks at the text too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sivient.ports.errors import (
    Gone,
    IntegrationError,
    OutcomeUnknown,
    Reconnect,
    Rejected,
    TokenRefused,
    TryLater,
)
from sivient.ports.http import Answer
from sivient.vendors.zoom.limits import limit

READ_AT_MOST = 4000  # characters of a body that is no JSON
MOST_FIELDS = 10
CODE = re.compile(r'(?:"code"\s*:\s*"?|<code>)\s*([0-9]{1,6})\b')
FIELD = re.compile(r"[a-z0-9_]{1,40}", re.IGNORECASE)
ADMINISTRATOR = "Ask the administrator of the Zoom account"


class FieldsRefused(Rejected):
    """Zoom refused values of ours; `fields` are the names it gave."""

    def __init__(self, message: str, fields: frozenset[str]) -> None:
        super().__init__(message)
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not a success: as much of it as can be read."""

    answer: Answer
    status: int
    code: int | None
    message: str  # in small letters; the whole body when it has no message
    fields: frozenset[str]


def judge(answer: Answer) -> IntegrationError:
    """Return the error that says what to do about an answer that is not a success."""
    refusal = _read(answer)
    for rule in RULES:
        error = rule(refusal)
        if error is not None:
            return error
    return Rejected(f"Zoom refused what we asked (answer {answer.status}).")


def _read(answer: Answer) -> Refusal:
    body = answer.json()
    text = answer.text[:READ_AT_MOST].lower()
    if not isinstance(body, dict):
        code = CODE.search(text)  # quotes that nobody escaped, or XML
        return Refusal(answer, answer.status, int(code[1]) if code else None, text, frozenset())
    message = body.get("message")
    return Refusal(
        answer,
        answer.status,
        _code(body.get("code")),
        message.lower() if isinstance(message, str) else text,
        _fields(body.get("errors")),
    )


def _code(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 6:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _fields(errors: Any) -> frozenset[str]:
    """Return the names of the fields that were refused: `settings.use_pmi` is `use_pmi`."""
    named = [error.get("field") for error in (errors if isinstance(errors, list) else []) if isinstance(error, dict)]
    names = [name.rpartition(".")[2] for name in named if isinstance(name, str)]
    return frozenset([name for name in names if FIELD.fullmatch(name)][:MOST_FIELDS])


def _rate(it: Refusal) -> IntegrationError | None:
    return limit(it.answer, it.message) if it.status == 429 else None


def _unknown(it: Refusal) -> IntegrationError | None:
    """Match what may have been done all the same: a gateway's error says nothing about what is behind it."""
    if it.status >= 500 or it.status == 408:
        return OutcomeUnknown("Zoom has trouble at the moment.")
    return None


def _elsewhere(it: Refusal) -> IntegrationError | None:
    if it.status < 400:
        return TryLater("Zoom sent us to another address that we do not follow.")
    if it.status in (409, 425):
        return TryLater("Zoom is busy with something else of this Zoom user.", after=timedelta(seconds=5))
    return None


def _scope(it: Refusal) -> IntegrationError | None:
    said = "does not contain scope" in it.message or it.code in (4711, 104)
    if it.status in (400, 401, 403) and said:
        return Reconnect("The permissions of our app in Zoom have changed.")
    return None


def _token(it: Refusal) -> IntegrationError | None:
    if it.status == 401 or it.code in (124, 4700):
        return TokenRefused("Zoom no longer accepts our access.")
    return None


def _account(it: Refusal) -> IntegrationError | None:
    gone = it.status == 404 and it.code == 1001
    if gone or it.code in (1120, 1010):
        return Reconnect("Zoom does not know the connected Zoom user any more.")
    return None


def _gone(it: Refusal) -> IntegrationError | None:
    return Gone("The meeting is not in Zoom any more.") if it.code == 3001 else None


def _host(it: Refusal) -> IntegrationError | None:
    """Match what the host or their administrator can change; each sentence says how."""
    if it.code == 3161:
        return Rejected(
            f"Zoom does not let this Zoom user host meetings. {ADMINISTRATOR}, or connect another Zoom user."
        )
    if it.code == 3000:
        return Rejected(f"Zoom blocks this Zoom user from scheduling this meeting. {ADMINISTRATOR} to lift the block.")
    if it.code == 200 and "paid account" in it.message:
        return Rejected("Zoom offers this only to paid accounts. Connect a Zoom user with a licence.")
    if it.code == 200:
        return Rejected(f"This Zoom user has no permission to make meetings. {ADMINISTRATOR} for it.")
    if it.status == 403:
        return Rejected(
            f"Zoom does not let our app act for this Zoom user. {ADMINISTRATOR} whether the app is allowed."
        )
    return None


def _ours(it: Refusal) -> IntegrationError | None:
    if it.code != 300:
        return None
    named = {name for name in ("timezone", "agenda") if name in it.message}
    return FieldsRefused("Zoom refused the details of the meeting. The operator's log says which.", it.fields | named)


RULES: tuple[Callable[[Refusal], IntegrationError | None], ...] = (
    _rate,
    _unknown,
    _elsewhere,
    _scope,
    _token,
    _account,
    _gone,
    _host,
    _ours,
)
