"""Google's own client (PyPI google-api-python-client) against the emulated Google, over HTTP.

What it cannot use, the emulator has wrong: our adapter never speaks here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httplib2
import httpx
import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from sivient.demo import httpd
from sivient.vendors.google import discovery
from sivient.vendors.google.emulator import GoogleEmulator
from sivient.vendors.google.oauth import connect_oauth
from tests.vendors.google.adapted import DRAFT, KEY
from tests.vendors.google.emulated import APP, CALLBACK, SOON, VERIFIER, code_of

NOON = (datetime.now(UTC) + timedelta(days=7)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def service() -> Iterator[Any]:
    emulators: list[GoogleEmulator] = []
    server = httpd.serve(lambda request: emulators[0].handle(request))
    registered: dict[str, Any] = {
        "client_id": APP.client_id,
        "client_secret": APP.client_secret,
        "redirect_uris": [CALLBACK],
    }
    heard = httpx.MockTransport(lambda request: httpx.Response(200))
    emulators.append(GoogleEmulator(server.url, **registered, push_transport=heard))
    oauth = connect_oauth(type(APP)(APP.client_id, APP.client_secret, (), server.url, server.url), SOON)
    tokens = oauth.exchange(code_of(emulators[0], oauth), redirect_uri=CALLBACK, verifier=VERIFIER)
    http = AuthorizedHttp(Credentials(tokens.access_token), http=httplib2.Http(timeout=10))
    yield build(
        "calendar",
        "v3",
        http=http,
        static_discovery=True,
        client_options={"api_endpoint": f"{server.url}/calendar/v3/"},
    )
    http.close()
    server.close()
    emulators[0].close()
    discovery._known.pop(server.url, None)


def body(hour: int = 0) -> dict[str, Any]:
    start = NOON + timedelta(hours=hour)
    return {
        "id": KEY,
        "summary": "Intro call",
        "start": {"dateTime": start.isoformat()},
        "end": {"dateTime": (start + timedelta(minutes=30)).isoformat()},
        "attendees": [{"email": guest.address} for guest in DRAFT.guests],
    }


def test_googles_own_client_lists_writes_asks_and_syncs(service: Any) -> None:
    [primary] = [each for each in service.calendarList().list().execute()["items"] if each.get("primary")]
    mine = primary["id"]
    events = service.events()
    cursor = events.list(calendarId=mine, singleEvents=True).execute()["nextSyncToken"]

    made = events.insert(calendarId=mine, body=body(), sendUpdates="all").execute()
    assert (made["id"], made["status"]) == (KEY, "confirmed")
    with pytest.raises(HttpError) as twice:
        events.insert(calendarId=mine, body=body()).execute()
    assert (twice.value.status_code, twice.value.error_details[0]["reason"]) == (409, "duplicate")
    assert events.get(calendarId=mine, eventId=KEY).execute()["iCalUID"] == made["iCalUID"]

    later = {name: body(1)[name] for name in ("start", "end")}
    assert events.patch(calendarId=mine, eventId=KEY, body=later).execute()["iCalUID"] == made["iCalUID"]
    asked = {"timeMin": NOON.isoformat(), "timeMax": (NOON + timedelta(days=1)).isoformat(), "items": [{"id": mine}]}
    [busy] = service.freebusy().query(body=asked).execute()["calendars"][mine]["busy"]
    assert datetime.fromisoformat(busy["start"]) == NOON + timedelta(hours=1)

    changed = events.list(calendarId=mine, singleEvents=True, syncToken=cursor).execute()
    assert [item["id"] for item in changed["items"]] == [KEY]
    assert events.delete(calendarId=mine, eventId=KEY, sendUpdates="all").execute() in ("", b"", None)
    with pytest.raises(HttpError) as gone:
        events.delete(calendarId=mine, eventId=KEY).execute()
    assert gone.value.status_code == 410
    changed = events.list(calendarId=mine, singleEvents=True, syncToken=changed["nextSyncToken"]).execute()
    assert [(item["id"], item["status"]) for item in changed["items"]] == [(KEY, "cancelled")]
    with pytest.raises(HttpError) as lost:
        events.list(calendarId=mine, singleEvents=True, syncToken="nonsense").execute()
    assert lost.value.status_code == 410


def test_googles_own_client_opens_and_ends_a_channel(service: Any) -> None:
    channel = {"id": "c-1", "type": "web_hook", "address": "https://book.example/webhooks/calendars/google"}
    opened = service.events().watch(calendarId="primary", body=channel).execute()
    assert opened["resourceId"]
    service.channels().stop(body={"id": "c-1", "resourceId": opened["resourceId"]}).execute()
