"""Connecting, sharing, switching and disconnecting: who has tokens, and whose are deleted."""

import json
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from sivient.accounts.models import User
from sivient.audit.models import Entry
from sivient.integrations import flow, queries, services, tokens
from sivient.integrations.models import Connection, Grant, OAuthFlow, Revocation
from sivient.integrations.queries import CardState
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import Reconnect
from sivient.ports.http import mounted
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.factories import make_host
from tests.integrations.making import make
from tests.integrations.zoom import MARAS_ID, SESSION, calls, connect, deliver
from tests.vendors.zoom.emulated import JONAS, MARA

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def state(host: User) -> CardState:
    return queries.card(host, "zoom", now=timezone.now()).state


def revoked(zoom: ZoomEmulator) -> list[str]:
    """The Zoom users whose live tokens were revoked; the emulator tells, as Zoom may."""
    return [json.loads(each["body"])["payload"]["user_id"] for each in zoom.deliveries]


@pytest.fixture(autouse=True)
def telling(zoom: ZoomEmulator) -> None:
    zoom.switch(revoke_sends_event=True)


def test_connecting_again_replaces_every_token_and_raises_the_generation(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    before = Grant.objects.get()
    tokens = (before.access_token, before.refresh_token)
    Grant.objects.update(state="needs_reconnect", reason="x", lease_owner="dead", lease_until=timezone.now())
    connect(host, zoom)
    after = Grant.objects.get()
    assert after.access_token not in tokens
    assert after.refresh_token not in tokens
    assert (after.generation, after.token_version) == (2, 2)
    assert (after.state, after.reason, after.lease_owner, after.lease_until) == ("connected", "", "", None)
    assert queries.connected(host, "zoom")


def test_two_hosts_with_one_zoom_user_share_the_grant_and_its_newest_tokens(host: User, zoom: ZoomEmulator) -> None:
    other = make_host()
    connect(host, zoom)
    connect(other, zoom)
    assert Grant.objects.count() == 1
    for each in (host, other):
        assert services.conferencing_for(each, "zoom")
    woken = Work.objects.filter(kind="delivery.links_wanted").values_list("key", flat=True)
    assert set(woken) == {f"account:{host.pk}", f"account:{other.pk}"}


def test_a_dead_grant_tells_both_of_its_hosts_and_a_reconnect_of_one_revives_both(
    host: User, zoom: ZoomEmulator
) -> None:
    other = make_host()
    connect(host, zoom)
    connect(other, zoom)
    tokens.end(tokens.read(Grant.objects.get().pk), "Zoom says no.")
    told = Work.objects.filter(kind="delivery.tell_reconnect").values_list("payload", flat=True)
    assert {each["connection"] for each in told} == set(Connection.objects.values_list("pk", flat=True))
    assert (state(host), state(other)) == (CardState.RECONNECT, CardState.RECONNECT)
    Work.objects.filter(kind="delivery.links_wanted").delete()
    connect(other, zoom)
    assert (state(host), state(other)) == (CardState.CONNECTED, CardState.CONNECTED)
    woken = Work.objects.filter(kind="delivery.links_wanted").values_list("key", flat=True)
    assert set(woken) == {f"account:{host.pk}", f"account:{other.pk}"}
    assert make(host).join_url


def test_disconnecting_one_of_two_leaves_the_tokens_to_the_other(host: User, zoom: ZoomEmulator) -> None:
    other = make_host()
    connect(host, zoom)
    connect(other, zoom)
    services.disconnect(host, "zoom", by="host")
    assert (state(host), state(other)) == (CardState.DISCONNECTED, CardState.CONNECTED)
    assert not Revocation.objects.exists()
    run_due()
    assert calls(zoom, "POST", "/oauth/revoke") == 0
    services.disconnect(other, "zoom", by="host")
    assert not Grant.objects.exists()
    run_due()
    assert calls(zoom, "POST", "/oauth/revoke") == 1


def test_disconnecting_deletes_tokens_and_identifiers_at_once(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    services.disconnect(host, "zoom", by="host")
    assert state(host) == CardState.DISCONNECTED
    assert not Grant.objects.exists()
    kept = Revocation.objects.values().get()
    assert "mara@nordlicht.example" not in str(kept)
    assert MARAS_ID not in str(kept)
    with pytest.raises(Reconnect):
        services.conferencing_for(host, "zoom")
    assert Entry.objects.filter(event="zoom disconnected", account=host.pk).count() == 1


def test_the_revoke_is_done_by_a_job_that_leaves_nothing(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    services.disconnect(host, "zoom", by="host")
    run_due()
    assert calls(zoom, "POST", "/oauth/revoke") == 1
    assert not Revocation.objects.exists()
    assert revoked(zoom) == [MARAS_ID]
    assert deliver(zoom) == 200  # Zoom may tell us what we did ourselves
    run_due()
    assert state(host) == CardState.DISCONNECTED


def test_a_revoke_that_fails_is_tried_twice_and_the_tokens_go_all_the_same(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    services.disconnect(host, "zoom", by="host")
    zoom.fail_next["POST /oauth/revoke"] += [503, 503, 503]
    for _ in range(4):
        Work.objects.filter(kind="integrations.revoke").update(run_at=timezone.now() - timedelta(seconds=1))
        run_due()
    assert calls(zoom, "POST", "/oauth/revoke") == 2
    assert not Revocation.objects.exists()


def test_an_expired_token_is_renewed_to_be_revoked(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    Grant.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    zoom.advance(3601)
    services.disconnect(host, "zoom", by="host")
    run_due()
    assert revoked(zoom) == [MARAS_ID]


def test_connecting_again_before_the_revoke_ran_is_not_undone_by_it(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    services.disconnect(host, "zoom", by="host")
    connect(host, zoom)
    run_due()
    assert calls(zoom, "POST", "/oauth/revoke") == 0
    assert state(host) == CardState.CONNECTED


def test_connecting_again_while_the_revoke_is_at_work_is_not_undone_by_it(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    zoom.advance(3601)
    Grant.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    services.disconnect(host, "zoom", by="host")

    def meanwhile(request: httpx.Request) -> httpx.Response:
        answer = zoom.handle(request)
        if b"grant_type=refresh_token" in request.content:
            connect(host, zoom)
        return answer

    with mounted(httpx.MockTransport(meanwhile), settings.ZOOM_OAUTH_BASE, settings.ZOOM_API_BASE):
        run_due()
    assert calls(zoom, "POST", "/oauth/revoke") == 0
    assert state(host) == CardState.CONNECTED
    assert Work.objects.get(kind="integrations.revoke").result == {"revoked": False}
    assert services.conferencing_for(host, "zoom")


def test_another_zoom_user_takes_the_place_of_the_first_whose_tokens_go(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom, user=MARA)
    connect(host, zoom, user=JONAS)
    assert Grant.objects.get().email == "jonas@weber.example"
    run_due()
    assert revoked(zoom) == [MARAS_ID]


def test_another_zoom_user_leaves_a_shared_grant_to_the_other_host(host: User, zoom: ZoomEmulator) -> None:
    other = make_host()
    connect(other, zoom, user=MARA)
    connect(host, zoom, user=MARA)
    connect(host, zoom, user=JONAS)
    assert Grant.objects.count() == 2
    assert state(other) == CardState.CONNECTED
    assert not Revocation.objects.exists()


def test_disconnecting_what_is_not_connected_does_nothing(host: User) -> None:
    assert services.disconnect(host, "zoom", by="host") is False
    assert not Entry.objects.exists()


def test_a_closing_account_keeps_no_tokens_and_no_open_consent_page(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    flow.start(host, "zoom", session_key=SESSION)
    services.disconnect_all(host, by="system")
    assert not Grant.objects.exists()
    assert not OAuthFlow.objects.filter(user=host).exists()
    assert Connection.objects.get().state == Connection.State.DISCONNECTED


def test_another_client_id_makes_old_grants_useless(host: User, zoom: ZoomEmulator, settings: object) -> None:
    connect(host, zoom)
    settings.ZOOM_CLIENT_ID = "another"  # type: ignore[attr-defined]
    assert not queries.connected(host, "zoom")
    assert state(host) == CardState.RECONNECT
    with pytest.raises(Reconnect):
        services.conferencing_for(host, "zoom")
