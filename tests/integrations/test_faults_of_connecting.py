"""Everything that goes wrong on the way to Zoom and back (faults 3 to 9, 25 and 27 of contract chapter 10)."""

from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import flow, queries
from sivient.integrations.flow import NotConnected, Outcome
from sivient.integrations.models import Grant, OAuthFlow
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.integrations.making import ages, make
from tests.integrations.zoom import MARAS_ID, SESSION, back, calls, connect, consent, deliver, told_operator
from tests.vendors.zoom.emulated import MARA

pytestmark = [pytest.mark.django_db, pytest.mark.db]
WAY_BACK = {
    "callback-without-state": Outcome.UNASKED,
    "callback-wrong-state": Outcome.FOREIGN,
    "callback-code-replayed": Outcome.CODE,
    "callback-denied": Outcome.DECLINED,
}
ENDS = {
    "no answer": ("token-answer-lost", {}, Outcome.SILENT),
    "503": ("token-fails", {"status": 503}, Outcome.SILENT),
    "500 after": ("token-fails-after", {"status": 500}, Outcome.SILENT),
    "HTML": ("token-html", {"status": 502}, Outcome.SILENT),
    "HTML that says 200": ("token-html", {"status": 200}, Outcome.SILENT),
    "too slow": ("token-slow", {"seconds": 60}, Outcome.SILENT),
    "invalid_grant as 400": ("invalid-grant", {"status": 400}, Outcome.CODE),
    "invalid_grant as 401": ("invalid-grant", {"status": 401, "reason": False}, Outcome.CODE),
    "invalid_client as 400": ("invalid-client", {"status": 400}, Outcome.OPERATOR),
    "invalid_client as 401": ("invalid-client", {"status": 401}, Outcome.OPERATOR),
    "no permission to make meetings": ("scope-missing", {"scope": "meeting:write:meeting"}, Outcome.PERMISSIONS),
    "no permission to see the user": ("scope-missing", {"scope": "user:read:user"}, Outcome.PERMISSIONS),
    "user unknown": ("me-unknown", {}, Outcome.NAMELESS),
    "user refused": ("me-refused", {}, Outcome.NAMELESS),
    "user too slow": ("me-slow", {"seconds": 60}, Outcome.NAMELESS),
    "app disabled by the account": ("admin-disabled", {}, Outcome.CODE),
    "app disabled by Zoom": ("app-disabled", {}, Outcome.OPERATOR),
}
HARMLESS = {
    "more permissions": ("scope-extra", {}),
    "permissions in another order": ("scope-reordered", {}),
    "slow tokens": ("token-slow", {"seconds": 5}),
    "slow user": ("me-slow", {"seconds": 5}),
    "no address": ("me-without-email", {"as": "absent"}),
    "null for an address": ("me-without-email", {"as": "null"}),
    "empty address": ("me-without-email", {"as": "empty"}),
    "no time zone": ("me-without-timezone", {"as": "null"}),
}


def ended(host: User, query: dict[str, str]) -> Outcome:
    with pytest.raises(NotConnected) as caught:
        flow.finish(host, "zoom", back(query))
    return caught.value.outcome


def go(host: User, zoom: ZoomEmulator) -> dict[str, str]:
    return consent(zoom, flow.start(host, "zoom", session_key=SESSION))


@pytest.mark.parametrize(("fault", "outcome"), WAY_BACK.items())
def test_fault_8_a_strange_way_back_connects_nobody(
    fault: str, outcome: Outcome, host: User, zoom: ZoomEmulator
) -> None:
    zoom.inject(fault)
    assert ended(host, go(host, zoom)) == outcome
    assert not Grant.objects.exists()
    exchanges = calls(zoom, "POST", "/oauth/token")
    assert exchanges == (1 if outcome == Outcome.CODE else 0)
    connect(host, zoom)  # begun anew, it works
    assert queries.connected(host, "zoom")


def test_fault_8_a_person_who_never_comes_back_is_told_why_that_may_be(host: User, zoom: ZoomEmulator) -> None:
    zoom.inject("callback-never")
    with httpx.Client(transport=httpx.MockTransport(zoom.handle)) as browser:
        url = flow.start(host, "zoom", session_key=SESSION)
        assert browser.get(f"{url}&auto=allow&user={MARA}").status_code == 200  # a page of Zoom's
    assert queries.card(host, "zoom", now=timezone.now()).started_at == OAuthFlow.objects.get().created_at


@pytest.mark.parametrize(("fault", "form", "outcome"), ENDS.values(), ids=ENDS)
def test_a_connecting_that_fails_ends_calmly_and_works_the_next_time(
    fault: str, form: dict[str, object], outcome: Outcome, host: User, zoom: ZoomEmulator
) -> None:
    query = go(host, zoom)
    zoom.inject(fault, settings=form)
    assert ended(host, query) == outcome
    assert not Grant.objects.exists()
    run_due()
    connect(host, zoom)
    run_due()
    assert make(host).join_url
    assert len(zoom.injections) == 1


@pytest.mark.parametrize(("fault", "form"), HARMLESS.values(), ids=HARMLESS)
def test_what_is_only_unusual_connects(fault: str, form: dict[str, object], host: User, zoom: ZoomEmulator) -> None:
    query = go(host, zoom)
    zoom.inject(fault, settings=form)
    flow.finish(host, "zoom", back(query))
    grant = Grant.objects.get()
    assert timedelta(minutes=59) < grant.expires_at - timezone.now() <= timedelta(hours=1)
    assert make(host).join_url
    assert queries.card(host, "zoom", now=timezone.now()).state == queries.CardState.CONNECTED


@pytest.mark.parametrize("skew", [600, -600, 240, -240])
def test_a_zoom_whose_clock_is_minutes_off_connects_renews_and_is_believed(
    skew: int, host: User, zoom: ZoomEmulator
) -> None:
    zoom.handle(httpx.Request("POST", "https://zoom.us/__ctl/clock", json={"skew_seconds": skew}))
    connect(host, zoom)
    for _ in range(3):
        left = Grant.objects.get().expires_at - timezone.now()
        assert timedelta(minutes=59) < left <= timedelta(hours=1)
        ages(minutes=4)
        assert make(host).join_url
    zoom.remove_app(MARAS_ID)
    connect(host, zoom)
    deliver(zoom)
    run_due()
    assert queries.connected(host, "zoom")  # by our clock, the removal may have come after it was allowed again
    zoom.remove_app(MARAS_ID)
    deliver(zoom)
    run_due()
    assert queries.card(host, "zoom", now=timezone.now()).state == queries.CardState.DEAUTHORIZED


def test_an_app_that_zoom_does_not_accept_is_the_operators_alarm_until_it_does(host: User, zoom: ZoomEmulator) -> None:
    query = go(host, zoom)
    zoom.inject("invalid-client")
    ended(host, query)
    assert told_operator() == [("ops.alarm", "zoom:client")]
    connect(host, zoom)
    assert told_operator()[-1] == ("ops.alarm_over", "zoom:client")


def test_expiry_is_reckoned_on_the_databases_clock(
    host: User, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A web process whose clock is ten minutes ahead would take the token for younger than it is."""
    ahead = timezone.now() + timedelta(minutes=10)
    query = go(host, zoom)
    with monkeypatch.context() as wrong:
        wrong.setattr(timezone, "now", lambda: ahead)
        flow.finish(host, "zoom", back(query))
    grant = Grant.objects.get()
    assert grant.expires_at < timezone.now() + timedelta(hours=1)
    assert grant.authorized_at < timezone.now() + timedelta(minutes=1)
