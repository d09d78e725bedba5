"""What refusals of Google's Calendar API mean (calendars contract 1.6): by HTTP status, then Google's reason.

An answer without Google's own error in it comes from something in between, and says nothing about the calendar.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sivient.ports.calendars import Changed, SyncLost, WillNotInvite
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
from sivient.ports.http import Answer

SOON = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=6)
AN_HOUR = timedelta(hours=1)  # limits that last for hours name no end
TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
FEWER_PERMISSIONS = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
API_IS_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}
REASON = re.compile(r"[A-Za-z_.]{1,60}")


class Malformed(Rejected):
    """Google did not accept a field or a value (400)."""


class Duplicate(Rejected):
    """Our key is taken (409): perhaps by an earlier call of ours whose answer was lost."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not a success. `reasons` and `places` are empty when it is not of the API itself."""

    answer: Answer
    status: int
    reasons: frozenset[str]
    places: frozenset[str]  # names of parameters
    of_google: bool


def judge(answer: Answer) -> IntegrationError:
    """Return the error that says what to do about an answer that is not a success."""
    it = _read(answer)
    if it.status == 429 or (it.status == 403 and it.reasons & TOO_FAST):
        return Throttled("Google asked us to slow down.", after=_retry_after(answer))
    if it.status >= 500 or it.status == 408:
        return OutcomeUnknown("Google has trouble at the moment.")
    if it.status < 400:
        return TryLater("Google sent us to another address that we do not follow.")
    return _final(it)


def judge_sync(answer: Answer) -> IntegrationError:
    """Judge an answer to a list of changes: a cursor that is not accepted means to read everything anew."""
    it = _read(answer)
    if it.of_google and (it.status == 410 or (it.status == 400 and "syncToken" in it.places)):
        return SyncLost("Google wants the calendar to be read anew.")
    return judge(answer)


def judge_write(answer: Answer) -> IntegrationError:
    """Judge an answer to what makes, changes or removes an event, and so may mail its guests.

    A permission to write that was never given does not end the one to read: only this call is refused.
    """
    it = _read(answer)
    if it.status == 403 and it.reasons & FEWER_PERMISSIONS:
        return Rejected("We may only read this Google account. Connect it again, and allow every permission.")
    if it.status == 403 and "quotaExceeded" in it.reasons:
        return WillNotInvite("Google takes no more invitations from this account for some hours.")
    if it.status == 412:
        return Changed("The event in Google Calendar was changed in the meantime.")
    if it.status == 409 and "duplicate" in it.reasons:
        return Duplicate("Google Calendar has an event with this id already.")
    return judge(answer)


def reason(answer: Answer) -> str:
    """Return Google's word for a refusal, for the log."""
    return ",".join(sorted(_read(answer).reasons))


def _final(it: Refusal) -> IntegrationError:
    """Judge what a repetition does not change. A push address that is refused comes as 401, too (`push.*`)."""
    if any(each.startswith("push.") for each in it.reasons):
        return Rejected("Google does not push changes of this calendar to this server.")
    if it.status == 401:
        return TokenRefused("Google no longer accepts our access.")
    if not it.of_google:
        return TryLater("Google gave an answer that cannot be read.")
    if it.status == 403:
        return _forbidden(it.reasons)
    if it.status in (404, 410):
        return Gone("It is not in Google Calendar any more.")
    if it.status == 409:
        return TryLater("Google is busy with something else of this calendar.", after=SOON)
    if it.status == 400:
        return Malformed("Google refused what we asked. The operator's log says why.")
    return Rejected(f"Google refused what we asked (answer {it.status}).")


def _forbidden(reasons: frozenset[str]) -> IntegrationError:
    if reasons & FEWER_PERMISSIONS:
        return Reconnect("Google gave us fewer permissions than this needs.")
    if reasons & API_IS_OFF:
        return Misconfigured("The Calendar API is not turned on for this server's app at Google.")
    if reasons & {"quotaExceeded", "dailyLimitExceeded"}:
        return TryLater("A usage limit at Google is used up.", after=AN_HOUR)
    if "forbiddenForNonOrganizer" in reasons:
        return Rejected("Only the organizer of this event can change it in Google Calendar.")
    return Rejected("Google does not let us do this in this calendar.")


def _read(answer: Answer) -> Refusal:
    body = answer.json()
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return Refusal(answer, answer.status, frozenset(), frozenset(), of_google=False)
    named = [each for each in _list(error.get("errors")) + _list(error.get("details")) if isinstance(each, dict)]
    reasons = (each.get("reason") for each in named)
    places = (each.get("location") for each in named)
    return Refusal(
        answer,
        answer.status,
        frozenset(each for each in reasons if isinstance(each, str) and REASON.fullmatch(each)),
        frozenset(each for each in places if isinstance(each, str)),
        of_google=True,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _retry_after(answer: Answer) -> timedelta:
    """Return how long Google wants us to wait, within bounds; it says seconds or an HTTP date."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return max(SOON, min(timedelta(seconds=int(text[:9])), LONGEST_WAIT))
    try:
        moment = parsedate_to_datetime(text)
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _googles_now(answer)
    except (ValueError, OverflowError):
        return SOON
    return max(SOON, min(wait, LONGEST_WAIT))


def _googles_now(answer: Answer) -> datetime:
    """Return the time by Google's clock where it said it: the date to wait for is by that clock."""
    try:
        said = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, OverflowError):
        return answer.received_at
    return said if said.tzinfo else said.replace(tzinfo=UTC)
