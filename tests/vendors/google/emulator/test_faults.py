"""What the emulated Google does wrong when it is asked to, and what was done in truth."""

from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from sivient.vendors.google.emulator import scopes
from sivient.vendors.google.emulator.api import METHODS
from tests.vendors.google.discovery import document
from tests.vendors.google.emulator.conftest import Office, reason

PATH = "calendars/primary/events/abc12"


def test_a_lost_answer_leaves_one_event_and_one_invitation(office: Office) -> None:
    office.calendars.inject("lost-answer", method="POST", path="/events")
    with pytest.raises(httpx.ReadError):
        office.insert()
    assert reason(office.insert()) == "409 duplicate"
    assert len(office.calendars.outbox.sent) == 1
    first, second = office.calendars.calls.entries[-2:]
    assert (first.route, first.account, first.status, first.done) == ("events.insert", "mara", None, 200)
    assert (second.status, second.faults) == (409, [])


def test_a_key_may_be_taken_by_a_tombstone(office: Office) -> None:
    office.calendars.inject("tombstone")
    assert reason(office.insert()) == "409 duplicate"
    assert office.ask("GET", PATH).json()["status"] == "cancelled"


@pytest.mark.parametrize("form", [7, "date", None])
def test_a_limit_says_when_to_come_back_or_does_not(office: Office, form: Any) -> None:
    office.calendars.inject("rate-limited", settings={"status": 429, "retry_after": form})
    answer = office.insert()
    assert reason(answer) == "429 rateLimitExceeded"
    said = answer.headers.get("Retry-After")
    ahead = (parsedate_to_datetime(said) - office.clock()).total_seconds() if form == "date" else said and int(said)
    assert ahead == (10 if form == "date" else form)
    assert office.insert().is_success


def test_the_limit_of_invitations_strikes_only_what_invites(office: Office) -> None:
    office.calendars.inject("quota-exceeded", times=None)
    assert reason(office.insert()) == "403 quotaExceeded"
    assert office.insert(attendees=[]).is_success


@pytest.mark.parametrize(
    ("fault", "method", "said"),
    [
        ("not-found", "GET", "404 notFound"),
        ("conflict", "PATCH", "412 conditionNotMet"),
        ("already-deleted", "DELETE", "410 deleted"),
        ("backend-error", "PATCH", "503 backendError"),
    ],
)
def test_a_refusal_comes_once(office: Office, fault: str, method: str, said: str) -> None:
    etag = office.insert().json()["etag"]
    office.calendars.inject(fault)
    body = {"location": "Room 1"} if method == "PATCH" else None
    assert reason(office.ask(method, PATH, body, headers={"If-Match": etag})) == said
    assert office.ask("GET", PATH).json()["status"] == ("cancelled" if method == "DELETE" else "confirmed")


def test_conference_data_may_be_refused(office: Office) -> None:
    office.calendars.inject("conference-refused")
    data = {"conferenceId": "1", "conferenceSolution": {"key": {"type": "addOn"}}}
    assert reason(office.insert(conferenceData=data)) == "400 invalid"
    assert office.insert(conferenceData=data).is_success


def test_words_that_nobody_knows_come_when_asked_for(office: Office) -> None:
    office.insert()
    office.calendars.inject("unknown-enums", times=2)
    events = office.http.get("calendars/primary/events").json()
    assert events["items"][0]["eventType"] == "somethingNew"
    assert office.http.get("users/me/calendarList").json()["items"][0]["kind"] == "calendar#unheardOf"


def test_each_method_takes_the_parameters_and_scopes_of_googles_own_description() -> None:
    resources = document()["resources"]
    for method in METHODS:
        resource, _, name = method.name.partition(".")
        described = resources[resource]["methods"][name]
        assert (described["httpMethod"], described["path"]) == (method.verb, method.path)
        assert set(method.params) <= set(described.get("parameters", ()))
        assert {scopes.PREFIX + scope for scope in scopes.METHODS[method.name]} <= set(described["scopes"])
