"""The calendar for people: which page stands at which address, and what its forms do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx

from sivient.vendors.calendar_emulator import pages
from sivient.vendors.calendar_emulator.forms import Problem, read_event, read_times
from sivient.vendors.calendar_emulator.free import next_free
from sivient.vendors.calendar_emulator.records import Account, Answer, Event, Window, instant
from sivient.vendors.oidc_emulator.requests import form_of

if TYPE_CHECKING:
    from sivient.vendors.calendar_emulator.emulator import CalendarEmulator

Form = dict[str, str]
HOME = "/calendar"
A_WEEK = timedelta(days=7)


def answer(emulator: CalendarEmulator, request: httpx.Request) -> httpx.Response | None:
    """Answer the request of a browser; None: no page stands there."""
    path, params = request.url.path, dict(request.url.params)
    if (request.method, path) == ("GET", HOME):
        account = emulator.world.accounts.get(params.get("account", ""))
        if account is None:
            return pages.accounts(emulator.look, list(emulator.world.accounts.values()), emulator.links)
        return _week(emulator, account, params.get("week", ""))
    verb = VERBS.get(path) if request.method == "POST" else None
    if verb is None:
        return None
    if not _is_from_here(request):
        return httpx.Response(403, text="Only this page's own forms change a calendar.")
    form = form_of(request)
    account = emulator.world.accounts.get(form.get("account", ""))
    if account is None:
        return httpx.Response(400, text="There is no such account.")
    try:
        shown = verb(emulator, account, form)
    except Problem as problem:
        return _week(emulator, account, form.get("week", ""), problem=str(problem), typed=form)
    query = urlencode({"account": account.key, "week": shown or form.get("week", "")})
    return httpx.Response(303, headers={"Location": f"{HOME}?{query}"})


def add(emulator: CalendarEmulator, account: Account, form: Form) -> str:
    """Put a new event into a calendar; return its day."""
    calendar = emulator.world.calendars.get(form.get("calendar", "")) or emulator.world.primary(account.key)
    event = read_event(form, calendar)
    emulator.world.add(event)
    return event.start.isoformat()[:10]


def move(emulator: CalendarEmulator, account: Account, form: Form) -> str:
    """Give an event other times, an occurrence alone; return its day."""
    event = _event(emulator, account, form)
    start, end = read_times(form, account.zone, all_day=event.all_day)
    emulator.world.change(event, start=start, end=end)
    return start.isoformat()[:10]


def delete(emulator: CalendarEmulator, account: Account, form: Form) -> str:
    """Delete an event, one occurrence, or with `series` all of them."""
    event = _event(emulator, account, form)
    if form.get("series") and event.series:
        event = emulator.world.find(event.calendar, event.series) or event
    emulator.world.remove(event)
    return ""


def say(emulator: CalendarEmulator, account: Account, form: Form) -> str:
    """Let an attendee answer."""
    try:
        emulator.world.answer(_event(emulator, account, form), form.get("address", ""), Answer(form.get("answer", "")))
    except ValueError as error:
        raise Problem("That answer could not be read.") from error
    return ""


VERBS: dict[str, Callable[[CalendarEmulator, Account, Form], str]] = {
    f"{HOME}/add": add,
    f"{HOME}/move": move,
    f"{HOME}/delete": delete,
    f"{HOME}/answer": say,
}


def _week(
    emulator: CalendarEmulator, account: Account, day: str, *, problem: str = "", typed: Form | None = None
) -> httpx.Response:
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        wanted = next_free(emulator, account).date()
    monday = wanted - timedelta(days=wanted.weekday())
    window: Window = (instant(monday, account.zone), instant(monday + A_WEEK, account.zone))
    own = emulator.world.calendars_of(account.key)
    # Shown in the zone of the account; dates stay dates.
    events = [event for calendar in own for event in emulator.world.listing(calendar.id, window)]
    return pages.week(
        pages.Week(
            emulator.look,
            account,
            own,
            monday,
            events,
            emulator.links,
            next_free(emulator, account, monday),
            problem,
            typed or {},
        ),
    )


def _event(emulator: CalendarEmulator, account: Account, form: Form) -> Event:
    calendar = emulator.world.calendars.get(form.get("calendar", ""))
    event = emulator.world.find(calendar.id, form.get("event", "")) if calendar else None
    if calendar is None or calendar.account != account.key or event is None or event.cancelled:
        raise Problem("This event is not there any more.")
    return replace(event)


def _is_from_here(request: httpx.Request) -> bool:
    """Whether the form stands on a page of this server, as far as the browser says (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
