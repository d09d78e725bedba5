"""Bookings in a Google calendar: made once, changed with care, taken away, read again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sivient.ports.calendars import Answer, Changed, EventDraft, Guest, Stored, Tombstone, WillNotInvite
from sivient.ports.errors import Gone, OutcomeUnknown, Rejected, TryLater
from tests.vendors.google.adapted import (
    DRAFT,
    END,
    KEY,
    ME,
    START,
    ZONE,
    Google,
    calendars,
    event,
    ours,
    refusal,
    said,
)

GUEST = {"email": "Guest@Example.org", "displayName": "Gus Guest", "responseStatus": "needsAction"}


def made(google: Google, draft: EventDraft = DRAFT) -> Stored:
    with calendars(google) as it:
        return it.create(ME, draft)


def changed(google: Google, draft: EventDraft = DRAFT, *, etag: str = '"1"', notify: bool = True) -> Stored:
    with calendars(google) as it:
        return it.change(ME, KEY, draft, etag=etag, notify=notify)


class TestMaking:
    def test_everything_is_in_the_one_call_that_invites(self) -> None:
        google = Google(said(ours()))
        uid, etag = f"{KEY}@google.com", '"3181161784712000"'
        assert made(google) == Stored(KEY, uid, etag, START, END, location="", as_made=True)
        [query], [body] = google.queries, google.bodies
        assert (query["sendUpdates"], query["conferenceDataVersion"]) == ("all", "1")
        assert body == {
            "id": KEY,
            "status": "confirmed",
            "transparency": "opaque",
            "summary": "Intro call",
            "description": "Join: https://us05web.zoom.us/j/92674392836?pwd=x.1",
            "location": "https://us05web.zoom.us/j/92674392836?pwd=x.1",
            "start": {"dateTime": "2040-11-30T09:00:00Z", "timeZone": ZONE},
            "end": {"dateTime": "2040-11-30T09:30:00Z", "timeZone": ZONE},
            "attendees": [GUEST],
            "extendedProperties": {"private": {"booking": "ref-abc"}},
            "guestsCanInviteOthers": False,
            "guestsCanModify": False,
            "reminders": {"useDefault": True},
            "source": {"title": "Booking", "url": "https://book.example/bookings/1"},
            "conferenceData": {
                "conferenceId": "92674392836",
                "conferenceSolution": {"key": {"type": "addOn"}, "name": "Zoom Meeting"},
                "entryPoints": [
                    {
                        "entryPointType": "video",
                        "uri": "https://us05web.zoom.us/j/92674392836?pwd=x.1",
                        "label": "us05web.zoom.us/j/92674392836",
                        "passcode": "x1Y2z3",
                    }
                ],
            },
        }

    def test_what_guests_typed_is_text_and_never_html(self) -> None:
        google = Google(said(ours()))
        made(google, replace(DRAFT, description="<b onclick=x>&amp;</b>\r\nsecond", title="a\r\nb"))
        [body] = google.bodies
        assert body["description"] == "&lt;b onclick=x&gt;&amp;amp;&lt;/b&gt;\nsecond"
        assert body["summary"] == "a b"

    @pytest.mark.parametrize("text", ["&" * 20_000, "x" * 9_998 + "<", "ab" + "<" * 20_000, "x" * 10_000_000])
    def test_a_long_description_is_cut_but_never_within_an_entity(self, text: str) -> None:
        google = Google(said(ours()))
        made(google, replace(DRAFT, description=text))
        sent = google.bodies[0]["description"]
        assert 7_990 <= len(sent) <= 8_000
        assert sent.rpartition("&")[2] in ("amp;", "lt;") or "&" not in sent

    def test_a_link_of_ones_own_has_a_join_button_too_and_what_is_no_link_has_none(self) -> None:
        google = Google(said(ours()))
        own = replace(DRAFT, join_url="https://meet.example/room", conference_id="", passcode="", location="")
        for link in (own, replace(own, join_url=""), replace(own, join_url="https://[x"), replace(own, timezone="")):
            made(google, link)
        first, none, unfit, no_zone = google.bodies
        assert first["conferenceData"] == {
            "conferenceSolution": {"key": {"type": "addOn"}, "name": "Online meeting"},
            "entryPoints": [
                {"entryPointType": "video", "uri": "https://meet.example/room", "label": "meet.example/room"}
            ],
        }
        assert first["location"] == "https://meet.example/room"
        assert "conferenceData" not in none | unfit
        assert no_zone["start"] == {"dateTime": "2040-11-30T09:00:00Z"}

    def test_when_google_refuses_the_join_button_the_event_is_made_without_it(self) -> None:
        google = Google(refusal(400, "invalid"), said(ours()))
        assert made(google).name == KEY
        first, second = google.bodies
        assert second == {name: value for name, value in first.items() if name != "conferenceData"}
        with pytest.raises(Rejected):
            made(Google(refusal(400, "invalid")))

    def test_a_refused_event_without_a_join_button_is_asked_for_once(self) -> None:
        google = Google(refusal(400, "invalid"))
        with pytest.raises(Rejected):
            made(google, replace(DRAFT, join_url=""))
        assert len(google.requests) == 1

    def test_a_key_that_is_taken_is_the_event_of_an_earlier_call(self) -> None:
        google = Google(refusal(409, "duplicate"), said(ours(start={"dateTime": "2040-11-30T08:00:00Z"})))
        assert made(google).start == START - timedelta(hours=1)
        assert google.methods == ["POST", "GET"]

    @pytest.mark.parametrize(
        "there",
        [
            ours(status="cancelled"),
            {"id": KEY, "status": "cancelled"},
            event(KEY),
            ours(extendedProperties={"private": {"booking": "another"}}),
            ours(extendedProperties={"private": None}),
        ],
    )
    def test_a_key_of_a_deleted_event_or_of_another_one_makes_nothing(self, there: dict[str, Any]) -> None:
        google = Google(refusal(409, "duplicate"), said(there))
        with pytest.raises(Tombstone):
            made(google)
        assert google.methods == ["POST", "GET"]

    def test_a_key_that_is_taken_by_what_is_nowhere_is_asked_for_later(self) -> None:
        with pytest.raises(TryLater) as raised:
            made(Google(refusal(409, "duplicate"), refusal(404, "notFound")))
        assert raised.value.after is not None

    @pytest.mark.parametrize(
        "lost",
        [
            httpx.ReadTimeout(""),
            httpx.ReadError(""),
            httpx.Response(502, html="<h1>Bad gateway</h1>"),
            httpx.Response(200, content=b'{"id": "0123'),
            said({}),
            said({"id": KEY, "start": {"dateTime": "now"}, "end": {}}),
            refusal(500, "backendError"),
        ],
        ids=range(7),
    )
    def test_a_lost_answer_is_an_unknown_outcome(self, lost: httpx.Response | Exception) -> None:
        with pytest.raises(OutcomeUnknown):
            made(Google(lost))

    def test_a_permission_to_write_that_is_missing_does_not_end_the_one_to_read(self) -> None:
        with pytest.raises(Rejected, match="only read"):
            made(Google(refusal(403, "insufficientPermissions")))

    def test_a_used_up_limit_for_invitations_says_that_somebody_else_has_to_invite(self) -> None:
        with pytest.raises(WillNotInvite):
            made(Google(refusal(403, "quotaExceeded")))


class TestChanging:
    def test_what_the_draft_says_is_sent_if_the_event_is_still_the_same(self) -> None:
        google = Google(said(ours(attendees=[GUEST])))
        later = replace(DRAFT, start=START + timedelta(hours=1), end=END + timedelta(hours=1))
        changed(google, later)
        assert google.methods == ["GET", "PATCH"]
        assert google.requests[1].headers["If-Match"] == '"1"'
        body = google.bodies[1]
        assert body["start"] == {"dateTime": "2040-11-30T10:00:00Z", "timeZone": ZONE}
        assert body["attendees"] == [GUEST]
        assert not {"id", "extendedProperties", "status", "reminders"} & body.keys()

    @pytest.mark.parametrize(("notify", "updates"), [(True, "all"), (False, "none")])
    def test_guests_hear_of_it_when_they_should(self, notify: bool, updates: str) -> None:
        google = Google(said(ours()))
        changed(google, notify=notify)
        assert google.queries[1]["sendUpdates"] == updates

    def test_answers_and_whom_the_host_added_in_google_stay(self) -> None:
        colleague = {"email": "col@nordlicht.example", "responseStatus": "accepted", "optional": True}
        answered = {"email": "guest@example.org", "responseStatus": "accepted"}
        google = Google(said(ours(attendees=[answered, colleague | {"self": True}])))
        got = changed(google, replace(DRAFT, guests=(*DRAFT.guests, Guest("new@x.example"))))
        new = {"email": "new@x.example", "responseStatus": "needsAction"}
        assert google.bodies[1]["attendees"] == [answered, colleague, new]
        assert got.answers["guest@example.org"] is Answer.ACCEPTED

    def test_a_list_of_attendees_that_is_not_whole_is_left_alone(self) -> None:
        google = Google(said(ours(attendeesOmitted=True)))
        changed(google)
        assert "attendees" not in google.bodies[1]

    def test_without_a_link_the_old_join_button_goes(self) -> None:
        google = Google(said(ours()))
        changed(google, replace(DRAFT, join_url="", location=""))
        assert google.bodies[1]["conferenceData"] is None
        assert google.bodies[1]["location"] == ""

    def test_a_refused_join_button_is_left_out(self) -> None:
        google = Google(said(ours()), refusal(400, "invalid"), said(ours()))
        changed(google)
        assert google.methods == ["GET", "PATCH", "PATCH"]
        assert google.requests[2].headers["If-Match"] == '"1"'
        assert "conferenceData" not in google.bodies[2]

    def test_an_event_that_is_not_the_one_that_was_read_is_not_changed(self) -> None:
        with pytest.raises(Changed):
            changed(Google(said(ours()), refusal(412, "conditionNotMet")))

    def test_without_an_etag_of_the_callers_the_one_just_read_is_meant(self) -> None:
        google = Google(said(ours()))
        changed(google, etag="")
        assert google.requests[1].headers["If-Match"] == '"3181161784712000"'

    @pytest.mark.parametrize(
        "answers",
        [
            [refusal(404, "notFound")],
            [refusal(410, "deleted")],
            [said(ours(status="cancelled"))],
            [said(ours()), refusal(404, "notFound")],
            [said(ours()), refusal(410, "deleted")],
        ],
    )
    def test_an_event_that_is_gone_is_told_and_never_brought_back(self, answers: list[httpx.Response]) -> None:
        with pytest.raises(Gone):
            changed(Google(*answers))


class TestRemoving:
    @pytest.mark.parametrize(
        "answer", [httpx.Response(204), refusal(404, "notFound"), refusal(410, "deleted")], ids=range(3)
    )
    def test_an_event_is_taken_away_or_was_away_already(self, answer: httpx.Response) -> None:
        google = Google(answer)
        with calendars(google) as it:
            it.remove(ME, KEY, notify=True)
            it.remove(ME, KEY, notify=False)
        assert [query["sendUpdates"] for query in google.queries] == ["all", "none"]

    def test_trouble_is_told(self) -> None:
        with calendars(Google(refusal(403, "forbiddenForNonOrganizer"))) as it, pytest.raises(Rejected):
            it.remove(ME, KEY, notify=True)


class TestReading:
    def read(self, answer: httpx.Response) -> Stored | None:
        with calendars(Google(answer)) as it:
            return it.read(ME, KEY)

    def test_an_event_says_how_it_is_now(self) -> None:
        got = self.read(said(ours(status="cancelled", attendees=[GUEST | {"responseStatus": "tentative"}])))
        assert got is not None
        assert (got.cancelled, got.start, got.answers) == (True, START, {"guest@example.org": Answer.TENTATIVE})

    @pytest.mark.parametrize(
        "answer", [refusal(404, "notFound"), refusal(410, "deleted"), said({"id": KEY, "status": "cancelled"})]
    )
    def test_nothing_is_read_where_nothing_is(self, answer: httpx.Response) -> None:
        assert self.read(answer) is None

    def test_an_event_that_the_host_made_last_all_day_has_a_time(self) -> None:
        got = self.read(said(ours(start={"date": "2040-11-30"}, end={"date": "2040-12-01"})))
        assert got is not None
        assert got.end - got.start == timedelta(days=1)
