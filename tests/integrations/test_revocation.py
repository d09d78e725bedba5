"""Tokens that we cannot use are given back, but never at the cost of a later authorization (docs/decisions/0004)."""

import httpx
import pytest
from django.conf import settings

from sivient.accounts.models import User
from sivient.integrations import flow, queries, revocation
from sivient.integrations.flow import NotConnected, Outcome
from sivient.integrations.models import Grant, Revocation
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.http import mounted
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.integrations.making import make
from tests.integrations.zoom import SESSION, back, calls, connect, consent
from tests.vendors.zoom.emulated import JONAS

pytestmark = [pytest.mark.django_db, pytest.mark.db]
USELESS = {
    "no refresh token": Outcome.INCOMPLETE,
    "a permission is missing": Outcome.PERMISSIONS,
    "nobody knows whose": Outcome.NAMELESS,
}


def come_back(host: User, zoom: ZoomEmulator) -> Outcome:
    """Connect as far as it goes; return how it ended."""
    query = consent(zoom, flow.start(host, "zoom", session_key=SESSION))
    with pytest.raises(NotConnected) as ended:
        flow.finish(host, "zoom", back(query))
    return ended.value.outcome


def fail(why: str, host: User, zoom: ZoomEmulator) -> Outcome:
    """Have a connecting end after Zoom has given tokens."""
    if why == "a permission is missing":
        zoom.inject("scope-missing", settings={"scope": "meeting:write:meeting"})
    if why == "nobody knows whose":
        zoom.inject("me-unknown")
    if why != "no refresh token":
        return come_back(host, zoom)

    def forgetful(request: httpx.Request) -> httpx.Response:
        answer = zoom.handle(request)
        if request.url.path != "/oauth/token":
            return answer
        return httpx.Response(200, json={k: v for k, v in answer.json().items() if k != "refresh_token"})

    with mounted(httpx.MockTransport(forgetful), settings.ZOOM_OAUTH_BASE, settings.ZOOM_API_BASE):
        return come_back(host, zoom)


def result() -> object:
    return Work.objects.get(kind="integrations.revoke").result


@pytest.mark.parametrize("why", USELESS)
def test_what_we_cannot_use_is_given_back(why: str, host: User, zoom: ZoomEmulator) -> None:
    assert fail(why, host, zoom) == USELESS[why]
    assert not Grant.objects.exists()
    run_due()
    assert result() == {"revoked": True}
    assert calls(zoom, "POST", "/oauth/revoke") == 1
    assert not Revocation.objects.exists()


@pytest.mark.parametrize("why", USELESS)
def test_a_later_authorization_of_the_same_zoom_user_is_left_alone(why: str, host: User, zoom: ZoomEmulator) -> None:
    fail(why, host, zoom)
    connect(host, zoom)
    run_due()
    assert calls(zoom, "POST", "/oauth/revoke") == 0
    assert result() == {"revoked": False}
    assert make(host).join_url


def test_a_later_authorization_is_left_alone_also_when_the_old_token_still_works(
    host: User, zoom: ZoomEmulator
) -> None:
    """Zoom should have ended it; a grace would let the revocation reach the new one."""
    fail("nobody knows whose", host, zoom)
    connect(host, zoom)
    Revocation.objects.update(access_token=Grant.objects.get().access_token)
    run_due()
    assert (calls(zoom, "POST", "/oauth/revoke"), result()) == (0, {"revoked": False})
    assert make(host).join_url


def test_a_later_authorization_of_somebody_else_hinders_nothing(host: User, zoom: ZoomEmulator) -> None:
    fail("nobody knows whose", host, zoom)
    connect(host, zoom, user=JONAS)
    run_due()
    assert result() == {"revoked": True}
    assert make(host).join_url


def test_a_token_that_cannot_say_whose_it_is_is_revoked_only_if_nobody_has_authorized_since(
    host: User, zoom: ZoomEmulator
) -> None:
    zoom.inject("scope-missing", settings={"scope": "user:read:user"})
    assert come_back(host, zoom) == Outcome.PERMISSIONS
    connect(host, zoom, user=JONAS)
    run_due()
    assert result() == {"revoked": False}
    Work.objects.filter(kind="integrations.revoke").delete()
    zoom.inject("scope-missing", settings={"scope": "user:read:user"})
    come_back(host, zoom)
    run_due()
    assert result() == {"revoked": True}


def test_who_connects_while_we_ask_whose_the_token_is_is_left_alone(host: User, zoom: ZoomEmulator) -> None:
    fail("nobody knows whose", host, zoom)

    def meanwhile(request: httpx.Request) -> httpx.Response:
        answer = zoom.handle(request)
        if request.url.path == "/v2/users/me" and not Grant.objects.exists():
            with mounted(httpx.MockTransport(zoom.handle), settings.ZOOM_OAUTH_BASE, settings.ZOOM_API_BASE):
                connect(host, zoom)
        return answer

    with mounted(httpx.MockTransport(meanwhile), settings.ZOOM_OAUTH_BASE, settings.ZOOM_API_BASE):
        run_due()
    assert (calls(zoom, "POST", "/oauth/revoke"), queries.connected(host, "zoom")) == (0, True)


def test_while_zoom_is_silent_it_is_tried_twice_and_then_forgotten(host: User, zoom: ZoomEmulator) -> None:
    fail("nobody knows whose", host, zoom)
    zoom.inject("answers-503", times=None)
    for _ in range(4):
        Work.objects.filter(kind="integrations.revoke").update(run_at="2020-01-01T00:00Z")
        run_due()
    assert result() == {"revoked": False}
    assert not Revocation.objects.exists()


def test_a_revocation_that_has_gone_is_nothing_to_do(host: User, zoom: ZoomEmulator) -> None:
    assert revocation.carry_out(4711) is False
