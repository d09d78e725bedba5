"""Lengths of time as the host chooses them, and the lines that say what is set in a closed group of the editor."""

from datetime import date, timedelta
from urllib.parse import urlsplit

from sivient.scheduling.models import EventType, Window

MINUTE = timedelta(minutes=1)
DAY = 24 * 60  # minutes
Choices = dict[int, str]  # minutes: what they are called


def length(minutes: int) -> str:
    """Return a length in the largest unit that it is whole in: '45 minutes', '2 hours', '1 week'."""
    for size, unit in ((7 * DAY, "week"), (DAY, "day"), (60, "hour")):
        if minutes and minutes % size == 0:
            return many(minutes // size, unit)
    return many(minutes, "minute")


def many(count: int, unit: str) -> str:
    """Return '1 day', '2 days'."""
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def lengths(none: str, *offered: int, words: str = "{}") -> Choices:
    """Return choices of lengths; `none` is what no minutes at all are called ("" leaves them out)."""
    return ({0: none} if none else {}) | {minutes: words.format(length(minutes)) for minutes in offered}


BUFFERS = lengths("None", 5, 10, 15, 20, 30, 45, 60, 90, 120)
NOTICES = lengths("None", 60, 120, 240, 720, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY)
STEPS = lengths("As long as the meeting", 5, 10, 15, 20, 30, 45, 60, 90, 120)
PATIENCE = lengths("", 60, 120, 240, 720, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY)
LAST_CALLS = lengths(
    "Until it begins", 60, 120, 240, 720, DAY, 2 * DAY, 3 * DAY, 7 * DAY, words="Until {} before it begins"
)


def duration(minutes: int) -> str:
    """Return how long a meeting takes, as guests read it: '45 min', '1 h 30 min', '24 h'."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


def durations(event_type: EventType) -> str:
    """Return what guests choose from: '30 min', '15 min, 30 min or 1 h'."""
    *others, longest = (duration(minutes) for minutes in event_type.durations)
    return f"{', '.join(others)} or {longest}" if others else longest


def of(event_type: EventType) -> dict[str, str]:
    """Return what each group of the editor says while it is closed."""
    return {
        "when": _when(event_type),
        "asked": _asked(event_type),
        "decides": _decides(event_type),
        "after": _after(event_type),
        "links": _links(event_type),
        "state": _state(event_type),
    }


def _when(event_type: EventType) -> str:
    """Say with what notice, and how far ahead."""
    notice = event_type.minimum_notice // MINUTE
    begins = f"Notice of {length(notice)}" if notice else "No notice"
    match event_type.window_kind:
        case Window.DATES:
            ahead = f"{_date(event_type.first_date)} to {_date(event_type.last_date)}"
        case Window.BUSINESS_DAYS:
            ahead = f"{many(event_type.window_days, 'business day')} ahead"
        case _:
            ahead = f"{many(event_type.window_days, 'day')} ahead"
    return f"{begins}, {ahead}"


def _asked(event_type: EventType) -> str:
    """Say how much guests are asked, and whom they may bring."""
    questions = many(len(event_type.questions), "question") if event_type.questions else "Name and email only"
    return f"{questions}, up to {many(event_type.most_others, 'other guest')}" if event_type.most_others else questions


def _decides(event_type: EventType) -> str:
    """Say who has the last word."""
    if not event_type.requires_approval:
        return "Bookings stand at once"
    return f"You approve each within {length(event_type.approval_patience // MINUTE)}"


def _after(event_type: EventType) -> str:
    """Say where guests go when they have booked."""
    host = urlsplit(event_type.redirect_url).hostname if event_type.redirect_url else ""
    return f"Guests go on to {host}" if host else "Guests see their booking"


def _links(event_type: EventType) -> str:
    """Say who finds it."""
    return "Hidden: private links alone lead to it" if event_type.hidden else "Listed on your page"


def _state(event_type: EventType) -> str:
    """Say whether it can be booked."""
    if not event_type.active:
        return "Off"
    return "Paused" if event_type.paused else "On"


def _date(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else "any date"
