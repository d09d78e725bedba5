"""What Zoom's 429 means, and until when (Zoom contract chapters 5 and 6).

Live answers often have no header at all, so the words of the message decide.
"""

from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from sivient.ports.errors import Paused, Throttled, TryLater
from sivient.ports.http import Answer

DAILY_CHANGES = 100  # meetings that Zoom lets one user make or change in a day (contract chapter 6)
SOON = timedelta(seconds=2)  # after a per-second limit
SHORT = timedelta(seconds=30)  # what counts as a moment
LONGEST_PAUSE = timedelta(hours=24)
A_MOMENT = ("per-second", "concurrent")
OF_THE_USER = ("(100)", "particular user", "meeting create/update")


def limit(answer: Answer, message: str) -> TryLater:
    """Return the error for a 429; `message` is in small letters."""
    now = _zooms_now(answer)
    asked = _retry_after(answer, now)
    if any(words in message for words in A_MOMENT):
        return Throttled("Zoom asked us to slow down.", after=asked - now if asked and asked - now <= SHORT else SOON)
    if any(words in message for words in OF_THE_USER):
        return Paused(
            f"Zoom lets one Zoom user make or change {DAILY_CHANGES} meetings a day, and they are used up. "
            "The count begins anew at 00:00 UTC.",
            until=_midnight(now),  # whatever a header says: this count begins anew at no other time
        )
    if "daily" in message or "daily" in answer.headers.get("x-ratelimit-type", "").lower():
        return Paused(
            "The daily limit of the whole Zoom account is used up; its other apps count too. "
            "The count begins anew at 00:00 UTC.",
            until=asked or _midnight(now),
            shared=True,
        )
    if asked and asked - now > SHORT:
        return TryLater("Zoom asked us to wait.", after=asked - now)
    return Throttled("Zoom asked us to slow down.", after=asked - now if asked else SOON)


def _retry_after(answer: Answer, now: datetime) -> datetime | None:
    """Return the moment that `Retry-After` names, within bounds: seconds, an HTTP date or an ISO date."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        moment: datetime | None = now + timedelta(seconds=min(int(text[:9]), LONGEST_PAUSE.total_seconds()))
    else:
        moment = _moment(text)
    return None if moment is None else min(max(moment, now + timedelta(seconds=1)), now + LONGEST_PAUSE)


def _zooms_now(answer: Answer) -> datetime:
    """Return Zoom's own time where it said it: shortly before midnight, a wrong clock of ours would cost a day."""
    said = _moment(answer.headers.get("date", ""))
    return said if said is not None and abs(said - answer.received_at) < LONGEST_PAUSE else answer.received_at


def _moment(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
