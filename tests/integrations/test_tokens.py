"""Tokens are renewed early and once; only Zoom's clear no ends a permission (contract chapter 8)."""

import dataclasses
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import services, tokens
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.ports.errors import Misconfigured, Reconnect, Rejected, TryLater
from sivient.ports.http import mounted
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.integrations.making import ages, make, refreshes
from tests.integrations.zoom import MARAS_ID, calls, connect
from tests.vendors.zoom.adapted import MEETING

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def connected(host: User, zoom: ZoomEmulator) -> User:
    connect(host, zoom)
    return host


def test_a_token_with_six_minutes_left_is_used_and_one_with_four_is_renewed(
    connected: User, zoom: ZoomEmulator
) -> None:
    ages(minutes=6)
    make(connected)
    assert refreshes(zoom) == 0
    before = Grant.objects.values("access_token", "refresh_token", "token_version").get()
    ages(minutes=4)
    make(connected)
    assert refreshes(zoom) == 1
    after = Grant.objects.values("access_token", "refresh_token", "token_version", "lease_owner").get()
    assert after["token_version"] == before["token_version"] + 1
    assert after["lease_owner"] == ""
    assert {after["access_token"], after["refresh_token"]}.isdisjoint(before.values())
    assert Grant.objects.get().expires_at > timezone.now() + timedelta(minutes=59)


def test_an_answer_without_a_new_refresh_token_keeps_the_old_one(connected: User, zoom: ZoomEmulator) -> None:
    old = Grant.objects.get().refresh_token

    def no_rotation(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"access_token": "fresh", "token_type": "bearer", "expires_in": 3600})

    ages(minutes=0)
    with mounted(httpx.MockTransport(no_rotation), settings.ZOOM_OAUTH_BASE):
        held = tokens.fresh(Grant.objects.get().pk)
    assert (held.access.token, held.refresh_token) == ("fresh", old)
    assert "meeting:write:meeting" in held.access.scope


@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_outage_uses_what_is_left_of_the_token(status: int, connected: User, zoom: ZoomEmulator) -> None:
    ages(minutes=4)
    zoom.fail_next["POST /oauth/token"] += [status]
    assert make(connected).join_url
    assert refreshes(zoom) == 1
    assert make(connected).join_url  # without asking again at once
    assert refreshes(zoom) == 1
    ages(seconds=30)
    services.try_now(connected, "zoom")
    zoom.fail_next["POST /oauth/token"] += [status]
    with pytest.raises(TryLater):
        make(connected)
    grant = Grant.objects.get()
    assert (grant.state, grant.lease_owner) == ("connected", "")
    services.try_now(connected, "zoom")
    assert make(connected).join_url  # the same refresh token, once Zoom is back


def test_refused_credentials_of_the_operator_end_no_connection(connected: User, zoom: ZoomEmulator) -> None:
    ages(minutes=0)
    zoom.fail_next["POST /oauth/token"] += [401]  # the emulator's invalid_client
    with pytest.raises(Misconfigured):
        make(connected)
    assert Grant.objects.get().state == "connected"


def test_a_lost_answer_is_followed_by_the_same_token_and_ends_nothing(connected: User, zoom: ZoomEmulator) -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("lost")

    ages(minutes=0)
    with mounted(httpx.MockTransport(lost), settings.ZOOM_OAUTH_BASE), pytest.raises(TryLater):
        make(connected)
    assert Grant.objects.get().state == "connected"
    services.try_now(connected, "zoom")
    assert make(connected).join_url


def test_a_dead_refresh_token_asks_the_host_to_reconnect_and_says_so_once(connected: User, zoom: ZoomEmulator) -> None:
    ages(minutes=0)
    zoom.remove_app(MARAS_ID)
    for _ in range(3):
        with pytest.raises(Reconnect):
            make(connected)
    grant = Grant.objects.get()
    assert (grant.state, grant.reason) == ("needs_reconnect", "Zoom no longer accepts our access.")
    assert grant.state_since is not None
    assert refreshes(zoom) == 1  # no loop on a dead grant
    told, connection = Work.objects.get(kind="delivery.tell_reconnect"), grant.connections.get()
    assert (told.key, told.payload) == (f"connection:{connection.pk}", {"connection": connection.pk})


def test_a_refused_token_is_renewed_once_and_the_call_repeated(connected: User, zoom: ZoomEmulator) -> None:
    zoom.fail_next["POST /v2/users/me/meetings"] += [401]
    assert make(connected).join_url
    assert (refreshes(zoom), calls(zoom, "POST", "/v2/users/me/meetings")) == (1, 2)
    assert Grant.objects.get().state == "connected"


def test_a_token_that_is_refused_when_new_ends_the_permission(connected: User, zoom: ZoomEmulator) -> None:
    zoom.fail_next["POST /v2/users/me/meetings"] += [401, 401]
    with pytest.raises(Reconnect):
        make(connected)
    assert calls(zoom, "POST", "/v2/users/me/meetings") == 2
    assert Grant.objects.get().state == "needs_reconnect"


def test_a_call_with_a_token_that_others_have_renewed_meanwhile_renews_nothing(
    connected: User, zoom: ZoomEmulator
) -> None:
    conferencing = services.conferencing_for(connected, "zoom")
    held = tokens.read(Grant.objects.get().pk)
    tokens.renewed(held)
    assert refreshes(zoom) == 1
    assert tokens.fresh(held.grant, refused=held.version).version == held.version + 1
    assert refreshes(zoom) == 1
    assert conferencing is not None


def test_changed_permissions_ask_for_a_reconnect_without_a_refresh(connected: User, zoom: ZoomEmulator) -> None:
    malformed = b'{"code":4711,"message":"Invalid access token, does not contain scopes:["meeting:write:meeting"]."}'
    refusing = httpx.MockTransport(lambda request: httpx.Response(400, content=malformed))
    with mounted(refusing, settings.ZOOM_API_BASE), pytest.raises(Reconnect):
        make(connected)
    assert refreshes(zoom) == 0
    grant = Grant.objects.get()
    assert (grant.state, grant.reason) == ("needs_reconnect", "The permissions of our app in Zoom have changed.")


def test_a_refusal_of_old_tokens_does_not_touch_a_new_authorization(connected: User, zoom: ZoomEmulator) -> None:
    held = tokens.read(Grant.objects.get().pk)
    connect(connected, zoom)
    tokens.end(held, "too late")
    assert Grant.objects.get().state == "connected"
    assert not Work.objects.filter(kind="delivery.tell_reconnect").exists()
    assert tokens.renewed(held).version == 2  # waits for nobody and asks nobody: newer tokens are there


def test_a_lease_that_ended_with_its_process_is_taken_over(connected: User, zoom: ZoomEmulator) -> None:
    ages(minutes=0)
    Grant.objects.update(lease_owner="dead", lease_until=timezone.now() - timedelta(seconds=1))
    assert make(connected).join_url
    assert refreshes(zoom) == 1


def test_no_meeting_is_asked_for_that_has_begun(connected: User, zoom: ZoomEmulator) -> None:
    start = timezone.now() - timedelta(seconds=1)
    late = dataclasses.replace(MEETING, start=start, end=start + timedelta(minutes=30))
    with pytest.raises(Rejected):
        services.conferencing_for(connected, "zoom").create(late)
    assert zoom.meetings == []
