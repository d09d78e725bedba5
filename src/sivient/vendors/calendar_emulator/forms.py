"""What a person typed into the forms of the calendar page."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sivient.vendors.calendar_emulator.records import Attendee, Calendar, Event, Moment, Show

REPEATS = {"": "Does not repeat", "FREQ=WEEKLY": "Every week", "FREQ=DAILY": "Every day"}
SHOWN_AS = {Show.BUSY: "Busy", Show.FREE: "Free", Show.TENTATIVE: "Tentative"}


class Problem(Exception):
    """What was typed makes no sense; the text is for the person."""


def read_event(form: Mapping[str, str], calendar: Calendar) -> Event:
    """Return the event that the form describes."""
    start, end = read_times(form, calendar.zone, all_day="all_day" in form)
    rule, show, guest = form.get("repeats", ""), form.get("show", Show.BUSY), form.get("guest", "").strip()
    if rule not in REPEATS or show not in list(Show):
        raise Problem("Choose one of the offered values.")
    return Event(
        id="",
        calendar=calendar.id,
        uid="",
        title=form.get("title", "").strip() or "(No title)",
        start=start,
        end=end,
        zone=calendar.zone,
        show=Show(show),
        rule=rule,
        private="private" in form,
        attendees=[Attendee(guest)] if guest else [],
    )


def read_times(form: Mapping[str, str], zone: str, *, all_day: bool) -> tuple[Moment, Moment]:
    """Return start and end; the form's end of an all-day event is its last day."""
    start, end = (_read(form.get(name, "")) for name in ("start", "end"))
    times: tuple[Moment, Moment] = (start.date(), end.date() + timedelta(days=1))
    if not all_day:
        place = ZoneInfo(zone)
        times = start.replace(tzinfo=place).astimezone(UTC), end.replace(tzinfo=place).astimezone(UTC)
    if times[1] <= times[0]:
        raise Problem("The end has to be after the start.")
    return times


def last_day(end: date) -> date:
    """Return the last day of an all-day event from its exclusive end."""
    return end - timedelta(days=1)


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Problem("Give a start and an end.") from None
