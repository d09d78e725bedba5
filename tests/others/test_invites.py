"""Every message of ours, from the first invite to the cancellation, as other people's calendar programs read it."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import vobject
from icalendar import Calendar

from sivient.core.invite import Invite, Party, calendar
from tests.core.invites import JOIN_URL, invite
from tests.others.conftest import HERE
from tools.system import SYSTEM_PYTHON

ODD = 'Ada; "Lovelace", née\tBøyron: \\n 🗓'
LIFE = {
    "invite": invite(),
    "invite without a link": replace(invite(), join_url=None),
    "update": replace(invite(), sequence=1, dtstamp=invite().dtstamp + timedelta(minutes=1)),
    "cancellation": replace(invite(), method="CANCEL", sequence=2),
    "odd words": replace(invite(), summary=ODD, guest=Party(ODD, "ada@guest.example")),
    "with others": replace(invite(), others=(Party("", "one@guest.example"), Party(ODD, "two@guest.example"))),
    "long words": replace(invite(), description="Größe " * 500),
}


def libical(ics: bytes) -> subprocess.CompletedProcess[str]:
    """What libical's restriction check says."""
    return subprocess.run(
        [SYSTEM_PYTHON, HERE / "restrict.py"], input=ics.decode(), capture_output=True, text=True, check=False
    )


@pytest.fixture(params=LIFE.values(), ids=LIFE)
def message(request: pytest.FixtureRequest) -> Invite:
    """One message of a booking's life."""
    found: Invite = request.param
    return found


def test_libical_finds_nothing_that_itip_forbids(message: Invite) -> None:
    judged = libical(calendar(message))
    assert (judged.returncode, judged.stdout.strip()) == (0, ""), judged.stderr


@pytest.mark.parametrize("line", ["DTSTAMP", "ORGANIZER", "UID", "ATTENDEE", "SUMMARY", "DTSTART", "PRODID"])
def test_libical_would_find_what_is_missing(line: str) -> None:
    unfolded = calendar(invite()).decode().replace("\r\n ", "")
    without = re.sub(rf"^{line}[^\r]*\r\n", "", unfolded, flags=re.MULTILINE)
    assert without != unfolded
    assert libical(without.encode()).returncode != 0


def test_icalendar_and_vobject_read_it_without_a_complaint(message: Invite) -> None:
    ics = calendar(message)
    read = Calendar.from_ical(ics)
    assert [each.errors for each in read.walk()] == [[] for _ in read.walk()]
    assert vobject.readOne(ics.decode()).validate()


@pytest.mark.processes
def test_thunderbirds_parser_reads_what_was_meant(message: Invite, node: Path) -> None:
    ran = subprocess.run(
        ["node", HERE / "parse.mjs"], cwd=node, input=calendar(message), capture_output=True, check=True
    )
    read = json.loads(ran.stdout)
    assert (read["method"], read["uid"], read["sequence"]) == (message.method, message.uid, message.sequence)
    assert read["start"].replace(".000", "") == message.start.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert read["end"].replace(".000", "") == message.end.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert read["organizer"] == f"mailto:{message.organizer.address}"
    everybody = {message.guest.address, message.host.address, *(other.address for other in message.others)}
    assert {each.removeprefix("mailto:") for each in read["attendees"]} == everybody
    assert read["status"] == ("CANCELLED" if message.method == "CANCEL" else "CONFIRMED")
    assert (read["location"] == JOIN_URL) == (message.method == "REQUEST" and message.join_url is not None)
