"""The Meetings page of the user who is signed in."""

from __future__ import annotations

from datetime import timedelta

import httpx

from sivient.vendors.zoom.emulator.markup import NOTHING, Html, html
from sivient.vendors.zoom.emulator.pages.visit import Visit
from sivient.vendors.zoom.emulator.pages.wording import RECORDING, on_off, spaced, start_of, when
from sivient.vendors.zoom.emulator.records import Meeting
from sivient.vendors.zoom.emulator.world import World

PAGE = """<div class="head"><h1>Meetings</h1><p class="muted">Scheduled in the name of {name}, {email}</p></div>
{coming}{past}"""
GROUP = """<section class="list" aria-labelledby="{key}"><h2 id="{key}">{title}</h2>{meetings}</section>"""
MEETING = """<article class="sheet"><div class="row apart"><h3>{topic}</h3>
<span class="muted small">{joins}</span></div>
<dl class="facts"><div class="first"><dt>When</dt><dd>{when}</dd></div>
<div><dt>Length</dt><dd>{duration} minutes</dd></div>
<div><dt>Meeting ID</dt><dd>{id}</dd></div><div><dt>Passcode</dt><dd>{passcode}</dd></div>
<div><dt>Waiting room</dt><dd>{waiting}</dd></div><div><dt>Recording</dt><dd>{recording}</dd></div>
<div><dt>Join before host</dt><dd>{before}</dd></div><div><dt>Muted on entry</dt><dd>{muted}</dd></div>
<div class="wide"><dt>Join link</dt><dd><a href="{link}">{link}</a></dd></div>{agenda}</dl></article>"""
AGENDA = """<div class="wide"><dt>Agenda</dt><dd>{agenda}</dd></div>"""
NONE = """<p class="sheet muted">No meetings yet. A meeting stands here as soon as an app schedules one.</p>"""


def show(world: World, visit: Visit) -> httpx.Response:
    """List the meetings, the next one first."""
    user = visit.user
    if user is None:
        return visit.go_to_sign_in()
    now = world.clock.now()
    meetings = world.meetings.of(user)
    over = [m for m in meetings if start_of(m) + timedelta(minutes=m.body["duration"]) <= now]
    coming = [m for m in meetings if m not in over]
    body = html(
        PAGE,
        name=user.name,
        email=user.email,
        coming=_group("coming", "Upcoming", coming) if coming or over else Html(NONE),
        past=_group("past", "Previous", list(reversed(over))),
    )
    return visit.page("Meetings", body)


def _group(key: str, title: str, meetings: list[Meeting]) -> Html:
    if not meetings:
        return NOTHING
    return html(GROUP, key=key, title=title, meetings=[_meeting(meeting) for meeting in meetings])


def _meeting(meeting: Meeting) -> Html:
    body, settings = meeting.body, meeting.body["settings"]
    people = "Nobody has joined" if not meeting.joins else f"Joined {meeting.joins} times"
    return html(
        MEETING,
        topic=body["topic"],
        joins="Joined once" if meeting.joins == 1 else people,
        when=when(meeting),
        duration=body["duration"],
        id=spaced(meeting.id),
        passcode=body.get("password", "Off"),
        waiting=on_off(settings["waiting_room"]),
        recording=RECORDING[settings["auto_recording"]],
        before=on_off(settings["join_before_host"]),
        muted=on_off(settings["mute_upon_entry"]),
        link=body["join_url"],
        agenda=html(AGENDA, agenda=body["agenda"]) if body["agenda"] else NOTHING,
    )
