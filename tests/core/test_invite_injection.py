"""Whatever strangers type, an invite and its mail keep their structure."""

import email
import email.policy
from collections import Counter
from email.header import decode_header, make_header

import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from sivient.core.imip import SUBJECT_LIMIT, message
from sivient.core.invite import Invite, Party, calendar
from sivient.core.text import clean_line
from tests.core.invites import GUEST, HOST, NINE, ORGANIZER, event_in, invite

nasty = st.sampled_from(
    [
        *["\r\n", "\n", "\r", "\u2028", "\x85", "\x00", "\x1f", "\u202e", "\ud800", "\U0001f600"],
        *['"', "'", ";", ":", ",", " ", "\\", "\\n", "^n", "^'", "=?utf-8?q?=0D=0A?=", "<x@y.example>"],
        *["END:VEVENT", "ATTACH:https://evil.example", "--=_mail"],
    ]
)
typed = st.lists(st.one_of(nasty, st.text(st.characters(codec=None), max_size=30)), max_size=8).map("".join)
parties = st.builds(Party, typed, st.just("ada@guest.example"))


@st.composite
def invites(draw: st.DrawFn) -> Invite:
    """Draw an invite with arbitrary text in every field that takes text."""
    return invite(
        method=draw(st.sampled_from(["REQUEST", "CANCEL"])),
        summary=draw(typed),
        description=draw(typed),
        location=draw(typed),
        join_label=draw(typed),
        join_url=draw(st.sampled_from([None, "https://zoom.example/j/1"])),
        guest=draw(parties),
        host=Party(draw(typed), HOST.address),
        organizer=Party(draw(typed), ORGANIZER.address),
    )


def expected(asked: Invite) -> Counter[str]:
    names = ["UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "STATUS"]
    names += ["ATTENDEE", "ATTENDEE"]
    if asked.method == "REQUEST":
        names += ["TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"]
        names += ["CONFERENCE", "URL", "X-GOOGLE-CONFERENCE"] if asked.join_url else []
    return Counter(names)


@settings(deadline=None)
@given(invites())
def test_no_text_adds_a_property_or_a_long_line(asked: Invite) -> None:
    ics = calendar(asked)
    event = event_in(ics)
    found = Counter(name for name, _ in event.property_items(recursive=False) if name not in ("BEGIN", "END"))
    found -= Counter(["LOCATION", "DESCRIPTION"])  # there when the text left anything to say
    assert found == expected(asked)
    assert event.errors == []
    assert ics.count(b"BEGIN:VEVENT\r\n") == 1
    assert all(0 < len(line) <= 75 for line in ics.removesuffix(b"\r\n").split(b"\r\n"))
    assert not set(ics.replace(b"\r\n", b"")) & {*range(32), 127}
    assert event["organizer"].params.get("CN", "") == asked.organizer.name


@settings(deadline=None)
@given(invites())
def test_a_second_reader_finds_no_more_than_the_first(asked: Invite) -> None:
    event = vobject.readOne(calendar(asked).decode()).vevent
    assert len(event.contents["attendee"]) == 2
    assert {"attach", "valarm"} & event.contents.keys() == set()


@settings(deadline=None)
@given(invites(), typed, typed)
def test_no_name_or_subject_adds_a_header_or_an_address(asked: Invite, subject: str, text: str) -> None:
    raw = message(asked, to=asked.guest, subject=subject, text=text, html=text, date=NINE).as_bytes()
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert read.defects == []
    assert list(read.keys()) == [
        *["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"],
        *(["In-Reply-To", "References"] if asked.method == "CANCEL" else []),
        "Content-Type",
    ]
    for name, party in (("From", asked.organizer), ("To", asked.guest), ("Reply-To", asked.host)):
        (address,) = read[name].addresses
        assert address.addr_spec == party.address
        # Python 3.11 keeps the space between two encoded words of a name; the older parser does not.
        assert address.display_name.replace(" ", "") == party.name.replace(" ", "")
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))


@settings(deadline=None)
@given(typed)
def test_a_subject_arrives_as_one_line(subject: str) -> None:
    raw = message(invite(), to=GUEST, subject=subject, text="", html="", date=NINE).as_bytes()
    shown = str(make_header(decode_header(email.message_from_bytes(raw)["Subject"])))
    assert shown == clean_line(subject, SUBJECT_LIMIT)
