"""What stands in an invite, read back by two other programs' eyes."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar

from sivient.core.invite import Party, calendar
from tests.core.invites import JOIN_URL, NINE, event_in, invite


def lines(ics: bytes) -> list[str]:
    """Return the unfolded content lines."""
    return ics.decode().replace("\r\n ", "").split("\r\n")


def test_the_envelope_names_the_method() -> None:
    assert lines(calendar(invite()))[:6] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Sivient//Sivient//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
    ]


def test_the_event_says_who_meets_when_and_where() -> None:
    assert set(lines(calendar(invite()))[6:-3]) == {
        "UID:7f3c2a51-5d1e-4a0e-9a56-0f3f7a1c9b2d@sivient.example",
        "SEQUENCE:0",
        "DTSTAMP:20261122T090000Z",
        "DTSTART:20261201T090000Z",
        "DTEND:20261201T093000Z",
        "SUMMARY:Intro call: Ada\\, Grace\\; \\\\ a new line",
        'ORGANIZER;CN="Grace Hopper (via Sivient)":mailto:bookings@sivient.example',
        'ATTENDEE;CN="Ada L\u00f8velace";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE'
        ":mailto:ada@guest.example",
        'ATTENDEE;CN="Grace Hopper";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:grace@host.example',
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "LOCATION:https://us02web.zoom.us/j/81234567890?pwd=a\\,b\\;c",
        f"URL:{JOIN_URL}",
        f"CONFERENCE;FEATURE=AUDIO,VIDEO;LABEL=Join Zoom Meeting;VALUE=URI:{JOIN_URL}",
        f"X-GOOGLE-CONFERENCE:{JOIN_URL}",
        "DESCRIPTION:Join: https://us02web.zoom.us/j/81234567890?pwd=a\\,b\\;c\\n\\nJoin link below.\\n"
        "Reschedule: https://sivient.example/b/1",
    }


def test_times_of_any_zone_are_sent_in_utc() -> None:
    tokyo = NINE.astimezone(ZoneInfo("Asia/Tokyo"))
    moved = invite(start=tokyo, end=tokyo + timedelta(minutes=30), dtstamp=tokyo)
    text = calendar(moved).decode()
    assert "DTSTART:20261201T090000Z\r\nDTEND:20261201T093000Z\r\nDTSTAMP:20261201T090000Z" in text
    assert "TZID" not in text


@pytest.fixture
def machine_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine's own zone be another one than UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("machine_in_tokyo")
def test_the_zone_of_the_machine_does_not_matter() -> None:
    assert time.localtime(0).tm_hour == 9
    text = calendar(invite()).decode()
    assert "DTSTART:20261201T090000Z\r\nDTEND:20261201T093000Z\r\nDTSTAMP:20261122T090000Z" in text


def test_the_join_link_is_in_the_description_once() -> None:
    written = invite(description=f"Zoom: {JOIN_URL}\nSee you")
    assert str(event_in(calendar(written))["description"]) == f"Zoom: {JOIN_URL}\nSee you"
    assert str(event_in(calendar(invite(description="")))["description"]) == f"Join: {JOIN_URL}"


def test_before_the_link_exists_the_place_stands_in_the_invite() -> None:
    event = event_in(calendar(invite(join_url=None, location="The link follows", url="https://sivient.example/b/1")))
    assert str(event["location"]) == "The link follows"
    assert str(event["url"]) == "https://sivient.example/b/1"
    assert "conference" not in event
    assert "x-google-conference" not in event


def test_what_is_empty_is_left_out() -> None:
    event = event_in(calendar(invite(join_url=None, description="", guest=Party("", "ada@guest.example"))))
    assert not {"location", "url", "description"} & {name.lower() for name in event}
    assert "CN" not in event["attendee"][0].params


def test_an_invite_without_a_title_still_has_one() -> None:
    assert str(event_in(calendar(invite(summary="\x00\r\n")))["summary"]) == "Meeting"


def test_a_cancel_takes_back_and_leads_nowhere() -> None:
    cancel = invite(method="CANCEL", sequence=3, location=JOIN_URL, url=JOIN_URL, description=JOIN_URL)
    text = lines(calendar(cancel))
    assert "METHOD:CANCEL" in text
    assert set(text[6:-3]) == {
        "UID:7f3c2a51-5d1e-4a0e-9a56-0f3f7a1c9b2d@sivient.example",
        "SEQUENCE:3",
        "DTSTAMP:20261122T090000Z",
        "DTSTART:20261201T090000Z",
        "DTEND:20261201T093000Z",
        "SUMMARY:Intro call: Ada\\, Grace\\; \\\\ a new line",
        'ORGANIZER;CN="Grace Hopper (via Sivient)":mailto:bookings@sivient.example',
        'ATTENDEE;CN="Ada L\u00f8velace";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:ada@guest.example',
        'ATTENDEE;CN="Grace Hopper";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:grace@host.example',
        "STATUS:CANCELLED",
    }


def test_names_with_separators_are_quoted_and_cannot_end_the_quotes() -> None:
    tricky = Party('Eve" ;PARTSTAT=ACCEPTED:mailto:x@y, Jr.', "eve@guest.example")
    text = "\n".join(lines(calendar(invite(guest=tricky))))
    assert 'CN="Eve ;PARTSTAT=ACCEPTED:mailto:x@y, Jr.";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION' in text


def test_the_label_needs_no_quotes() -> None:
    text = "\n".join(lines(calendar(invite(join_label='Join; "now", here: go'))))
    assert "LABEL=Join now here go;VALUE=URI" in text


def test_texts_are_cut_where_they_end_to_be_of_use() -> None:
    long = "x" * 9000
    said = invite(join_url=None, summary=long, location=long, description=long, guest=Party(long, "ada@guest.example"))
    event = event_in(calendar(said))
    assert (len(event["summary"]), len(event["location"]), len(event["description"])) == (255, 255, 8000)
    assert len(event["attendee"][0].params["CN"]) == 100
    assert len(event_in(calendar(invite(join_label=long)))["conference"].params["LABEL"]) == 100


def test_a_join_link_without_a_label_has_one() -> None:
    assert "LABEL=Join meeting;VALUE=URI" in "\n".join(lines(calendar(invite(join_label=" ;"))))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sequence": -1}, "a sequence is not negative"),
        ({"uid": "id"}, "a uid looks like id@domain"),
        ({"url": "ftp://zoom.example/"}, "a URL in an invite is http or https, without spaces"),
    ],
    ids=["sequence", "uid", "url"],
)
def test_a_refusal_says_what_an_invite_needs(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        invite(**changes)


def test_lines_end_in_crlf_and_are_folded_between_characters() -> None:
    ics = calendar(invite(summary="\U0001f600" * 100, guest=Party("\u00fc" * 100, "ada@guest.example")))
    assert ics.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in ics.replace(b"\r\n", b"")
    for line in ics.removesuffix(b"\r\n").split(b"\r\n"):
        assert 0 < len(line) <= 75
        line.decode()


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_other_programs_read_the_same(method: str) -> None:
    ics = calendar(invite(method=method))
    event = event_in(ics)
    assert Calendar.from_ical(ics).errors == []
    assert event.errors == []
    assert (event.start, event.end) == (NINE, NINE + timedelta(minutes=30))
    other = vobject.readOne(ics.decode())
    assert other.validate(raiseException=True)
    assert other.method.value == method
    assert other.vevent.dtstart.value == NINE
    assert other.vevent.summary.value == "Intro call: Ada, Grace; \\ a new line"


def test_the_same_invite_gives_the_same_bytes() -> None:
    assert calendar(invite()) == calendar(invite())


@pytest.mark.parametrize(
    "changes",
    [
        {"start": NINE.replace(tzinfo=None)},
        {"end": NINE},
        {"dtstamp": datetime(2026, 11, 22, 9)},  # noqa: DTZ001
        {"sequence": -1},
        {"uid": "no domain"},
        {"uid": "a@b\r\nX-EVIL:1"},
        {"join_url": "javascript:alert(1)"},
        {"join_url": "https://zoom.example/j/1\r\nATTACH:x"},
        {"join_url": "https://zoom.example/ j"},
        {"url": "https://zoom.example/\u2028"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_would_break_an_invite_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=re.compile(r"offset|end|sequence|uid|URL")):
        invite(**changes)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="address"):
        Party("Eve", "eve@guest.example\r\nATTENDEE:mailto:x@y.example")


def test_the_stamp_is_in_utc() -> None:
    assert event_in(calendar(invite()))["dtstamp"].dt == datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_whom_the_guest_brings_is_an_attendee_like_the_guest(method: str) -> None:
    brought = invite(method=method, others=(Party("", "bo@guest.example"), Party("Cy", "cy@guest.example")))
    attendees = [line for line in lines(calendar(brought)) if line.startswith("ATTENDEE")]
    assert [line.rpartition("mailto:")[2] for line in attendees] == [
        "ada@guest.example",
        "bo@guest.example",
        "cy@guest.example",
        "grace@host.example",
    ]
    guest, brought_along = (line.partition(":")[0] for line in attendees[:2])
    assert guest.replace('CN="Ada L\u00f8velace";', "") == brought_along


def test_whom_the_guest_brings_cannot_break_the_invite() -> None:
    with pytest.raises(ValueError, match="mail address"):
        invite(others=(Party("", "bo@guest.example\r\nATTENDEE:mailto:x@y.example"),))
