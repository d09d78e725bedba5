"""The vendor has trouble renewing tokens: it is asked again after 1, 4, 15 s, then up to an hour; nothing is lost."""

from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import alarms, services, tokens
from sivient.integrations.models import Grant
from sivient.ports.errors import Misconfigured, OutcomeUnknown, Reconnect, TryLater
from sivient.ports.http import mounted
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.factories import make_host
from tests.integrations.making import ages, make, refreshes, waits
from tests.integrations.zoom import connect, told_operator

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TROUBLE = {
    "the answer is lost": ("token-answer-lost", {}),
    "503": ("token-fails", {"status": 503}),
    "500 after rotating": ("token-fails-after", {"status": 500}),
    "HTML with 502": ("token-html", {"status": 502}),
    "HTML with 200": ("token-html", {"status": 200}),
    "no answer in time": ("token-slow", {"seconds": 60}),
}


@pytest.fixture
def expired(host: User, zoom: ZoomEmulator) -> User:
    """A connected host whose access token has ended."""
    connect(host, zoom)
    ages(minutes=0)
    return host


def trouble(host: User) -> TryLater:
    """What making a meeting meets."""
    with pytest.raises(TryLater) as caught:
        make(host)
    return caught.value


def seconds(error: TryLater) -> float:
    assert error.after is not None
    return error.after.total_seconds()


@pytest.mark.parametrize(("fault", "form"), TROUBLE.values(), ids=TROUBLE)
def test_the_same_refresh_token_is_tried_again_within_the_grace(
    fault: str, form: dict[str, object], expired: User, zoom: ZoomEmulator
) -> None:
    zoom.switch(refresh_grace_seconds=60)
    zoom.inject(fault, settings=form)
    error = trouble(expired)
    assert not isinstance(error, OutcomeUnknown)  # the request for the meeting has not left
    assert seconds(error) == 1
    grant = Grant.objects.get()
    assert (grant.state, grant.refresh_failures, grant.lease_owner) == ("connected", 1, "")
    waits(timedelta(seconds=1))
    assert make(expired).join_url
    grant.refresh_from_db()
    assert (grant.state, grant.refresh_failures, grant.refresh_after) == ("connected", 0, None)
    assert len(zoom.injections) == 1


@pytest.mark.parametrize("fault", ["token-answer-lost", "token-fails-after"])
def test_without_a_grace_the_second_try_finds_the_end_and_the_host_is_asked_to_reconnect(
    fault: str, expired: User, zoom: ZoomEmulator
) -> None:
    zoom.inject(fault)
    trouble(expired)
    assert Grant.objects.get().state == "connected"
    waits(timedelta(seconds=1))
    with pytest.raises(Reconnect):
        make(expired)
    assert Grant.objects.get().state == "needs_reconnect"
    assert refreshes(zoom) == 2


def test_the_waits_grow_to_an_hour(expired: User, zoom: ZoomEmulator) -> None:
    zoom.inject("token-fails", times=None)
    waited = []
    for _ in range(12):
        waited.append(seconds(trouble(expired)))
        waits(timedelta(hours=1))
    assert waited[:3] == [1, 4, 15]
    for wait, longest in zip(waited[3:], [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600], strict=True):
        assert 0.9 * longest <= wait <= longest
    assert Grant.objects.get().state == "connected"


def test_before_its_time_nobody_asks_and_everybody_hears_what_remains(expired: User, zoom: ZoomEmulator) -> None:
    zoom.inject("token-fails", times=None)
    for _ in range(3):
        trouble(expired)
        waits(timedelta(hours=1))
    trouble(expired)
    waits(timedelta(seconds=20))
    asked = refreshes(zoom)
    for _ in range(5):
        assert 30 < seconds(trouble(expired)) < 41  # of the minute
    assert refreshes(zoom) == asked


def test_while_the_access_token_is_good_work_goes_on_and_the_vendor_is_left_alone(
    expired: User, zoom: ZoomEmulator
) -> None:
    ages(minutes=4)
    zoom.inject("token-fails", times=None)
    for _ in range(3):
        assert make(expired).join_url
    assert refreshes(zoom) == 1


def test_try_now_asks_at_once(expired: User, zoom: ZoomEmulator) -> None:
    zoom.inject("token-fails", times=2)
    trouble(expired)
    services.try_now(expired, "zoom")
    assert seconds(trouble(expired)) == 4  # the count goes on: trouble that lasts is asked about less and less
    services.try_now(expired, "zoom")
    assert make(expired).join_url


def test_try_now_without_a_connection_does_nothing(expired: User) -> None:
    services.try_now(make_host(), "zoom")
    assert Grant.objects.get().refresh_after is None


def test_a_new_authorization_forgets_the_trouble(expired: User, zoom: ZoomEmulator) -> None:
    zoom.inject("token-fails")
    trouble(expired)
    connect(expired, zoom)
    grant = Grant.objects.get()
    assert (grant.refresh_failures, grant.refresh_after) == (0, None)


@pytest.mark.parametrize("fault", ["invalid-client", "app-disabled"])
def test_refused_credentials_of_the_operator_raise_the_alarm_and_end_nothing(
    fault: str, expired: User, zoom: ZoomEmulator
) -> None:
    zoom.inject(fault, times=None)
    error = trouble(expired)
    assert isinstance(error, Misconfigured)
    assert seconds(error) == 1
    assert Grant.objects.get().state == "connected"
    assert told_operator()[-1] == ("ops.alarm", "zoom:client")
    zoom.faults.rules.clear()
    waits(timedelta(seconds=1))
    assert make(expired).join_url
    assert told_operator()[-1] == ("ops.alarm_over", "zoom:client")


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("reason", [True, False])
def test_a_clear_no_ends_the_permission_whatever_its_form(
    status: int, reason: bool, expired: User, zoom: ZoomEmulator
) -> None:
    zoom.inject("invalid-grant", settings={"status": status, "reason": reason})
    with pytest.raises(Reconnect):
        make(expired)
    assert Grant.objects.get().state == "needs_reconnect"


def test_an_app_that_the_account_has_disabled_ends_the_permission(expired: User, zoom: ZoomEmulator) -> None:
    zoom.inject("admin-disabled", times=None)
    with pytest.raises(Reconnect):
        make(expired)
    assert Grant.objects.get().state == "needs_reconnect"


def test_a_no_to_a_token_that_somebody_has_renewed_meanwhile_is_no_end(expired: User, zoom: ZoomEmulator) -> None:
    """What a late loser of a race hears: contract 11, row 1."""

    def overtaken(request: httpx.Request) -> httpx.Response:
        Grant.objects.update(token_version=F("token_version") + 1, expires_at=timezone.now() + timedelta(hours=1))
        return httpx.Response(400, json={"reason": "Invalid Token!", "error": "invalid_grant"})

    pk = Grant.objects.get().pk
    with mounted(httpx.MockTransport(overtaken), settings.ZOOM_OAUTH_BASE):
        assert tokens.fresh(pk).version == 2
    assert Grant.objects.get().state == "connected"


@pytest.mark.parametrize("grace", [0, 60, None])
def test_renewals_need_no_grace_and_mind_none(grace: float | None, expired: User, zoom: ZoomEmulator) -> None:
    zoom.inject(2, settings={"seconds": grace}, times=None)
    for version in (2, 3, 4):
        assert make(expired).join_url
        assert Grant.objects.get().token_version == version
        ages(minutes=0)
    assert len(zoom.injections) == 3


def test_an_answer_without_a_new_refresh_token_keeps_the_one_that_works(expired: User, zoom: ZoomEmulator) -> None:
    zoom.inject("no-new-refresh-token")
    before = Grant.objects.get().refresh_token
    assert make(expired).join_url
    assert Grant.objects.get().refresh_token == before
    ages(minutes=0)
    assert make(expired).join_url
    assert Grant.objects.get().refresh_token != before


@pytest.mark.parametrize("fault", ["token-dies-early", "token-dies-now"])
def test_a_token_that_dies_before_its_time_is_renewed_once(fault: str, expired: User, zoom: ZoomEmulator) -> None:
    form = {"seconds": 10} if fault == "token-dies-early" else {}
    zoom.inject(fault, settings=form)  # the renewed one dies
    assert make(expired).join_url
    zoom.advance(11)
    assert make(expired).join_url
    assert refreshes(zoom) == 2
    assert Grant.objects.get().state == "connected"


@pytest.mark.parametrize("skew", [600, -600])
def test_a_vendor_whose_clock_is_ten_minutes_off_works_as_any(skew: int, expired: User, zoom: ZoomEmulator) -> None:
    zoom.inject("clock-skew", times=None, settings={"seconds": skew})
    for _ in range(3):
        ages(minutes=4)
        assert make(expired).join_url
        left = Grant.objects.get().expires_at - timezone.now()
        assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert Grant.objects.get().state == "connected"


def test_any_success_ends_the_operators_alarm_and_says_nothing_when_there_is_none(
    expired: User, zoom: ZoomEmulator
) -> None:
    assert make(expired).join_url
    assert told_operator() == []
    alarms.app_refused("zoom")  # as a host's connecting does, which counts as no failure of this permission
    for _ in range(2):
        ages(minutes=0)
        assert make(expired).join_url
        assert told_operator() == [("ops.alarm", "zoom:client"), ("ops.alarm_over", "zoom:client")]
