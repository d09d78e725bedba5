"""Every variant of the emulated Zoom's faults, over a real socket, leads to the reaction that the contract names."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sivient.ports.conferencing import MadeMeeting, MeetingRequest
from sivient.ports.errors import (
    IntegrationError,
    OutcomeUnknown,
    Paused,
    Reconnect,
    Rejected,
    Throttled,
    TokenRefused,
    TryLater,
    Unusable,
)
from sivient.ports.vendor import Access
from sivient.vendors.zoom.conferencing import ZoomConferencing, connect_conferencing
from sivient.vendors.zoom.emulator.faults import FAULTS
from sivient.vendors.zoom.emulator.faults.call import CREATE, DELETE, LIST, UPDATE
from sivient.vendors.zoom.emulator.people import SEEDED
from sivient.vendors.zoom.errors import FieldsRefused
from tests.vendors.zoom.adapted import APP, MEETING
from tests.vendors.zoom.broken import Broken, a_broken_zoom
from tests.vendors.zoom.emulated import MARA, an_app

SCOPES = (
    "user:read:user", "meeting:write:meeting", "meeting:update:meeting", "meeting:delete:meeting",
    "meeting:read:list_meetings",
)  # fmt: skip
PMI = next(user.pmi for user in SEEDED if user.key == MARA)
MINUTE = timedelta(minutes=1)
WANTED = dataclasses.replace(MEETING, reference="ABC123")
CLOCK = 25  # changes no answer
BY_STATUS = {400: Rejected, 401: TokenRefused, 403: Rejected, 200: OutcomeUnknown}
BY_LIMIT = {"too-fast": Throttled, "too-many-together": Throttled, "daily-limit": Paused, "meeting-cap": Paused}
KINDS: dict[str, type[IntegrationError] | None] = {
    "scope-error-malformed": Reconnect,
    "empty-body": OutcomeUnknown,
    "gzip-body": None,
    "may-not-host": Rejected,
    "no-permission": Rejected,
    "may-not-schedule": Rejected,
    "user-gone": Reconnect,
    "invitation-expired": Reconnect,
    "create-answer-lost": OutcomeUnknown,
    "create-hangs": None,
    "create-fails-after": OutcomeUnknown,
    "without-join-url": Unusable,
    "without-password": None,
    "personal-id": Unusable,
    "shifted-start": None,
    "answers-200": None,
    "setting-dropped": None,
    "answers-503": OutcomeUnknown,
    "fails-before": OutcomeUnknown,
    "fails-after": OutcomeUnknown,
    "redirect": TryLater,
    "token-dies-now": TokenRefused,
    "app-disabled": TokenRefused,
    "admin-disabled": TokenRefused,
}


def expected(name: str, settings: dict[str, Any]) -> type[IntegrationError] | None:
    """The kind of error that a fault must lead to; None: the meeting is made all the same."""
    if name in BY_LIMIT:
        return BY_LIMIT[name]
    if name in ("xml-error", "html-error"):
        return BY_STATUS.get(settings["status"], OutcomeUnknown)
    if name == "field-refused":
        return None if settings["field"] in ("timezone", "agenda") else FieldsRefused
    return KINDS[name]


def variants() -> Iterator[tuple[str, dict[str, Any]]]:
    for fault in FAULTS:
        if fault.number != CLOCK and CREATE in fault.routes:
            offered = [[(name, value) for value in setting.offered] for name, setting in fault.settings.items()]
            for values in itertools.product(*(values for values in offered if values)):
                yield fault.name, dict(values)


@pytest.fixture(scope="module")
def shared() -> Iterator[Broken]:
    """One Zoom for the whole file; each fault strikes once, and nothing else limits."""
    with a_broken_zoom(an_app(scopes=SCOPES)) as zoom:
        zoom.zoom.switch(limits=False)
        yield zoom


@pytest.fixture(scope="module")
def connected(shared: Broken) -> dict[str, Any]:
    """The tokens that we hold; empty when a fault has ended them."""
    return {}


@pytest.fixture
def ours(shared: Broken, connected: dict[str, Any]) -> ZoomConferencing:
    """Our side of the socket, with Zoom's clock right."""
    shared.hands.now = datetime.now(UTC)
    if not connected:
        connected |= shared.app().tokens
    app = dataclasses.replace(APP, api_base=shared.address, oauth_base=shared.address)
    return connect_conferencing(app, Access(connected["access_token"], connected["scope"], PMI))


@pytest.mark.parametrize(("name", "settings"), list(variants()), ids=str)
def test_making_a_meeting(
    shared: Broken, ours: ZoomConferencing, connected: dict[str, Any], name: str, settings: dict[str, Any]
) -> None:
    kind, before = expected(name, settings), len(shared.zoom.injections)
    shared.zoom.inject(name, settings=settings)
    if kind is None:
        assert isinstance(ours.create(WANTED), MadeMeeting)
    else:
        with pytest.raises(IntegrationError) as caught:
            ours.create(WANTED)
        assert type(caught.value) is kind
        check_details(caught.value, name)
    if kind is TokenRefused:
        connected.clear()
    assert [each["name"] for each in shared.zoom.injections[before:]] == [name]


def check_details(error: IntegrationError, name: str) -> None:
    """What else each kind of error must say."""
    if isinstance(error, Throttled):
        assert error.after is not None
        assert timedelta(seconds=1) <= error.after <= timedelta(seconds=3)
    if isinstance(error, Paused):
        assert error.shared is (name == "daily-limit")
        assert (error.until + MINUTE).timestamp() % timedelta(days=1).total_seconds() < 2 * MINUTE.total_seconds()
    if isinstance(error, Unusable):
        assert (error.external_id == "") is (name == "personal-id")


@pytest.mark.parametrize(
    "name", ["too-fast", "daily-limit", "fails-before", "empty-body", "token-dies-now", "xml-error"]
)
@pytest.mark.parametrize("verb", ["move", "delete", "find"])
def test_changing_and_finding(
    shared: Broken, ours: ZoomConferencing, connected: dict[str, Any], name: str, verb: str
) -> None:
    made = ours.create(WANTED)
    shared.zoom.inject(name, route={"move": UPDATE, "delete": DELETE, "find": LIST}[verb])
    kinds = {"too-fast": Throttled, "daily-limit": Paused, "token-dies-now": TokenRefused}
    if name == "empty-body" and verb != "find":  # 204 has no body to lose
        ask(ours, verb, made, WANTED)
        return
    if name == "token-dies-now":
        connected.clear()
    with pytest.raises(IntegrationError) as caught:
        ask(ours, verb, made, WANTED)
    assert type(caught.value) is kinds.get(name, OutcomeUnknown)


def ask(it: ZoomConferencing, verb: str, made: MadeMeeting, meeting: MeetingRequest) -> None:
    match verb:
        case "move":
            it.move(made.external_id, meeting)
        case "delete":
            it.delete(made.external_id)
        case _:
            it.find(meeting)


def test_the_faults_that_leave_a_meeting_say_which(shared: Broken, ours: ZoomConferencing) -> None:
    shared.zoom.inject("without-join-url")
    with pytest.raises(Unusable) as caught:
        ours.create(WANTED)
    assert caught.value.external_id == str(shared.zoom.meetings[-1]["id"])


def test_a_shifted_start_is_told(shared: Broken, ours: ZoomConferencing) -> None:
    shared.zoom.inject("shifted-start", settings={"minutes": 120})
    assert ours.create(WANTED).start == WANTED.start + timedelta(hours=2)


def test_the_link_that_starts_a_meeting_is_in_no_value_error_or_log(
    shared: Broken, ours: ZoomConferencing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    said: list[object] = [ours.create(WANTED), ours.find(WANTED)]
    for name in ("without-join-url", "personal-id", "fails-after"):
        shared.zoom.inject(name)
        with pytest.raises(IntegrationError) as caught:
            ours.create(WANTED)
        said += [caught.value, vars(caught.value)]
    said += [vars(record) for record in caplog.records if record.name.startswith("sivient")]
    starts = [str(meeting["start_url"]) for meeting in shared.zoom.meetings]
    keys = [start.partition("zak=")[2] for start in starts]
    text = repr(said)
    assert all(keys)
    assert not any(start in text for start in (*starts, *keys))
    assert ours.token not in text + repr(ours)
