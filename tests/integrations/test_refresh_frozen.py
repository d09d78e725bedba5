"""A worker that is frozen after the vendor's answer until its lease is over still has the only tokens that are good."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import tokens
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import Reconnect
from sivient.ports.vendor import Tokens
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.oauth import ZoomOAuth
from tests.delivery.conftest import Post
from tests.integrations.making import ages, make, refreshes
from tests.integrations.zoom import connect

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def expired(host: User, zoom: ZoomEmulator) -> User:
    """A connected host whose access token has ended."""
    connect(host, zoom)
    ages(minutes=0)
    return host


def frozen(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Let the next refresh thaw only after its lease is over and `meanwhile` has happened."""
    refresh = ZoomOAuth.refresh

    def slow(oauth: ZoomOAuth, refresh_token: str) -> Tokens:
        monkeypatch.setattr(ZoomOAuth, "refresh", refresh)
        answer = refresh(oauth, refresh_token)
        Grant.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        meanwhile()
        return answer

    monkeypatch.setattr(ZoomOAuth, "refresh", slow)


def refused() -> None:
    """Another worker renews with the same refresh token, and notes that Zoom accepts it no more."""
    with pytest.raises(Reconnect):
        tokens.fresh(Grant.objects.get().pk)
    assert Grant.objects.get().state == "needs_reconnect"


def test_a_permission_that_our_own_second_refresh_ended_lives_on(
    expired: User, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch, post: Post
) -> None:
    frozen(monkeypatch, refused)
    assert make(expired).join_url
    grant = Grant.objects.get()
    assert (grant.state, grant.reason, grant.state_since, grant.token_version) == ("connected", "", None, 2)
    assert Work.objects.filter(kind="delivery.links_wanted", key=f"account:{expired.pk}").exists()
    run_due()
    assert post.to(expired.email) == []  # there is nothing to tell any more
    ages(minutes=0)
    assert make(expired).join_url  # the new refresh token is good as well
    assert refreshes(zoom) == 3


def test_what_is_late_does_not_replace_newer_tokens(
    expired: User, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen(monkeypatch, lambda: connect(expired, zoom))
    assert make(expired).join_url
    newest = Grant.objects.get()
    assert (newest.token_version, newest.generation) == (2, 2)
    assert tokens.read(newest.pk).access.token == newest.access_token


def test_a_permission_that_was_given_up_meanwhile_stays_given_up(
    expired: User, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen(monkeypatch, Grant.objects.all().delete)
    with pytest.raises(Reconnect):
        make(expired)
    assert not Grant.objects.exists()
