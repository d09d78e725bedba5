"""Events of ours: made once, changed, taken away; whatever is lost on the way."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sivient.ports.calendars import Answer, Changed, Guest, Tombstone
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, Rejected, TokenRefused
from sivient.vendors.calendar_emulator import Answer as Said
from sivient.vendors.calendar_emulator import Attendee
from sivient.vendors.microsoft.emulator import calendar_id
from sivient.vendors.microsoft.events import REFERENCE
from tests.vendors.microsoft.adapted import (
    CALENDAR,
    DRAFT,
    HALF_AN_HOUR,
    START,
    Emulated,
    Graph,
    answer,
    calendars,
    emulated,
    event,
    moved,
    refusal,
)

INVITED = ("REQUEST", "Ann@guest.example")
CALLED_OFF = ("CANCEL", "Ann@guest.example")


def posted() -> dict[str, Any]:
    graph = Graph(answer(201, id="e-1", start=event()["start"], end=event()["end"]))
    with calendars(graph) as ours:
        ours.create("c=", DRAFT)
    assert graph.requests[0].url.raw_path == b"/v1.0/me/calendars/c%3D/events"
    said: dict[str, Any] = json.loads(graph.requests[0].content)
    return said


def events_of(it: Emulated) -> int:
    return sum(not each.cancelled for each in it.service.world.events(CALENDAR))


def test_an_event_says_all_that_a_guest_needs() -> None:
    said = posted()
    body = said.pop("body")
    assert said == {
        "subject": "Intro call with <Ann> & co",
        "start": {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-01T09:30:00.0000000", "timeZone": "UTC"},
        "location": {"displayName": DRAFT.join_url, "locationUri": DRAFT.join_url},
        "attendees": [{"emailAddress": {"address": "Ann@guest.example", "name": "Ann"}, "type": "required"}],
        "allowNewTimeProposals": False,
        "responseRequested": True,
        "showAs": "busy",
        "isOnlineMeeting": False,
        "singleValueExtendedProperties": [{"id": REFERENCE, "value": "ref-1"}],
        "transactionId": DRAFT.key,
    }
    link = "https://zoom.test/j/1?pwd=a&amp;x=b"
    assert body["contentType"] == "HTML"
    assert body["content"].startswith(f'<p>Join: <a href="{link}">{link}</a></p>')
    assert "With Ann.<br>\nBring &lt;notes&gt; &amp; questions." in body["content"]


def test_an_event_is_made_and_its_guest_invited_once() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        assert (made.start, made.end, made.cancelled) == (START, START + HALF_AN_HOUR, False)
        assert (made.name, made.uid) == (it.event(made.name).id, it.event(made.name).uid)
        assert made.answers == {"ann@guest.example": Answer.NONE}
        assert it.ours.create(CALENDAR, DRAFT) == made
        assert events_of(it) == 1
        assert it.mails() == [INVITED]


@pytest.mark.parametrize("fault", ["lost-answer", "done-but-500", "done-but-html", "truncated"])
@pytest.mark.parametrize("later", [DRAFT, replace(DRAFT, join_url="https://zoom.test/j/2")])
@pytest.mark.parametrize("named", [True, False])
def test_a_lost_answer_makes_no_second_event(fault: str, later: Any, named: bool) -> None:
    with emulated() as it:
        it.service.inject(fault, method="POST", path="/events")
        if not named:
            it.service.inject("duplicate-without-id")
        with pytest.raises(OutcomeUnknown):
            it.ours.create(CALENDAR, DRAFT)
        found = it.ours.create(CALENDAR, later)
        assert events_of(it) == 1
        assert it.mails() == [INVITED]
        assert it.event(found.name).location == DRAFT.join_url, "what is said of it is for `change`"


def test_an_event_that_is_not_found_yet_is_found_by_its_reference() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        it.service.inject("not-found", method="GET", path="/me/events/")
        assert it.ours.create(CALENDAR, replace(DRAFT, title="Another")).name == made.name


def test_a_key_whose_event_was_deleted_is_never_used_again() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        it.service.world.remove(it.event(made.name))
        with pytest.raises(Tombstone):
            it.ours.create(CALENDAR, DRAFT)
        assert it.ours.create(CALENDAR, replace(DRAFT, key="1f" * 16)).name != made.name
        assert events_of(it) == 1


@pytest.mark.parametrize("code", [400, 409])
def test_a_used_key_is_refused_with_either_status(code: int) -> None:
    existing = {"@event.existingEventId": "e-1"}
    graph = Graph(refusal(code, "ErrorDuplicateTransactionId", **existing), httpx.Response(200, json=event()))
    with calendars(graph) as ours:
        assert ours.create("c", DRAFT).name == "e-1"
    assert graph.requests[1].url.path == "/v1.0/me/events/e-1"


def test_an_event_moves_with_its_guest_told_once() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        later = it.ours.change(CALENDAR, made.name, moved(DRAFT, hours=2), etag=made.etag, notify=True)
        assert (later.name, later.uid, later.start) == (made.name, made.uid, START + timedelta(hours=2))
        assert later.etag != made.etag
        assert it.mails() == [INVITED, INVITED]
        assert it.service.outbox.sent[1].update


def test_what_a_guest_has_answered_stays_with_a_new_link() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        it.service.world.answer(it.event(made.name), "ann@guest.example", Said.ACCEPTED)
        read = it.ours.read(CALENDAR, made.name)
        assert read is not None
        assert read.answers == {"ann@guest.example": Answer.ACCEPTED}
        linked = replace(DRAFT, join_url="https://zoom.test/j/2")
        later = it.ours.change(CALENDAR, made.name, linked, etag=read.etag, notify=True)
        assert later.answers == {"ann@guest.example": Answer.ACCEPTED}


def test_a_second_guest_is_invited_and_whom_the_host_added_stays() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        added = [*it.event(made.name).attendees, Attendee("boss@contoso.example", "Boss")]
        it.service.world.change(it.event(made.name), notify=False, attendees=added)
        both = replace(DRAFT, guests=(*DRAFT.guests, Guest("bob@guest.example")))
        later = it.ours.change(CALENDAR, made.name, both, etag="", notify=True)
        assert list(later.answers) == ["ann@guest.example", "boss@contoso.example", "bob@guest.example"]
        assert CALLED_OFF not in it.mails()
        assert ("REQUEST", "bob@guest.example") in it.mails()
        assert it.ours.change(CALENDAR, made.name, both, etag=later.etag, notify=False) == later


def test_an_event_that_was_called_off_is_gone() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        it.service.world.change(it.event(made.name), notify=False, extra={"called off": True})
        with pytest.raises(Gone):
            it.ours.change(CALENDAR, made.name, DRAFT, etag="", notify=True)
        assert [(each.gone, each.busy) for each in it.sync()] == [(True, ())]


@pytest.mark.parametrize("notify", [True, False])
def test_what_somebody_else_changed_is_not_overwritten(notify: bool) -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        it.service.world.change(it.event(made.name), title="Mine now")
        with pytest.raises(Changed):
            it.ours.change(CALENDAR, made.name, moved(DRAFT, hours=1), etag=made.etag, notify=notify)
        assert it.event(made.name).title == "Mine now"
        it.service.inject("conflict")
        with pytest.raises(Changed):
            it.ours.change(CALENDAR, made.name, DRAFT, etag="", notify=True)


def test_without_notice_nothing_is_written_that_is_there_already() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        same = it.ours.change(CALENDAR, made.name, DRAFT, etag=made.etag, notify=False)
        assert same.etag == made.etag
        assert [each.route for each in it.service.calls.entries if each.method == "PATCH"] == []
        for other in (
            replace(DRAFT, title="Other"),
            replace(DRAFT, description="Other words."),
            replace(DRAFT, join_url=""),
            moved(DRAFT, minutes=15),
        ):
            assert it.ours.change(CALENDAR, made.name, other, etag="", notify=False).etag != made.etag
            it.ours.change(CALENDAR, made.name, DRAFT, etag="", notify=False)


def test_a_cancelled_booking_leaves_and_its_guest_is_told_once() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        for notify in (True, False):
            it.ours.remove(CALENDAR, made.name, notify=notify)
        assert it.mails() == [INVITED, CALLED_OFF]
        assert it.ours.read(CALENDAR, made.name) is None
        with pytest.raises(Gone):
            it.ours.change(CALENDAR, made.name, DRAFT, etag="", notify=True)


def test_a_delete_whose_answer_says_that_it_was_done_before_is_done() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        it.service.inject("already-deleted")
        it.ours.remove(CALENDAR, made.name, notify=True)
        assert it.mails() == [INVITED, CALLED_OFF]


def test_our_own_event_is_known_by_its_name_in_a_sync() -> None:
    with emulated() as it:
        made = it.ours.create(CALENDAR, DRAFT)
        (change,) = it.sync()
        assert (change.name, change.uid, change.etag) == (made.name, made.uid, made.etag)
        it.ours.remove(CALENDAR, made.name, notify=True)
        assert [(each.name, each.gone) for each in it.sync()] == [(made.name, True)]


def test_a_calendar_that_may_only_be_read_is_refused_in_words() -> None:
    with emulated() as it:
        with pytest.raises(Rejected, match="does not let us"):
            it.ours.create(calendar_id("priya", "holidays"), DRAFT)
        with pytest.raises(Gone):
            it.ours.create("nowhere", DRAFT)


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(201, id="e-1"), OutcomeUnknown),
        (answer(201, start=event()["start"], end=event()["end"]), OutcomeUnknown),
        (httpx.Response(201, content=b'{"id": "e-1", "sta'), OutcomeUnknown),
        (httpx.Response(201, content=b""), OutcomeUnknown),
        (httpx.Response(201, json={}), OutcomeUnknown),
        (refusal(401, "InvalidAuthenticationToken"), TokenRefused),
        (httpx.ReadTimeout("x"), OutcomeUnknown),
    ],
)
def test_an_answer_that_says_too_little(response: httpx.Response | Exception, error: type[IntegrationError]) -> None:
    with calendars(Graph(response)) as ours, pytest.raises(IntegrationError) as raised:
        ours.create("c", DRAFT)
    assert type(raised.value) is error


def test_nothing_a_guest_typed_becomes_a_header_or_a_line_of_the_event() -> None:
    draft = replace(
        DRAFT, title="A\r\nX: y", guests=(Guest("a@x.example", "Ann\r\nBcc: z"),), description="a\r\n\x00<b>"
    )
    graph = Graph(answer(201, id="e-1", start=event()["start"], end=event()["end"]))
    with calendars(graph) as ours:
        ours.create("c", draft)
    said = json.loads(graph.requests[0].content)
    assert said["subject"] == "A X: y"
    assert said["attendees"][0]["emailAddress"]["name"] == "Ann Bcc: z"
    assert "<b>" not in said["body"]["content"]
