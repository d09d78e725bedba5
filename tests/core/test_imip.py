"""The mail around an invite: its parts, its headers, and that it is the same mail when it is sent again."""

import email
import email.policy
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from sivient.core.imip import message, message_id, plain
from sivient.core.invite import Invite, Party, calendar
from tests.core.invites import GUEST, HOST, NINE, ORGANIZER, invite

TEXT = "H\u00e9llo Ada\n.\nFrom here on: " + "word " * 40
HTML = "<p>H\u00e9llo Ada</p>"


def mail(asked: Invite | None = None, *, to: Party = GUEST, **changes: Any) -> EmailMessage:
    values: dict[str, Any] = {"subject": "Invitation: Intro call", "text": TEXT, "html": HTML, "date": NINE}
    return message(asked or invite(), to=to, **values | changes)


def sent(original: EmailMessage) -> EmailMessage:
    """Return the mail as its receiver reads it."""
    read = email.message_from_bytes(original.as_bytes(), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def tree(part: Any) -> Any:
    """Return the content types, parts within parts."""
    if part.is_multipart():
        return part.get_content_type(), [tree(inner) for inner in part.iter_parts()]
    return part.get_content_type()


def test_the_parts_lie_as_every_client_expects() -> None:
    assert tree(sent(mail())) == (
        "multipart/mixed",
        [("multipart/alternative", ["text/plain", "text/html", "text/calendar"]), "application/ics"],
    )


def test_the_headers_are_the_same_in_every_release() -> None:
    """A later mail finds its conversation by the Message-ID of the first one, which may be years old."""
    headers = [
        line for line in mail().as_bytes().decode().split("\r\n") if re.match(r"(?!BEGIN|From here)[\w-]+: ", line)
    ]
    hash_of_id = "18fd4c6f3b5c55c6"
    words = ['text/plain; charset="utf-8"', 'text/html; charset="utf-8"']
    assert headers == [
        'From: "Grace Hopper (via Sivient)" <bookings@sivient.example>',
        "To: =?utf-8?q?Ada_L=C3=B8velace?= <ada@guest.example>",
        'Reply-To: "Grace Hopper" <grace@host.example>',
        "Subject: Invitation: Intro call",
        "Date: Tue, 01 Dec 2026 09:00:00 +0000",
        "Message-ID: <9130da9dd2d009b75ed5ad52e037204a@sivient.example>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="=_mail_{hash_of_id}"',
        f'Content-Type: multipart/alternative; boundary="=_words_{hash_of_id}"',
        *(line for each in words for line in (f"Content-Type: {each}", "Content-Transfer-Encoding: quoted-printable")),
        'Content-Type: text/calendar; charset="UTF-8"; method=REQUEST',
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="invite.ics"',
        'Content-Type: application/ics; name="invite.ics"',
    ]


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_the_calendar_part_names_the_method_of_the_calendar(method: str) -> None:
    raw = mail(invite(method=method)).as_bytes()
    assert f'Content-Type: text/calendar; charset="UTF-8"; method={method}\r\n'.encode() in raw
    (part,) = [p for p in sent(mail(invite(method=method))).walk() if p.get_content_type() == "text/calendar"]
    assert part["Content-Transfer-Encoding"] == "base64"
    assert part["Content-Disposition"] is None


def test_both_calendar_parts_arrive_byte_for_byte() -> None:
    asked = invite(summary="\u00dcber \U0001f600" * 20)
    read = sent(mail(asked))
    parts = [p for p in read.walk() if p.get_content_type() in ("text/calendar", "application/ics")]
    assert [p.get_payload(decode=True) for p in parts] == [calendar(asked)] * 2
    assert parts[1].get_content_disposition() == "attachment"
    assert parts[1].get_filename() == "invite.ics"
    assert parts[1]["Content-Type"].params["name"] == "invite.ics"


def test_the_words_arrive_as_they_were_written() -> None:
    read = sent(mail())
    text, html = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == TEXT.splitlines()
    assert html.get_content().splitlines() == [HTML]


def test_every_mail_server_can_pass_it_on() -> None:
    raw = mail(invite(guest=Party("\u00fc" * 100, GUEST.address)), subject="\U0001f600" * 300).as_bytes()
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))


def header_lines(read: EmailMessage) -> list[str]:
    return read.as_bytes().decode().partition("\r\n\r\n")[0].split("\r\n")


@pytest.mark.parametrize("length", range(40, 76))
def test_headers_are_folded_where_they_must_be(length: int) -> None:
    """At 78 characters (RFC 5322, section 2.1.1), at 76 if there are encoded words (RFC 2047, section 2)."""
    title = "x" * length
    address = f"{'a' * (length - 16)}@guests.example"
    assert (f"Subject: {title}" in header_lines(mail(subject=title))) == (length <= 76 - len("Subject: "))
    whole = f'Reply-To: "Ada" <{address}>'
    assert (whole in header_lines(mail(invite(host=Party("Ada", address))))) == (len(whole) <= 76)
    for name in (title, "", "\u00fc", title[:5] + "\u00fc"):
        asked = mail(invite(host=Party(name, address)))
        assert all(len(line) <= (76 if "=?" in line else 78) for line in header_lines(asked))
        assert sent(asked)["Reply-To"].addresses[0].addr_spec == address
        assert (f'Reply-To: "{name}"' in asked.as_bytes().decode()) == (
            name.isascii() and 0 < len(name) <= 76 - len("Reply-To: ")
        )


def test_a_long_subject_is_cut_and_text_that_is_no_text_loses_what_is_none() -> None:
    read = sent(mail(subject="\u00fc" * 300, text="a\ud800b"))
    text = read.get_body(("plain",))
    assert read["Subject"] == "\u00fc" * 200
    assert text is not None
    assert text.get_content().split() == ["a?b"]


def test_it_comes_from_the_organizer_and_is_answered_to_the_other_side() -> None:
    to_guest, to_host = sent(mail()), sent(mail(to=HOST))
    assert to_guest["From"] == to_host["From"] == '"Grace Hopper (via Sivient)" <bookings@sivient.example>'
    assert to_guest["To"].addresses[0].addr_spec == "ada@guest.example"
    assert to_guest["Reply-To"].addresses[0].addr_spec == "grace@host.example"
    assert to_host["To"].addresses[0].addr_spec == "grace@host.example"
    assert to_host["Reply-To"].addresses[0].addr_spec == "ada@guest.example"
    assert to_guest["Auto-Submitted"] == "auto-generated"
    assert to_guest["Date"].datetime == NINE


def test_a_long_name_with_a_comma_stays_one_address() -> None:
    name = "Lovelace, Ada " + "of the long name " * 6
    (address,) = sent(mail(invite(guest=Party(name, GUEST.address)), to=Party(name, GUEST.address)))["To"].addresses
    assert address.addr_spec == GUEST.address


def test_a_party_without_a_name_is_a_bare_address() -> None:
    raw = mail(to=Party("", "ada@guest.example")).as_bytes()
    assert b"\r\nTo: <ada@guest.example>\r\n" in raw


def test_the_same_mail_has_the_same_bytes() -> None:
    assert mail().as_bytes() == mail().as_bytes()


def test_the_message_id_tells_mails_apart_without_naming_the_receiver() -> None:
    mails = [
        mail(),
        mail(to=HOST),
        mail(invite(sequence=1)),
        mail(invite(method="CANCEL")),
        mail(invite(uid="other@sivient.example")),
    ]
    ids = [m["Message-ID"] for m in mails]
    assert len(set(ids)) == len(ids)
    assert all(one.endswith("@sivient.example>") for one in ids)
    assert not any(name in one for one in ids for name in ("ada", "guest", "grace", "host"))
    assert mail(date=NINE + timedelta(days=1), subject="Other")["Message-ID"] == ids[0]


def test_who_reads_in_two_roles_has_a_conversation_in_each() -> None:
    as_guest, as_host = mail(), mail(role="host")
    assert as_guest["Message-ID"] != as_host["Message-ID"] == mail(role="host")["Message-ID"]
    assert as_host["In-Reply-To"] is None
    assert mail(invite(sequence=1), role="host")["In-Reply-To"] == as_host["Message-ID"]
    named = message_id(invite().uid, 0, "REQUEST", to=GUEST, sender=ORGANIZER)
    assert as_guest["Message-ID"] == mail(role="")["Message-ID"] == named


def test_an_update_and_a_cancel_stay_in_the_conversation_of_the_first_mail() -> None:
    first = mail()
    assert first["In-Reply-To"] is None
    for later in (mail(invite(sequence=1)), mail(invite(sequence=2, method="CANCEL"))):
        assert later["In-Reply-To"] == later["References"] == first["Message-ID"]


def test_a_cancel_has_no_join_link_but_what_its_words_say() -> None:
    raw = sent(mail(invite(method="CANCEL", sequence=1)))
    for part in raw.walk():
        if not part.is_multipart():
            assert b"zoom" not in part.get_payload(decode=True)


def notice(**changes: Any) -> EmailMessage:
    own_id = message_id("7f3c@sivient.example", 0, "needs-zoom", to=HOST, sender=ORGANIZER)
    values: dict[str, Any] = {"sender": ORGANIZER, "to": HOST, "subject": "Connect Zoom again", "date": NINE}
    return plain(own_id, text=TEXT, html=HTML, **values | changes)


def test_a_notice_is_text_and_html_with_the_same_headers() -> None:
    read = sent(notice())
    assert tree(read) == ("multipart/alternative", ["text/plain", "text/html"])
    assert read["Subject"] == "Connect Zoom again"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Reply-To"] is read["In-Reply-To"] is None
    assert notice().as_bytes() == notice().as_bytes()


def test_a_notice_can_answer_another_mail_and_name_who_reads_replies() -> None:
    first = message_id("7f3c@sivient.example", 0, "REQUEST", to=HOST, sender=ORGANIZER)
    read = sent(notice(in_reply_to=first, reply_to=GUEST))
    assert read["References"] == first
    assert read["Reply-To"].addresses[0].addr_spec == GUEST.address


def test_a_header_that_would_start_another_one_is_refused() -> None:
    with pytest.raises(ValueError, match="another header"):
        notice(in_reply_to="<a@b>\r\nBcc: eve@evil.example")


def test_a_date_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        notice(date=datetime(2026, 12, 1, 9))  # noqa: DTZ001
