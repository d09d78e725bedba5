"""Where a join link leads: `/j/{id}?pwd=`."""

from __future__ import annotations

import hmac

import httpx

from sivient.vendors.zoom.emulator.markup import NOTHING, Html, html
from sivient.vendors.zoom.emulator.pages.visit import Visit
from sivient.vendors.zoom.emulator.pages.wording import RECORDING, spaced, when
from sivient.vendors.zoom.emulator.people import ZoomUser
from sivient.vendors.zoom.emulator.records import Meeting
from sivient.vendors.zoom.emulator.world import World

JOINED = """<section class="sheet"><div class="head"><p class="small muted">Your join link works</p><h1>{topic}</h1>
<p class="muted">with {host}</p></div><dl class="facts"><div class="first"><dt>When</dt><dd>{when}</dd></div>
<div><dt>Length</dt><dd>{duration} minutes</dd></div><div><dt>Meeting ID</dt><dd>{id}</dd></div></dl>
{notes}<p class="small muted">This link was opened {joins}.</p></section>"""
ASK = """<section class="sheet"><h1>Enter the passcode</h1><p class="muted">Meeting ID {id}</p>{problem}
<form class="list" method="get" action="{action}"><label>Passcode
<input type="text" name="pwd" autocomplete="off"></label>
<div><button class="btn primary">Join</button></div></form></section>"""
WRONG = """<p class="note warn" role="alert">Wrong passcode. Nobody was let in.</p>"""
UNKNOWN = """<section class="sheet"><h1>This meeting link is not valid</h1>
<p>There is no meeting with the ID {id}: it was deleted, it expired 30 days after its date,
or it never existed (3,001).</p></section>"""
NOTE = """<p class="note">{text}</p>"""


def show(world: World, visit: Visit) -> httpx.Response:
    """Let the person in, ask for the passcode, or say that there is no such meeting."""
    meeting_id = visit.path.removeprefix("/j/")
    meeting = world.meetings.find(meeting_id)
    if meeting is None:
        return visit.page("Unknown meeting", html(UNKNOWN, id=meeting_id), status=404, narrow=True)
    given = visit.query.get("pwd", "")
    if not _opens(meeting, given):
        body = html(ASK, id=spaced(meeting.id), action=visit.path, problem=Html(WRONG) if given else NOTHING)
        return visit.page("Passcode", body, status=403 if given else 200, narrow=True)
    world.meetings.join(meeting)
    return visit.page(str(meeting.body["topic"]), _joined(meeting, world.people.get(meeting.host_id)), narrow=True)


def _opens(meeting: Meeting, given: str) -> bool:
    """Whether the passcode is right: in the form of the link, or as people type it."""
    if "password" not in meeting.body:
        return True
    accepted = (meeting.body["encrypted_password"], meeting.body["password"])
    return any(hmac.compare_digest(given.encode(), str(word).encode()) for word in accepted)


def _joined(meeting: Meeting, host: ZoomUser) -> Html:
    return html(
        JOINED,
        topic=meeting.body["topic"],
        host=host.name,
        when=when(meeting),
        duration=meeting.body["duration"],
        id=spaced(meeting.id),
        notes=[html(NOTE, text=text) for text in _notes(meeting, host)],
        joins="once" if meeting.joins == 1 else f"{meeting.joins} times",
    )


def _notes(meeting: Meeting, host: ZoomUser) -> list[str]:
    settings = meeting.body["settings"]
    notes = []
    if settings["waiting_room"]:
        notes.append(f"Waiting room: {host.first_name} lets you in.")
    elif settings["join_before_host"]:
        notes.append(f"You can come in before {host.first_name} is there.")
    if settings["auto_recording"] != "none":
        notes.append(f"Recording: {RECORDING[settings['auto_recording']].lower()}.")
    return notes
