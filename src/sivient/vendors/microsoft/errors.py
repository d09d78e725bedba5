"""What Graph's refusals mean (calendars contract, chapter 2.6): by HTTP status and by code, never by message."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sivient.core.text import clean_line
from sivient.ports.calendars import Changed, SyncLost, WillNotInvite
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
from sivient.ports.http import Answer

DEEPEST = 8  # innerError in innerError
SOON = timedelta(seconds=5)  # a limit that names no time
SHORT = timedelta(seconds=30)  # what counts as a moment
LONGEST_PAUSE = timedelta(hours=24)
CODE = re.compile(r"[A-Za-z0-9_.]{1,80}")
NO_MAILBOX = {"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi"}
SYNC_LOST = {"syncstatenotfound", "syncstateinvalid", "resyncrequired"}
CHANGED = {"errorirresolvableconflict", "resourcemodified"}
DUPLICATE = "errorduplicatetransactionid"
EXISTING = "@event.existingEventId"
# Exchange's own codes for a mailbox that may send no more invitations today (EWS response codes).
NO_INVITATIONS = {"errorsubmissionquotaexceeded", "errormessagesubmissionblocked", "errorexceededmessagelimit"}
BUSY = {"applicationthrottled", "toomanyrequests", "mailboxconcurrency", "errorserverbusy"}
KNOWN = {
    *(NO_MAILBOX | SYNC_LOST | CHANGED | NO_INVITATIONS | BUSY),
    *(DUPLICATE, "erroritemnotfound", "erroraccessdenied", "insufficient_claims", "invalidauthenticationtoken"),
}


class AlreadyMade(Rejected):
    """An event has this transactionId already, with other content; `name` is its id where Graph said it."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


class InTheWay(TryLater):
    """409: there is something of the kind already, or another change of it is under way."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not a success: as much of it as can be read. `code` is in small letters, "" for none."""

    answer: Answer
    status: int
    code: str
    existing: str  # the event that has our transactionId


def judge(answer: Answer) -> IntegrationError:
    """Return the error that says what to do about an answer that is not a success."""
    refusal = _read(answer)
    for rule in RULES:
        error = rule(refusal)
        if error is not None:
            return error
    return Rejected(f"Microsoft refused what we asked (answer {answer.status}).")


def judge_delta(answer: Answer) -> IntegrationError:
    """Judge the answer to a sync: there, 410 and every complaint about its state mean to begin anew."""
    refusal = _read(answer)
    if answer.status == 410 or (400 <= answer.status < 500 and refusal.code in SYNC_LOST):
        return SyncLost("Microsoft wants the calendar to be read anew.")
    return judge(answer)


def retry_after(answer: Answer) -> timedelta | None:
    """Return how long `Retry-After` asks to wait, within bounds: seconds or an HTTP date; None when it says nothing."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        asked = timedelta(seconds=min(int(text[:9]), LONGEST_PAUSE.total_seconds()))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        asked = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _their_now(answer)
    return min(max(asked, timedelta(seconds=1)), LONGEST_PAUSE)


def _their_now(answer: Answer) -> datetime:
    """Return Microsoft's own time: a date of theirs is meant by their clock."""
    try:
        said = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, OverflowError):
        return answer.received_at
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _read(answer: Answer) -> Refusal:
    body = answer.json()
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return Refusal(answer, answer.status, "", "")
    levels = [body, *_levels(error)]
    codes = [code.lower() for level in levels if isinstance(code := level.get("code"), str) and CODE.fullmatch(code)]
    known = [code for code in codes if code in KNOWN]
    named = [value for level in levels if isinstance(value := level.get(EXISTING), str)]
    existing = clean_line(named[0], 1024) if named else ""
    return Refusal(answer, answer.status, (known or codes[:1] or [""])[-1], existing)


def _levels(error: Any) -> Iterator[dict[str, Any]]:
    """Yield the error and those inside it, from the outermost to the deepest."""
    for _ in range(DEEPEST):
        if not isinstance(error, dict):
            return
        yield error
        error = error.get("innerError", error.get("innererror"))


def _limit(it: Refusal) -> IntegrationError | None:
    if it.status != 429 and not (it.code in BUSY and 400 <= it.status < 500):
        return None
    asked = retry_after(it.answer)
    if asked and asked > SHORT:
        return TryLater("Microsoft asked us to wait.", after=asked)
    return Throttled("Microsoft asked us to slow down.", after=asked or SOON)


def _unknown(it: Refusal) -> IntegrationError | None:
    """Match what may have been done all the same: a gateway's error says nothing about what is behind it."""
    if it.status >= 500 or it.status == 408:
        return OutcomeUnknown("Microsoft has trouble at the moment.", after=retry_after(it.answer))
    return None


def _mailbox(it: Refusal) -> IntegrationError | None:
    if it.code not in NO_MAILBOX:
        return None
    return Rejected(
        "This Microsoft account has no mailbox in Microsoft's cloud, and so no calendar that we can reach. "
        "Ask its administrator, or connect another account."
    )


def _access(it: Refusal) -> IntegrationError | None:
    if it.code == "insufficient_claims":
        return Reconnect("Microsoft wants you to sign in once more.")
    if it.status == 401:
        return TokenRefused("Microsoft no longer accepts our access.")
    if it.code in NO_INVITATIONS:
        return WillNotInvite("Microsoft sends no more invitations from this mailbox for now.")
    if it.status == 403:  # whether it is this calendar or the whole permission, Graph says with the same code
        return Rejected("Microsoft does not let us do this. Ask the administrator of the account, or connect it again.")
    return None


def _event(it: Refusal) -> IntegrationError | None:
    if it.code == DUPLICATE and it.status in (400, 409):
        return AlreadyMade("Microsoft has this event already.", it.existing)
    if it.status == 412 or it.code in CHANGED:
        return Changed("The event was changed in the calendar.")
    if it.status == 409:
        return InTheWay("Microsoft is busy with something else of this mailbox.", after=SOON)
    return None


def _gone(it: Refusal) -> IntegrationError | None:
    if it.status not in (404, 410):
        return None
    if not it.code:  # a proxy's page, not Graph: nothing is known to be gone
        return TryLater("Microsoft could not be reached.")
    return Gone("It is not in Outlook any more.")


def _elsewhere(it: Refusal) -> IntegrationError | None:
    if it.status < 400:
        return TryLater("Microsoft sent us to another address that we do not follow.")
    return TryLater("Microsoft is not ready.", after=SOON) if it.status == 425 else None


RULES: tuple[Callable[[Refusal], IntegrationError | None], ...] = (
    _limit,
    _unknown,
    _mailbox,
    _access,
    _event,
    _gone,
    _elsewhere,
)
