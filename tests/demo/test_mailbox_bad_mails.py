"""Mails that break rules: each is listed, opens in every view it has, and breaks nothing around it."""

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from sivient.demo.mailbox import Mailbox
from sivient.demo.mailbox.reading import read
from tests.demo import mails


def get(box: Mailbox, path: str) -> httpx.Response:
    return box.handle(httpx.Request("GET", f"http://127.0.0.1{path}"))


@pytest.mark.parametrize("raw", mails.BAD.values(), ids=mails.BAD.keys())
def test_a_bad_mail_is_listed_and_opens_in_every_view(tmp_path: Path, raw: bytes) -> None:
    box = Mailbox(tmp_path)
    box.receive(mails.plain("A good one"), sender="a@b.example", recipients=["b@b.example"])
    mail_id = box.receive(raw, sender="a@b.example", recipients=["b@b.example"])

    page = get(box, "/")
    assert (page.status_code, page.text.count('<a class="row"')) == (200, 2)
    assert "A good one" in page.text
    mail = get(box, f"/mail/{mail_id}")
    views = re.findall(rf'href="(/mail/{mail_id}/\w+)"', mail.text)
    assert views
    for view in views:
        assert get(box, view).status_code == 200
    assert get(box, f"/mail/{mail_id}.eml").content == raw
    assert len(get(box, "/__ctl/mails").json()) == 2


@pytest.mark.parametrize("raw", mails.BAD.values(), ids=mails.BAD.keys())
def test_nothing_of_a_mail_becomes_markup_of_the_page(tmp_path: Path, raw: bytes) -> None:
    box = Mailbox(tmp_path)
    mail_id = box.receive(raw, sender="<b>@b.example", recipients=["<script>"])
    for path in ("/", f"/mail/{mail_id}", f"/mail/{mail_id}/raw"):
        text = get(box, path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_headers_are_read_as_well_as_they_can_be() -> None:
    subjects = {name: read(raw).subject for name, raw in mails.BAD.items()}
    assert subjects["raw utf-8 headers"] == "Grüße 🎉"
    assert subjects["unknown charset"] == "nuqneH"
    assert subjects["deep"] == "(this mail cannot be read)"
    assert read(b"Subject: =?utf-8?Q?Caf=C3=A9?= in\r\n Berlin\r\n\r\n").subject == "Café in Berlin"


def test_a_text_in_an_unknown_charset_is_shown_nevertheless() -> None:
    assert read(mails.BAD["unknown charset"]).text == "hä\N{REPLACEMENT CHARACTER}"


def test_a_huge_mail_is_cut_on_the_page_and_whole_in_the_download(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    mail_id = box.receive(mails.BAD["huge"], sender="", recipients=["b@b.example"])
    for view in ("text", "raw"):
        page = get(box, f"/mail/{mail_id}/{view}")
        assert len(page.content) < 300_000
        assert "(cut here: the download has all of it)" in page.text
    assert len(get(box, f"/mail/{mail_id}.eml").content) == len(mails.BAD["huge"])


@pytest.mark.parametrize("name", ["not a calendar", "a calendar without event"])
def test_an_invite_that_cannot_be_read_says_so_and_shows_its_text(tmp_path: Path, name: str) -> None:
    box = Mailbox(tmp_path)
    mail_id = box.receive(mails.BAD[name], sender="", recipients=["b@b.example"])
    text = unescape(get(box, f"/mail/{mail_id}/invite").text)
    assert "This invite cannot be read." in text
    assert "BEGIN:" in text
    assert get(box, "/__ctl/mails").json()[0]["has_invite"] is False
