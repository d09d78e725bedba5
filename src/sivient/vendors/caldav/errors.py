"""What a CalDAV server's refusals mean (RFC 4918, 4791, 6578; calendar contract chapter 3)."""

from datetime import timedelta

from sivient.ports.calendars import Changed, SyncLost
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, Reconnect, Rejected, Throttled, TryLater
from sivient.ports.http import Answer

WHO = "The calendar server"
UNREADABLE = f"{WHO} gave an answer that cannot be read."
PASSWORD = f"{WHO} does not accept the user and password any more. Connect it again, with a new app password."
ELSEWHERE = f"{WHO} sends us to another address. Connect it again with the address that it uses now."
_FULL = 507
_LONGEST_WAIT = 3600  # seconds


def judge(answer: Answer) -> IntegrationError:
    """Return the error that says what to do about an answer that is not a success."""
    status = answer.status
    if b"valid-sync-token" in answer.body and 400 <= status < 500:
        return SyncLost(f"{WHO} does not know any more what we have read.")
    if 300 <= status < 400:
        return Rejected(ELSEWHERE)
    if status == _FULL:
        return Rejected(f"{WHO} has no room left for another event.")
    if status >= 500 or status == 408:
        return OutcomeUnknown(f"{WHO} has trouble at the moment.")
    if status == 429:
        return Throttled(f"{WHO} asks us to slow down.", after=_after(answer))
    return _refusal(status)


def _refusal(status: int) -> IntegrationError:
    if status == 401:
        return Reconnect(PASSWORD)
    if status in (404, 410):
        return Gone(f"{WHO} does not have it any more.")
    if status == 412:
        return Changed("The event was changed in the calendar.")
    if status in (423, 425):
        return TryLater(f"{WHO} is busy with it.")
    if status in (403, 405):
        return Rejected(f"{WHO} does not let us do this in the calendar.")
    return Rejected(f"{WHO} refused what we asked (answer {status}).")


def _after(answer: Answer) -> timedelta | None:
    """Return how long to wait; a date, as some servers write it, is left to our own patience."""
    said = answer.headers.get("retry-after", "")
    return timedelta(seconds=min(int(said), _LONGEST_WAIT)) if said.isdecimal() and len(said) < 8 else None
