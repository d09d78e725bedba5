"""The calendar pages: who has one, and one week of it. No script; it looks like the sign-in pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from importlib.resources import files
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx

from sivient.vendors.calendar_emulator.forms import REPEATS, SHOWN_AS, last_day
from sivient.vendors.calendar_emulator.records import Account, Answer, Calendar, Event, Moment, Show
from sivient.vendors.oidc_emulator import Look
from sivient.vendors.oidc_emulator.pages import page

STYLE = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
ANSWERS = {Answer.ACCEPTED: "Accept", Answer.TENTATIVE: "Maybe", Answer.DECLINED: "Decline"}
IN_WORDS = {
    Answer.NONE: "no answer yet",
    Answer.ACCEPTED: "accepted",
    Answer.TENTATIVE: "maybe",
    Answer.DECLINED: "declined",
}


@dataclass(frozen=True, slots=True)
class Week:
    """What a week's page shows. `typed` is what stood in a form with a `problem`, `free` an hour to begin with."""

    look: Look
    account: Account
    calendars: Sequence[Calendar]
    monday: date
    events: Sequence[Event]
    links: Sequence[tuple[str, str]]
    free: datetime
    problem: str
    typed: Mapping[str, str]


def accounts(look: Look, everybody: Iterable[Account], links: Sequence[tuple[str, str]]) -> httpx.Response:
    """Ask whose calendar to open."""
    rows = "".join(
        f'<li><a class="person" href="{_address(each, None)}"><span class="face" aria-hidden="true">'
        f'{escape(each.name[:1])}</span><span class="who"><b>{escape(each.name)}</b>'
        f'<span class="muted">{escape(each.address)}</span></span></a></li>'
        for each in everybody
    )
    body = f"""<main class="wide calendar">{_links(links)}<h1>{escape(look.name)} Calendar</h1>
<p class="muted">Whose calendar?</p><ul class="sheet people">{rows}</ul></main>"""
    return page(look, "Calendar", body, style=STYLE)


def week(shown: Week) -> httpx.Response:
    """Show a week: its events by day, and the form for a new one."""
    days = [shown.monday + timedelta(days=number) for number in range(7)]
    before, after = shown.monday - timedelta(days=7), shown.monday + timedelta(days=7)
    problem = f'<p class="problem" role="alert">{escape(shown.problem)}</p>' if shown.problem else ""
    account = shown.account
    body = f"""<main class="wide calendar">{_links(shown.links)}
<div class="bar"><div><h1>{shown.monday.day} {shown.monday:%B} to {days[-1].day} {days[-1]:%B %Y}</h1>
<p class="muted">{escape(account.name)}, {escape(account.address)}, times in {escape(account.zone)}</p>
</div><nav class="weeks" aria-label="Weeks"><a class="btn" href="{_address(account, before)}">Week before</a>
<a class="btn" href="{_address(account, None)}">Next free hour</a>
<a class="btn" href="{_address(account, after)}">Week after</a></nav></div>
{problem}{_adding(shown)}
<ol class="sheet days">{"".join(_day(shown, day) for day in days)}</ol>
<p><a href="/calendar">Other people</a></p></main>"""
    return page(shown.look, "Calendar", body, status=422 if shown.problem else 200, style=STYLE)


def _day(shown: Week, day: date) -> str:
    found = [event for event in shown.events if day in _days_of(event, shown)]
    items = "".join(_event(event, shown) for event in found) or '<li class="muted">Nothing</li>'
    return f'<li class="day"><h2>{day:%A} {day.day}</h2><ul>{items}</ul></li>'


def _days_of(event: Event, shown: Week) -> Sequence[date]:
    """Return the days on which it stands: of an all-day event each of the week, else its first."""
    if not event.all_day:
        return [_here(event.start, shown).date()]
    first, last = date.fromisoformat(event.start.isoformat()), last_day(date.fromisoformat(event.end.isoformat()))
    return [day for day in (shown.monday + timedelta(days=n) for n in range(7)) if first <= day <= last]


def _event(event: Event, shown: Week) -> str:
    when = "All day"
    if not event.all_day:
        when = f"{_here(event.start, shown):%H:%M} to {_here(event.end, shown):%H:%M}"
    own = event.answer_of(shown.account.address)
    marks = [
        SHOWN_AS.get(event.show, str(event.show)) if event.show is not Show.BUSY else "",
        "Repeats" if event.series else "",
        "Private" if event.private else "",
        "Declined" if own is Answer.DECLINED else "",
    ]
    tags = "".join(f'<span class="mark">{mark}</span>' for mark in marks if mark)
    place = f'<p class="small place">{_place(event.location)}</p>' if event.location else ""
    return f"""<li class="event"><details><summary><span class="when">{when}</span>
<span class="title">{escape(event.title)}</span>{tags}</summary>
<div class="inside">{place}{_people(event, shown)}{_moving(event, shown)}{_deleting(event, shown)}</div>
</details></li>"""


def _people(event: Event, shown: Week) -> str:
    """Who is invited; everybody's answer can be given here, as nobody of them is real."""
    rows = ""
    for each in event.attendees:
        buttons = "".join(
            f'<button class="btn small" name="answer" value="{answer}" '
            f'aria-pressed="{"true" if each.answer is answer else "false"}">{words}</button>'
            for answer, words in ANSWERS.items()
        )
        rows += f"""<li><form method="post" action="/calendar/answer" class="line">{_hidden(event, shown)}
<input type="hidden" name="address" value="{escape(each.address)}"><span>{escape(each.name or each.address)}
<span class="muted">({IN_WORDS[each.answer]})</span></span>{buttons}</form></li>"""
    return f'<ul class="invited">{rows}</ul>' if rows else ""


def _moving(event: Event, shown: Week) -> str:
    return f"""<form method="post" action="/calendar/move" class="line">{_hidden(event, shown)}
{_times(event, shown)}<button class="btn small">Move</button></form>"""


def _deleting(event: Event, shown: Week) -> str:
    series = '<button class="btn small" name="series" value="yes">Delete the series</button>' if event.series else ""
    return f"""<form method="post" action="/calendar/delete" class="line">{_hidden(event, shown)}
<button class="btn small">Delete</button>{series}</form>"""


def _times(event: Event, shown: Week) -> str:
    if event.all_day:
        end = last_day(date.fromisoformat(event.end.isoformat())).isoformat()
        values, kind = (event.start.isoformat(), end), "date"
    else:
        values, kind = (_input(event.start, shown), _input(event.end, shown)), "datetime-local"
    return "".join(
        f'<label>{words}<input type="{kind}" name="{name}" value="{value}" required></label>'
        for words, name, value in zip(("Start", "End"), ("start", "end"), values, strict=True)
    )


def _adding(shown: Week) -> str:
    typed = shown.typed if "title" in shown.typed else {}
    hour = {"start": shown.free, "end": shown.free + timedelta(hours=1)}
    start, end = (typed.get(name, f"{usual:%Y-%m-%dT%H:%M}") for name, usual in hour.items())
    calendars = _choice("calendar", "Calendar", {each.id: each.name for each in shown.calendars}, typed)
    shows = _choice("show", "Shown as", {str(show): words for show, words in SHOWN_AS.items()}, typed)
    repeats = _choice("repeats", "Repeats", REPEATS, typed)
    ticks = "".join(
        f'<label class="tick"><input type="checkbox" name="{name}"{" checked" if name in typed else ""}>{words}</label>'
        for name, words in (("all_day", "All day"), ("private", "Private"))
    )
    return f"""<details class="sheet pad new"{" open" if typed else ""}><summary>Add an event</summary>
<form method="post" action="/calendar/add" class="fields">{_context(shown)}
<label>Title<input name="title" value="{escape(typed.get("title", ""))}" maxlength="200" required></label>
<label>Start<input type="datetime-local" name="start" value="{escape(start)}" required></label>
<label>End<input type="datetime-local" name="end" value="{escape(end)}" required></label>
{calendars}{shows}{repeats}
<label>Guest's address<input type="email" name="guest" value="{escape(typed.get("guest", ""))}"></label>
<div class="line">{ticks}<button class="btn">Add</button></div></form></details>"""


def _choice(name: str, label: str, values: Mapping[str, str], typed: Mapping[str, str]) -> str:
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if typed.get(name) == value else ""}>{escape(words)}</option>'
        for value, words in values.items()
    )
    return f'<label>{label}<select name="{name}">{options}</select></label>'


def _context(shown: Week) -> str:
    named = {"account": shown.account.key, "week": shown.monday.isoformat()}
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in named.items())


def _hidden(event: Event, shown: Week) -> str:
    named = {"calendar": event.calendar, "event": event.id}
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in named.items())
    return _context(shown) + fields


def _links(links: Sequence[tuple[str, str]]) -> str:
    if not links:
        return ""
    items = "".join(f'<a href="{escape(address)}">{escape(words)}</a>' for words, address in links)
    return f'<nav class="back" aria-label="Back">{items}</nav>'


def _place(text: str) -> str:
    is_link = text.startswith(("https://", "http://"))
    return f'<a href="{escape(text)}">{escape(text)}</a>' if is_link else escape(text)


def _address(account: Account, monday: date | None) -> str:
    query = {"account": account.key} | ({"week": monday.isoformat()} if monday else {})
    return escape(f"/calendar?{urlencode(query)}")


def _here(when: Moment, shown: Week) -> datetime:
    if not isinstance(when, datetime):
        raise TypeError("a date is everywhere")
    return when.astimezone(ZoneInfo(shown.account.zone))


def _input(when: Moment, shown: Week) -> str:
    return f"{_here(when, shown):%Y-%m-%dT%H:%M}"
