"""Rows 14 and 16 to 18 of the table of failures: tokens that end early, late, in between, or unused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.integrations.models import Grant
from sivient.integrations.queries import CardState
from sivient.jobs.models import Work
from sivient.jobs.worker import plant_periodic, run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post
from tests.factories import MONDAY_10, make_event_type
from tests.integrations.zoom import connect
from tests.reliability.living import (
    attempts,
    book,
    card_of,
    connected_host,
    creates,
    expire,
    grant_of,
    link_of,
    meeting_step,
    states,
    told_link,
    work_on,
)

pytestmark = pytest.mark.django_db(transaction=True)
LATER = MONDAY_10 + timedelta(hours=1)
REFRESH = "POST /oauth/token refresh_token"


def refreshes(zoom: ZoomEmulator) -> int:
    """How often the token endpoint was asked, after the connecting."""
    return zoom.calls.count(("POST", "/oauth/token")) - 1


def test_row_14_a_token_that_dies_during_a_call_is_renewed_once_and_the_call_repeated_once(zoom: ZoomEmulator) -> None:
    booking = book(make_event_type(connected_host(zoom)))
    zoom.inject("token-dies-now")
    work_on()
    assert (refreshes(zoom), creates(zoom)) == (1, 2)
    assert link_of(booking) == zoom.meetings[0]["join_url"]
    assert len(zoom.meetings) == 1
    assert attempts(booking)[-1] == "made"


def test_row_16_when_the_lost_refresh_token_was_the_last_good_one_the_host_is_asked_to_reconnect(
    zoom: ZoomEmulator, post: Post
) -> None:
    """Zoom gives no grace here: what it has rotated is dead, and the answer with the new tokens never came."""
    host = connected_host(zoom)
    booking = book(make_event_type(host))
    zoom.switch(refresh_grace_seconds=0)
    expire(host)
    zoom.inject("token-answer-lost", route=REFRESH)
    work_on()
    assert grant_of(host).state == Grant.State.CONNECTED, "one lost answer ends nothing"
    work_on(rounds=2)
    assert refreshes(zoom) == 2, "the old token was tried again, once"
    assert (card_of(host), meeting_step(booking).state) == (CardState.RECONNECT, Work.State.PARKED)
    assert "needs_you" in states(booking)
    assert len([mail for mail in post.to(host.email) if "Zoom" in str(mail["Subject"])]) == 1
    connect(host, zoom)
    work_on(rounds=2)
    assert told_link(post) == link_of(booking)


@pytest.mark.parametrize("fault", ["token-fails", "token-html"])
def test_row_17_while_a_refresh_fails_what_is_left_of_the_token_is_used(fault: str, zoom: ZoomEmulator) -> None:
    host = connected_host(zoom)
    run_due()  # what connecting has set going
    first, second = book(make_event_type(host)), book(make_event_type(host), LATER)
    Grant.objects.update(expires_at=timezone.now() + timedelta(minutes=4))
    zoom.inject(fault, times=None)
    Work.objects.filter(key=f"booking:{second.pk}:1", kind="delivery.conference").update(run_at=LATER)
    run_due()
    assert link_of(first)
    assert refreshes(zoom) == 1
    expire(host)
    work_on(rounds=3)
    step = meeting_step(second)
    assert (card_of(host), step.state) == (CardState.CONNECTED, Work.State.WAITING)
    assert "trying" in states(second)
    zoom.faults.rules.clear()
    work_on(rounds=2)
    assert link_of(second) != link_of(first)


def test_row_18_a_connection_that_nobody_uses_is_renewed_every_thirty_days(zoom: ZoomEmulator) -> None:
    host = connected_host(zoom)
    for _ in range(4):  # 120 days; a refresh token of Zoom's lives for ninety
        zoom.advance(timedelta(days=30).total_seconds())
        Grant.objects.update(
            refreshed_at=timezone.now() - timedelta(days=30, minutes=1),
            expires_at=timezone.now() - timedelta(days=29),
        )
        plant_periodic()
        Work.objects.filter(kind="integrations.keep_alive").update(run_at=timezone.now())
        work_on(rounds=2)
        assert grant_of(host).refreshed_at > timezone.now() - timedelta(minutes=5)
    assert refreshes(zoom) == 4
    booking = book(make_event_type(host))
    work_on()
    assert link_of(booking)


def test_row_18_a_connection_that_was_used_is_left_alone(zoom: ZoomEmulator) -> None:
    host = connected_host(zoom)
    Grant.objects.update(refreshed_at=timezone.now() - timedelta(days=29))
    plant_periodic()
    Work.objects.filter(kind="integrations.keep_alive").update(run_at=timezone.now())
    work_on(rounds=2)
    assert (refreshes(zoom), card_of(host)) == (0, CardState.CONNECTED)
