"""The pages of the demo's mailbox, without a network."""

from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from sivient.demo.mailbox import Mailbox
from tests.demo import mails

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
YUKI, MARA = "yuki@tanaka.example", "mara@nordlicht.example"


class Clock:
    """A second passes with each mail."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail", clock=Clock(), zone=ZoneInfo("Europe/Berlin"))


def receive(box: Mailbox, raw: bytes, *recipients: str) -> str:
    return box.receive(raw, sender="bounces@sivient.example", recipients=recipients or (YUKI,))


def get(box: Mailbox, path: str, **headers: str) -> httpx.Response:
    return box.handle(httpx.Request("GET", f"http://127.0.0.1{path}", headers=headers))


def post(box: Mailbox, path: str, body: Any = None) -> httpx.Response:
    return box.handle(httpx.Request("POST", f"http://127.0.0.1{path}", json=body))


def test_an_empty_mailbox_says_that_mail_comes_by_itself(box: Mailbox) -> None:
    page = get(box, "/")
    assert "No mail yet. What Sivient sends appears here by itself." in page.text
    assert "Mailbox of the demo" in page.text


def test_the_list_shows_newest_first_who_wrote_to_whom_and_when(box: Mailbox) -> None:
    receive(box, mails.plain("First"), MARA)
    receive(box, mails.plain("Second"), MARA)
    text = get(box, "/").text
    assert text.index("Second") < text.index("First")
    assert "To mara@nordlicht.example" in text
    assert "From Sivient<" in text
    assert ">13:00:01</time>" in text
    assert "2 mails" in text


def test_yesterdays_mail_has_its_date(box: Mailbox, tmp_path: Path) -> None:
    receive(box, mails.plain())
    tomorrow = Mailbox(tmp_path / "mail", clock=lambda: NOON + timedelta(days=1), zone=ZoneInfo("UTC"))
    assert ">22 Nov, 12:00</time>" in get(tomorrow, "/").text


def test_the_list_can_be_narrowed_to_one_recipient(box: Mailbox) -> None:
    receive(box, mails.plain("For Mara"), MARA)
    receive(box, mails.plain("For both"), YUKI, MARA)
    receive(box, mails.plain("For Yuki"), YUKI)
    text = get(box, "/?to=Mara@nordlicht.example").text
    assert ("For Mara" in text, "For both" in text, "For Yuki" in text) == (True, True, False)
    assert f'<option value="{YUKI}">' in text
    assert len(get(box, f"/__ctl/mails?to={YUKI}").json()) == 2
    assert "0 mails to nobody@b.example" in get(box, "/?to=nobody@b.example").text


def test_a_list_of_hundreds_stays_short_and_says_so(box: Mailbox) -> None:
    for _ in range(201):
        receive(box, mails.plain())
    text = get(box, "/").text
    assert text.count('<a class="row"') == 200
    assert "201 mails, the newest 200 are shown" in text


def test_a_mail_opens_as_html_if_it_has_any_and_as_text_otherwise(box: Mailbox) -> None:
    with_html, without = receive(box, mails.invite()), receive(box, mails.plain(text="See http://a.example/b?c=1&d=2."))
    assert f'src="/mail/{with_html}/html/frame"' in get(box, f"/mail/{with_html}").text
    text = get(box, f"/mail/{without}").text
    assert '<a href="http://a.example/b?c=1&amp;d=2">http://a.example/b?c=1&amp;d=2</a>.' in text
    assert ">HTML</a>" not in text
    assert ">Invite</a>" not in text
    assert get(box, f"/mail/{without}/html").status_code == 404


def test_the_html_of_a_mail_is_shut_in_and_its_links_open_in_the_whole_tab(box: Mailbox) -> None:
    frame = get(box, f"/mail/{receive(box, mails.invite())}/html/frame")
    policy = frame.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert "allow-scripts" not in policy
    assert '<head><base target="_top">' in frame.text


def test_the_invite_view_says_what_a_calendar_program_reads(box: Mailbox) -> None:
    mail_id = receive(box, mails.invite())
    text = unescape(get(box, f"/mail/{mail_id}/invite").text)
    for fact in (
        "Tuesday 1 December 2026, 09:00 to 09:30 CET",
        "Tuesday 1 December 2026, 08:00 to 08:30 UTC",
        "30 minute meeting: Yuki <Tanaka> and Mara Lindqvist",
        f'<a href="{mails.JOIN}">{mails.JOIN}</a>',
        "Mara Lindqvist (via Sivient) <bookings@sivient.example>",
        "Yuki Tanaka <yuki@tanaka.example>",
        "(needs action)",
        "<dd>REQUEST</dd>",
        mails.UID,
        "BEGIN:VCALENDAR",
    ):
        assert fact in text
    download = get(box, f"/mail/{mail_id}/invite.ics")
    assert download.content == mails.calendar()
    assert download.headers["content-type"] == "text/calendar; charset=utf-8"
    assert download.headers["content-disposition"] == f'attachment; filename="{mail_id}.ics"'


def test_a_cancelled_event_looks_cancelled(box: Mailbox) -> None:
    mail_id = receive(box, mails.invite("CANCEL", 2))
    assert '<div class="ticket off">' in get(box, f"/mail/{mail_id}/invite").text
    assert "Cancellation</a>" in get(box, "/").text


def test_the_raw_source_is_all_there(box: Mailbox) -> None:
    raw = mails.invite()
    mail_id = receive(box, raw)
    assert "Content-Type: text/calendar; method=&quot;REQUEST&quot;" in get(box, f"/mail/{mail_id}/raw").text
    assert get(box, f"/mail/{mail_id}.eml").content == raw


def test_the_json_tells_tests_and_the_tour_what_came(box: Mailbox) -> None:
    receive(box, mails.plain(), MARA)
    receive(box, mails.invite(sequence=3))
    newest, oldest = get(box, "/__ctl/mails").json()
    assert newest == {
        "id": "000002",
        "from": '"Mara Lindqvist (via Sivient)" <bookings@sivient.example>',
        "to": [YUKI],
        "subject": "Confirmed: 30 minute meeting with Mara Lindqvist",
        "message_id": "",
        "received_at": "2026-11-22T12:00:02Z",
        "has_invite": True,
        "method": "REQUEST",
        "uid": mails.UID,
        "sequence": 3,
        "opened_invite": False,
    }
    assert (oldest["has_invite"], oldest["method"], oldest["sequence"]) == (False, "", None)


def test_opening_the_invite_is_remembered_over_a_restart_and_a_prefetch_is_not_opening(
    box: Mailbox, tmp_path: Path
) -> None:
    mail_id = receive(box, mails.invite())

    def opened(box: Mailbox) -> bool:
        return bool(get(box, "/__ctl/mails").json()[0]["opened_invite"])

    get(box, f"/mail/{mail_id}")
    get(box, f"/mail/{mail_id}/invite", **{"Sec-Purpose": "prefetch"})
    assert not opened(box)
    get(box, f"/mail/{mail_id}/invite")
    assert opened(box)
    assert opened(Mailbox(tmp_path / "mail"))


def test_mails_survive_a_restart_and_the_next_one_gets_a_new_id(box: Mailbox, tmp_path: Path) -> None:
    receive(box, mails.invite())
    again = Mailbox(tmp_path / "mail")
    assert receive(again, mails.plain()) == "000002"
    assert [each["subject"] for each in get(again, "/__ctl/mails").json()] == [
        "Zoom is connected",
        "Confirmed: 30 minute meeting with Mara Lindqvist",
    ]


def test_a_mail_put_into_the_folder_by_hand_is_shown_with_what_it_says_itself(box: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "mail" / "000007.eml").write_bytes(mails.invite())
    (tmp_path / "mail" / "notes.eml").write_bytes(b"not ours")
    (tmp_path / "mail" / "000007.json").write_text("{broken")
    (only,) = get(box, "/__ctl/mails").json()
    assert (only["id"], only["to"]) == ("000007", ["Yuki Tanaka <yuki@tanaka.example>"])


def test_reset_throws_everything_away(box: Mailbox) -> None:
    mail_id = receive(box, mails.invite())
    post(box, "/__ctl/switch", {"smtp": "451"})
    assert post(box, "/__ctl/reset").status_code == 200
    assert get(box, "/__ctl/mails").json() == []
    assert get(box, f"/mail/{mail_id}").status_code == 404
    assert box.smtp_switch == "ok"
    assert receive(box, mails.plain()) != mail_id


@pytest.mark.parametrize("wish", [{"smtp": "452"}, {"mail": "ok"}, {}, [], "451", {"smtp": "ok", "more": 1}], ids=str)
def test_a_switch_that_does_not_exist_is_an_error(box: Mailbox, wish: Any) -> None:
    assert post(box, "/__ctl/switch", wish).status_code == 400
    assert box.smtp_switch == "ok"


def test_the_page_says_when_mail_is_refused(box: Mailbox) -> None:
    post(box, "/__ctl/switch", {"smtp": "550"})
    assert "New mail is refused." in get(box, "/").text


@pytest.mark.parametrize(
    "path", ["/x", "/mail", "/mail/000009", "/mail/..%2F..%2Fetc", "/mail/²", "/mail/1/x", "/__ctl/x"]
)
def test_what_is_not_there_says_so(box: Mailbox, path: str) -> None:
    answer = get(box, path)
    assert answer.status_code == 404
    assert "All mails" in answer.text
