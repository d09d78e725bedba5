"""Mail comes in over real SMTP."""

import smtplib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sivient.demo import httpd
from sivient.demo.mailbox import Mailbox, SmtpServer, start_smtp
from tests.demo import mails

YUKI = "yuki@tanaka.example"


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path)


@pytest.fixture
def smtp(box: Mailbox) -> Iterator[SmtpServer]:
    server = start_smtp(box)
    yield server
    server.close()


def send(smtp: SmtpServer, raw: bytes, *recipients: str) -> None:
    with smtplib.SMTP(smtp.host, smtp.port, timeout=5) as client:
        client.sendmail("bounces@sivient.example", recipients or [YUKI], raw)


def test_a_mail_arrives_byte_for_byte(smtp: SmtpServer, box: Mailbox) -> None:
    raw = mails.invite().replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n")
    send(smtp, raw, YUKI, "mara@nordlicht.example")
    (entry,) = box.entries()
    assert entry.recipients == (YUKI, "mara@nordlicht.example")
    assert (entry.method, entry.uid) == ("REQUEST", mails.UID)
    kept = box.handle(httpx.Request("GET", f"http://127.0.0.1/mail/{entry.id}.eml"))
    assert kept.content == raw


def test_the_recipients_of_the_envelope_count_not_those_of_the_header(smtp: SmtpServer, box: Mailbox) -> None:
    send(smtp, mails.plain(to="somebody@else.example"), "blind@copy.example")
    assert box.entries()[0].recipients == ("blind@copy.example",)


def test_addresses_and_headers_in_utf_8_are_taken(smtp: SmtpServer, box: Mailbox) -> None:
    with smtplib.SMTP(smtp.host, smtp.port, timeout=5) as client:
        options = ["SMTPUTF8", "BODY=8BITMIME"]
        client.sendmail("a@b.example", ["zoë@b.example"], "Subject: Grüße\r\n\r\nhi".encode(), mail_options=options)
    (entry,) = box.entries()
    assert (entry.recipients, entry.subject) == (("zoë@b.example",), "Grüße")


@pytest.mark.parametrize("code", ["451", "550"])
def test_the_switch_refuses_every_recipient_until_it_is_ok_again(smtp: SmtpServer, box: Mailbox, code: str) -> None:
    server = httpd.serve(box.handle)
    httpx.post(f"{server.url}/__ctl/switch", json={"smtp": code}).raise_for_status()
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(smtp, mails.plain())
    assert refused.value.recipients[YUKI][0] == int(code)
    assert box.entries() == []
    httpx.post(f"{server.url}/__ctl/switch", json={"smtp": "ok"}).raise_for_status()
    send(smtp, mails.plain())
    assert len(box.entries()) == 1
    server.close()


def test_a_mail_over_the_limit_is_refused(smtp: SmtpServer, box: Mailbox) -> None:
    with pytest.raises(smtplib.SMTPSenderRefused, match="552"):
        send(smtp, b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" * 6_000_000)
    assert box.entries() == []


def test_closing_is_quick_even_with_an_open_session(box: Mailbox) -> None:
    smtp = start_smtp(box)
    with socket.create_connection((smtp.host, smtp.port), timeout=5) as session:
        session.recv(1024)
        started = time.monotonic()
        smtp.close()
        smtp.close()
        assert time.monotonic() - started < 0.5
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((smtp.host, smtp.port), timeout=1)


def test_a_port_in_use_is_said_in_a_sentence(smtp: SmtpServer, box: Mailbox) -> None:
    with pytest.raises(OSError, match=f"Port {smtp.port} on 127.0.0.1 is already in use"):
        start_smtp(box, smtp.port)
