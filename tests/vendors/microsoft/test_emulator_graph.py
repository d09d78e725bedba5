"""The emulated Graph is honest: it refuses what Graph refuses, whoever asks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sivient.demo import httpd
from sivient.ports.vendor import Access, App
from sivient.vendors.calendar_emulator import Attendee
from sivient.vendors.microsoft.calendars import connect_calendars
from sivient.vendors.microsoft.emulator import MicrosoftEmulator
from sivient.vendors.microsoft.oauth import connect_oauth
from sivient.vendors.microsoft.push import MicrosoftPush
from tests.vendors.microsoft.adapted import (
    ADDRESS,
    APP,
    CALENDAR,
    CALLBACK,
    DRAFT,
    NOW,
    PATIENCE,
    SITE,
    START,
    VERIFIER,
    WINDOW,
    Emulated,
    consent,
    control,
    emulated,
    moved,
)

PATH = f"/me/calendars/{CALENDAR.replace('=', '%3D')}"
TIMES = {
    "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2026-12-01T09:30:00", "timeZone": "UTC"},
}
VIEW = "startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-02T00:00:00Z"


@pytest.fixture
def it() -> Iterator[Emulated]:
    with emulated() as emulator:
        yield emulator


def ask(it: Emulated, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    known = {"Authorization": f"Bearer {it.tokens.access_token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return it.microsoft.handle(httpx.Request(method, f"{SITE}/v1.0{path}", json=body, headers=known))


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize(
    ("method", "path", "refused"),
    [
        ("GET", "/me/nothing", (400, "BadRequest")),
        ("GET", f"{PATH}/calendarView", (400, "ErrorInvalidParameter")),
        ("GET", f"{PATH}/calendarView?{VIEW}&$select=id,showas", (400, "RequestBroker--ParseUri")),
        ("GET", f"{PATH}/calendarView?{VIEW}&$top=0", (400, "ErrorInvalidRequest")),
        ("GET", f"{PATH}/calendarView/delta?{VIEW}&$select=id", (400, "ErrorInvalidUrlQuery")),
        ("GET", f"{PATH}/calendarView/delta?$deltatoken=x", (400, "SyncStateInvalid")),
        ("GET", f"{PATH}/calendarView/delta?$skiptoken=7", (410, "SyncStateNotFound")),
        ("GET", f"{PATH}/events?$filter=subject", (400, "ErrorInvalidUrlQueryFilter")),
        ("GET", "/me/events/none", (404, "ErrorItemNotFound")),
        ("DELETE", "/me/events/none", (404, "ErrorItemNotFound")),
        ("PATCH", "/subscriptions/none", (404, "ResourceNotFound")),
    ],
)
def test_what_makes_no_sense_is_refused(it: Emulated, method: str, path: str, refused: tuple[int, str]) -> None:
    assert code(ask(it, method, path, {} if method == "PATCH" else None)) == refused


@pytest.mark.parametrize(
    "changes",
    [
        {"subjekt": "x"},
        {"start": None},
        {"start": {"dateTime": "2026-12-01T09:00:00Z", "timeZone": "UTC"}},
        {"start": {"dateTime": "2026-12-01T09:00:00", "timeZone": "Mars"}},
        {"end": {"dateTime": "2026-11-01T09:00:00", "timeZone": "UTC"}},
        {"showAs": "hologram"},
        {"attendees": [{"emailAddress": {"address": "nobody"}}]},
        {"singleValueExtendedProperties": [{"id": "BookingId", "value": "x"}]},
    ],
)
def test_an_event_that_makes_no_sense_is_not_made(it: Emulated, changes: dict[str, Any]) -> None:
    assert ask(it, "POST", f"{PATH}/events", TIMES | changes).status_code == 400
    assert it.service.world.events(CALENDAR) == []


def test_a_window_of_more_than_1825_days_is_too_long(it: Emulated) -> None:
    for days, status in ((1825, 200), (1826, 400)):
        end = NOW + timedelta(days=days)
        path = f"{PATH}/calendarView?startDateTime={NOW:%Y-%m-%dT%H:%M:%SZ}&endDateTime={end:%Y-%m-%dT%H:%M:%SZ}"
        assert ask(it, "GET", path).status_code == status


def test_a_page_has_ten_entries_unless_more_are_asked_for(it: Emulated) -> None:
    for number in range(12):
        it.add(start=START + timedelta(minutes=number))
    first = ask(it, "GET", f"{PATH}/calendarView?{VIEW}").json()
    assert len(first["value"]) == 10
    rest = it.microsoft.handle(
        httpx.Request("GET", first["@odata.nextLink"], headers={"Authorization": f"Bearer {it.tokens.access_token}"})
    ).json()
    assert len(rest["value"]) == 2
    assert "@odata.nextLink" not in rest


def test_times_have_seven_digits_and_no_offset_in_the_zone_that_was_asked_for(it: Emulated) -> None:
    it.add()
    plain = ask(it, "GET", f"{PATH}/calendarView?{VIEW}").json()["value"][0]["start"]
    assert plain == {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "UTC"}
    berlin = ask(it, "GET", f"{PATH}/calendarView?{VIEW}", Prefer='outlook.timezone="Europe/Berlin"')
    assert berlin.json()["value"][0]["start"]["dateTime"] == "2026-12-01T10:00:00.0000000"
    strange = ask(it, "GET", f"{PATH}/calendarView?{VIEW}", Prefer='outlook.timezone="Mars"')
    assert code(strange) == (400, "TimeZoneNotSupportedException")


def test_a_token_without_the_scope_or_none_at_all_gets_nothing() -> None:
    with emulated() as it:
        assert code(ask(it, "GET", "/me", Authorization="Bearer made-up")) == (401, "InvalidAuthenticationToken")
        it.service.clock.advance(3601)
        assert code(ask(it, "GET", "/me")) == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [("User.Read", 403, 403), ("User.Read Calendars.Read", 200, 403), ("User.Read Calendars.ReadWrite", 200, 201)],
)
def test_a_token_may_what_was_granted(it: Emulated, scope: str, reads: int, writes: int) -> None:
    for token in it.microsoft.provider.grants.access_tokens.values():
        token.scopes = tuple(scope.split())
    assert ask(it, "GET", f"{PATH}/calendarView?{VIEW}").status_code == reads
    assert ask(it, "POST", f"{PATH}/events", TIMES).status_code == writes


def test_the_same_transaction_is_the_same_event_and_another_body_is_refused(it: Emulated) -> None:
    body = TIMES | {"subject": "One", "transactionId": "t-1"}
    first = ask(it, "POST", f"{PATH}/events", body)
    again = ask(it, "POST", f"{PATH}/events", body)
    other = ask(it, "POST", f"{PATH}/events", body | {"subject": "Two"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert code(other) == (409, "ErrorDuplicateTransactionId")
    assert other.json()["error"]["@event.existingEventId"] == first.json()["id"]
    patched = ask(it, "PATCH", f"/me/events/{first.json()['id']}", {"transactionId": "t-2"})
    assert code(patched) == (400, "ErrorInvalidPropertySet")


def test_only_an_organizer_calls_a_meeting_off(it: Emulated) -> None:
    own = it.add(attendees=[Attendee("guest@x.example")])
    theirs = it.add(organizer="boss@x.example", attendees=[Attendee(ADDRESS)])
    assert ask(it, "POST", f"/me/events/{own.id}/cancel", {"comment": "x"}).status_code == 202
    assert code(ask(it, "POST", f"/me/events/{theirs.id}/cancel", {})) == (400, "ErrorInvalidRequest")
    assert ask(it, "DELETE", f"/me/events/{theirs.id}").status_code == 204
    assert [each.method for each in it.service.outbox.sent] == ["REQUEST", "CANCEL"], "of a foreign meeting nothing"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"expirationDateTime": "2026-12-31T00:00:00Z"}, 400),
        ({"expirationDateTime": "soon"}, 400),
        ({"notificationUrl": "http://sivient.example/push"}, 400),
        ({"resource": "/me/messages"}, 400),
        ({"resource": "/me/calendars/none/events"}, 404),
        ({"changeType": "moved"}, 400),
        ({"clientState": "x" * 129}, 400),
        ({"brandNew": 1}, 400),
        ({}, 201),
    ],
)
def test_a_subscription_has_rules(changes: dict[str, str], status: int) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=request.url.params["validationToken"])

    body = {
        "changeType": "created,updated,deleted",
        "notificationUrl": "https://sivient.example/push",
        "resource": "/me/events",
        "expirationDateTime": "2026-11-22T12:10:00Z",
        "clientState": "s",
    }
    with emulated(push_transport=httpx.MockTransport(echo)) as it:
        made = ask(it, "POST", "/subscriptions", body | changes)
        assert made.status_code == status
        if status == 201:
            assert made.json()["expirationDateTime"] == "2026-11-22T12:45:00.000000Z".replace("000000Z", "0000000Z")
            assert made.json()["clientState"] is None
            assert ask(it, "POST", "/subscriptions", body).status_code == 409


def test_forgetting_everything_makes_old_links_too_old(it: Emulated) -> None:
    it.add()
    it.sync()
    cursor = it.cursor
    control(it.microsoft, "POST", "/__ctl/reset")
    assert code(ask(it, "GET", "/me")) == (401, "InvalidAuthenticationToken")
    back = consent(it.microsoft, connect_oauth(APP, PATIENCE), "priya")["code"]
    it.tokens = connect_oauth(APP, PATIENCE).exchange(back, redirect_uri=CALLBACK, verifier=VERIFIER)
    path = cursor.removeprefix(f"{SITE}/v1.0")
    assert code(ask(it, "GET", path)) == (410, "SyncStateNotFound")


def test_what_calendars_hold_survives_a_restart(tmp_path: Any) -> None:
    file = tmp_path / "state.json"
    with emulated(state_file=file) as it:
        name = it.add("Kept").id
        it.sync()
        cursor = it.cursor
    with emulated(state_file=file) as again:
        assert again.event(name).title == "Kept"
        again.cursor = cursor
        assert again.sync() == []


def test_the_ledger_says_what_was_asked_and_no_token(it: Emulated) -> None:
    it.add()
    it.sync()
    entries = control(it.microsoft, "GET", "/__ctl/ledger")["entries"]
    assert [(each["route"], each["account"], each["status"]) for each in entries] == [
        ("oauth.exchange", "priya", 200),
        ("delta", "priya", 200),
    ]
    assert it.tokens.access_token not in str(entries)


def test_it_is_the_same_over_http_links_and_pushes_included() -> None:
    pushed: list[bytes] = []
    inbox, emulator = MicrosoftPush(), []  # type: ignore[var-annotated]

    def receive(request: httpx.Request) -> httpx.Response:
        read = inbox.read(request.headers, dict(request.url.params), request.read())
        if read.reply is not None:
            return httpx.Response(200, text=read.reply)
        pushed.append(request.content)
        return httpx.Response(inbox.status)

    server, ours = httpd.serve(lambda request: emulator[0].handle(request)), httpd.serve(receive)
    emulator.append(MicrosoftEmulator(server.url, client_id="id", client_secret="secret", redirect_uris=[CALLBACK]))
    app = App("id", "secret", (), f"{server.url}/common", f"{server.url}/v1.0")
    flow = connect_oauth(app, PATIENCE)
    back = consent(emulator[0], flow, "tomas")["code"]
    tokens = flow.exchange(back, redirect_uri=CALLBACK, verifier=VERIFIER)
    calendars = connect_calendars(app, Access(tokens.access_token, tokens.scope), PATIENCE)
    primary = calendars.list()[0].external_id
    calendars.watch(primary, channel="ch", secret="s", address=f"{ours.url}/push")
    for number in range(101):
        draft = moved(DRAFT, hours=number)
        calendars.create(primary, replace(draft, key=f"{number:032x}", guests=()))
    pages = list(calendars.changes(primary, since="", window=WINDOW, zone="UTC"))
    assert [len(page.changes) for page in pages] == [100, 1]
    assert emulator[0].calendars.pusher.all_done()
    assert len(pushed) == 101
    emulator[0].close()
    server.close()
    ours.close()
