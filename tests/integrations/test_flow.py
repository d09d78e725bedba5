"""Connecting stores what Zoom gave; every other end leaves things as they were."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from sivient.accounts.models import Plan, User
from sivient.audit.models import Entry
from sivient.integrations import flow, queries, services
from sivient.integrations.flow import NotConnected, Outcome
from sivient.integrations.models import Connection, Grant, OAuthFlow, Revocation
from sivient.jobs.models import Work
from sivient.ports.http import mounted
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.factories import make_host
from tests.integrations.zoom import MARAS_ID, SESSION, back, calls, connect, consent, emulated
from tests.vendors.zoom.emulated import JONAS

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def outcome(ask: Callable[[], object]) -> Outcome:
    with pytest.raises(NotConnected) as caught:
        ask()
    return caught.value.outcome


def url_for(host: User) -> str:
    return flow.start(host, "zoom", session_key=SESSION)


def test_after_allow_the_host_is_connected_and_users_me_was_asked_once(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    assert queries.connected(host, "zoom")
    grant = Grant.objects.get()
    assert (grant.vendor_user_id, grant.email, grant.user_type) == (MARAS_ID, "mara@nordlicht.example", 2)
    assert set(grant.scope.split()) == {"meeting:write:meeting", "user:read:user"}
    assert timedelta(minutes=59) < grant.expires_at - timezone.now() <= timedelta(hours=1)
    assert calls(zoom, "GET", "/v2/users/me") == 1
    assert calls(zoom, "POST", "/oauth/token") == 1


def test_connecting_wakes_the_bookings_that_wait_and_is_in_the_log(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    work = Work.objects.get(kind="delivery.links_wanted")
    assert (work.key, work.payload) == (f"account:{host.pk}", {"user": host.pk})
    assert Entry.objects.filter(event="zoom connected", account=host.pk, actor="host").count() == 1


def test_tokens_are_encrypted_where_they_lie(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    grant = Grant.objects.get()
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM integrations_grant")
        stored = cursor.fetchone()
    for lies, is_ in zip(stored, (grant.access_token, grant.refresh_token), strict=True):
        assert lies
        assert is_
        assert is_ not in lies


def test_the_state_is_long_random_and_kept_only_as_a_digest(host: User) -> None:
    states = [parse_qs(urlsplit(url_for(host)).query)["state"][0] for _ in range(2)]
    assert len(set(states)) == 2
    assert all(len(state) >= 43 for state in states)  # 256 bit in base64
    kept = OAuthFlow.objects.order_by("pk").values_list("digest", flat=True)
    assert list(kept) == [hashlib.sha256(state.encode()).hexdigest() for state in states]


def test_decline_leaves_things_as_they_were(host: User, zoom: ZoomEmulator) -> None:
    query = consent(zoom, url_for(host), auto="deny")
    assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.DECLINED
    assert not Connection.objects.exists()
    assert calls(zoom, "POST", "/oauth/token") == 0


def test_a_state_works_once(host: User, zoom: ZoomEmulator) -> None:
    query = consent(zoom, url_for(host))
    flow.finish(host, "zoom", back(query))
    assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.USED
    assert queries.connected(host, "zoom")
    assert calls(zoom, "POST", "/oauth/token") == 1


def test_a_state_of_another_user_or_another_session_is_foreign_and_nothing_is_exchanged(
    host: User, zoom: ZoomEmulator
) -> None:
    query = consent(zoom, url_for(host))
    other = make_host()
    assert outcome(lambda: flow.finish(other, "zoom", back(query))) == Outcome.FOREIGN
    assert outcome(lambda: flow.finish(host, "zoom", back(query, session="stolen"))) == Outcome.FOREIGN
    made_up = query | {"state": "made-up"}
    assert outcome(lambda: flow.finish(host, "zoom", back(made_up))) == Outcome.FOREIGN
    assert calls(zoom, "POST", "/oauth/token") == 0
    flow.finish(host, "zoom", back(query))  # none of them has used up the state of the host who began


TAMPERED = {
    "empty": {},
    "only a code": {"code": "x"},
    "only a state": {"state": "x"},
    "an error without a state": {"error": "access_denied"},
    "a state of NUL": {"state": "\x00", "code": "x"},
    "a long state": {"state": "s" * 100_000, "code": "x"},
    "half a surrogate": {"state": "\ud800", "code": "x"},
}


@pytest.mark.parametrize("query", TAMPERED.values(), ids=TAMPERED)
def test_a_made_up_return_never_reaches_zoom(query: dict[str, str], host: User, zoom: ZoomEmulator) -> None:
    url_for(host)
    outcome(lambda: flow.finish(host, "zoom", back(query)))
    assert zoom.calls == []
    assert not Connection.objects.exists()


def test_an_install_that_did_not_start_here_is_never_exchanged(host: User, zoom: ZoomEmulator) -> None:
    code = consent(zoom, url_for(host))["code"]
    assert outcome(lambda: flow.finish(host, "zoom", back({"code": code}))) == Outcome.UNASKED
    assert zoom.calls == []


def test_a_state_ends_after_ten_minutes(host: User, zoom: ZoomEmulator) -> None:
    query = consent(zoom, url_for(host))
    OAuthFlow.objects.update(created_at=timezone.now() - timedelta(minutes=10, seconds=1))
    assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.LATE
    assert zoom.calls == []


def test_an_expired_code_leaves_things_as_they_were(host: User, zoom: ZoomEmulator) -> None:
    query = consent(zoom, url_for(host))
    zoom.advance(301)
    assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.CODE
    assert not Connection.objects.exists()


def test_a_missing_permission_is_given_back(host: User) -> None:
    with emulated(scopes=("meeting:write:meeting",)) as zoom:
        query = consent(zoom, url_for(host))
        assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.PERMISSIONS
    assert not Grant.objects.exists()
    assert Revocation.objects.count() == Work.objects.filter(kind="integrations.revoke").count() == 1


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failing_token_endpoint_is_a_calm_end(status: int, host: User, zoom: ZoomEmulator) -> None:
    query = consent(zoom, url_for(host))
    zoom.fail_next["POST /oauth/token"] += [status]
    assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.SILENT


def test_credentials_that_zoom_refuses_are_the_operators_affair(host: User, zoom: ZoomEmulator) -> None:
    query = consent(zoom, url_for(host))
    zoom.fail_next["POST /oauth/token"] += [401]
    assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.OPERATOR


@pytest.mark.parametrize("status", [401, 404, 500])
def test_without_a_name_the_permission_is_given_back(status: int, host: User, zoom: ZoomEmulator) -> None:
    query = consent(zoom, url_for(host))
    zoom.fail_next["GET /v2/users/me"] += [status]
    assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.NAMELESS
    assert not Connection.objects.exists()
    assert Revocation.objects.count() == 1


def test_a_zoom_that_cannot_be_reached_is_a_calm_end(host: User, zoom: ZoomEmulator) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    query = consent(zoom, url_for(host))
    with mounted(httpx.MockTransport(away), settings.ZOOM_OAUTH_BASE):
        assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.SILENT


def test_a_connected_host_stays_connected_when_a_second_connecting_fails(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    before = Grant.objects.values("access_token", "generation", "state").get()
    for auto in ("deny", "allow"):
        query = consent(zoom, url_for(host), auto=auto)
        zoom.fail_next["POST /oauth/token"] += [503]
        outcome(lambda query=query: flow.finish(host, "zoom", back(query)))
        assert queries.connected(host, "zoom")
        assert Grant.objects.values("access_token", "generation", "state").get() == before


def test_on_free_nobody_begins_and_nobody_finishes(host: User, zoom: ZoomEmulator) -> None:
    query = consent(zoom, url_for(host))
    host.plan = Plan.FREE
    assert outcome(lambda: flow.finish(host, "zoom", back(query))) == Outcome.PLAN
    assert outcome(lambda: url_for(host)) == Outcome.PLAN
    assert zoom.calls == []


def test_without_a_client_id_zoom_is_off(host: User, settings: object) -> None:
    settings.ZOOM_CLIENT_ID = ""  # type: ignore[attr-defined]
    assert outcome(lambda: url_for(host)) == Outcome.OFF


def test_a_user_of_another_zoom_account_cannot_add_a_private_app(host: User) -> None:
    with emulated(published=False) as zoom:
        with httpx.Client(transport=httpx.MockTransport(zoom.handle)) as browser:
            answer = browser.get(f"{url_for(host)}&auto=allow&user={JONAS}")
        assert answer.status_code != 302  # Zoom's own page; the host is not sent back
    shown = queries.card(host, "zoom", now=timezone.now())
    assert shown.started_at is not None
    assert shown.state == queries.CardState.NOT_CONNECTED


def test_somebody_who_waits_hears_within_half_a_minute() -> None:
    patience = services.WHILE_SOMEBODY_WAITS
    assert 2 * (patience.connect + patience.answer) <= 30


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(503), Outcome.SILENT),
        (httpx.Response(200, json={"issuer": "https://elsewhere.test"}), Outcome.OPERATOR),
    ],
)
def test_a_vendor_that_does_not_say_where_its_consent_page_is_is_a_calm_end(
    answer: httpx.Response, outcome: Outcome, host: User
) -> None:
    silent = mounted(httpx.MockTransport(lambda request: answer), settings.GOOGLE_ISSUER)
    with silent, pytest.raises(NotConnected) as ended:
        flow.start(host, "google", session_key=SESSION)
    assert ended.value.outcome == outcome
    assert not OAuthFlow.objects.exists()
