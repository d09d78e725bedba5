"""The daily limit: Zoom's own refusal decides, our count warns (contract chapter 6, reliability row 13)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import limits, services
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.ports.errors import OutcomeUnknown, Paused
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.factories import make_host
from tests.integrations.making import a_meeting, ages, make, refreshes
from tests.integrations.zoom import calls, connect
from tests.vendors.zoom.emulated import JONAS

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def connected(host: User, zoom: ZoomEmulator) -> User:
    connect(host, zoom)
    return host


def midnight() -> datetime:
    """The next 00:00 UTC."""
    tomorrow = timezone.now().astimezone(UTC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=UTC)


def creates(zoom: ZoomEmulator) -> int:
    return calls(zoom, "POST", "/v2/users/me/meetings")


def pause(host: User) -> Paused:
    with pytest.raises(Paused) as caught:
        make(host)
    return caught.value


def test_at_the_limit_nobody_asks_again_before_the_next_day(connected: User, zoom: ZoomEmulator) -> None:
    zoom.inject("meeting-cap", times=None)
    first = pause(connected)
    grant = Grant.objects.get()
    assert grant.paused_until == first.until
    assert midnight() <= first.until <= midnight() + timedelta(seconds=60)
    assert grant.pause_reason == str(first)
    ages(minutes=0)
    for _ in range(5):
        again = pause(connected)
        assert (again.until, str(again)) == (first.until, str(first))
    assert (creates(zoom), refreshes(zoom)) == (1, 0)
    assert Grant.objects.get().state == "connected"


def test_when_the_pause_is_over_meetings_are_made(connected: User, zoom: ZoomEmulator) -> None:
    zoom.inject("meeting-cap")
    pause(connected)
    Grant.objects.update(paused_until=timezone.now() - timedelta(seconds=1))
    assert make(connected).join_url


def test_a_move_is_refused_in_a_pause_like_a_new_meeting(connected: User, zoom: ZoomEmulator) -> None:
    limits.pause(Grant.objects.get().pk, Paused("Enough.", until=midnight()))
    with pytest.raises(Paused):
        services.conferencing_for(connected, "zoom").move("1", a_meeting())
    assert not any(method == "PATCH" for method, _ in zoom.calls)


def test_a_search_and_a_removal_are_refused_in_a_pause_as_well(connected: User, zoom: ZoomEmulator) -> None:
    limits.pause(Grant.objects.get().pk, Paused("Enough.", until=midnight()))
    conferencing, asked = services.conferencing_for(connected, "zoom"), len(zoom.calls)
    with pytest.raises(Paused):
        conferencing.find(a_meeting())
    with pytest.raises(Paused):
        conferencing.delete("1")
    assert len(zoom.calls) == asked


def test_a_shorter_pause_does_not_end_a_longer_one(connected: User, zoom: ZoomEmulator) -> None:
    grant, now = Grant.objects.get(), timezone.now()
    limits.pause(grant.pk, Paused("The day.", until=now + timedelta(hours=10)))
    kept = limits.pause(grant.pk, Paused("A moment.", until=now + timedelta(hours=1), shared=True))
    assert (str(kept), kept.until > now + timedelta(hours=9)) == ("The day.", True)
    assert str(pause(connected)) == "The day."
    longer = limits.pause(grant.pk, Paused("Longer.", until=now + timedelta(hours=12)))
    assert (str(pause(connected)), pause(connected).until) == ("Longer.", longer.until)


@pytest.mark.parametrize("shared", [True, False])
def test_a_limit_of_the_whole_account_pauses_everybody_in_it_and_nobody_else(
    shared: bool, connected: User, zoom: ZoomEmulator
) -> None:
    connect(make_host(), zoom, user=JONAS)
    colleague = make_host()
    mine, other = Grant.objects.order_by("pk")
    theirs = Grant.objects.create(
        vendor="zoom",
        client_id=mine.client_id,
        vendor_user_id="colleague",
        vendor_account_id=mine.vendor_account_id,
        expires_at=mine.expires_at,
        authorized_at=mine.authorized_at,
        refreshed_at=mine.refreshed_at,
    )
    theirs.connections.create(user=colleague, vendor="zoom", connected_at=mine.authorized_at)
    limits.pause(mine.pk, Paused("Enough.", until=midnight(), shared=shared))
    paused = Grant.objects.filter(paused_until__gt=timezone.now()).values_list("pk", flat=True)
    assert set(paused) == ({mine.pk, theirs.pk} if shared else {mine.pk})
    assert other.pk not in paused


def test_without_an_account_id_a_shared_limit_pauses_this_grant_alone(connected: User, zoom: ZoomEmulator) -> None:
    connect(make_host(), zoom, user=JONAS)
    Grant.objects.update(vendor_account_id="")
    mine = Grant.objects.order_by("pk")[0]
    limits.pause(mine.pk, Paused("Enough.", until=midnight(), shared=True))
    assert Grant.objects.exclude(paused_until=None).get() == mine


def test_changes_are_counted_by_the_utc_day(connected: User, zoom: ZoomEmulator) -> None:
    for _ in range(3):
        make(connected)
    grant = Grant.objects.get()
    assert (grant.changes, grant.changes_on) == (3, timezone.now().astimezone(UTC).date())
    Grant.objects.update(changes=99, changes_on=grant.changes_on - timedelta(days=1))
    make(connected)
    assert Grant.objects.get().changes == 1


def test_what_may_have_been_made_counts_and_what_was_refused_does_not(connected: User, zoom: ZoomEmulator) -> None:
    zoom.inject("create-answer-lost")
    with pytest.raises(OutcomeUnknown):
        make(connected)
    assert Grant.objects.get().changes == 1
    zoom.inject("meeting-cap")
    pause(connected)
    assert Grant.objects.get().changes == 1


def test_the_ninetieth_of_a_day_is_told_once(connected: User, zoom: ZoomEmulator) -> None:
    make(connected)
    Grant.objects.update(changes=88)
    for expected in (0, 1, 1):
        make(connected)
        assert Work.objects.filter(kind="delivery.tell_limit").count() == expected
    told, connection = Work.objects.get(kind="delivery.tell_limit"), Grant.objects.get().connections.get()
    assert told.key == f"connection:{connection.pk}"
    assert told.payload | {"at": ""} == {"connection": connection.pk, "used": 90, "at": ""}
    assert timezone.now() - datetime.fromisoformat(told.payload["at"]) < timedelta(minutes=1)
    assert told.attempt == 0


def test_our_count_stops_nobody(connected: User, zoom: ZoomEmulator) -> None:
    make(connected)
    Grant.objects.update(changes=150)
    assert make(connected).join_url


def test_a_meeting_that_was_made_is_not_lost_because_it_cannot_be_counted(
    connected: User, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(grant_id: int) -> None:
        raise DatabaseError("locked")

    monkeypatch.setattr(limits, "_count", busy)
    assert make(connected).join_url


def test_counting_for_a_grant_that_has_gone_is_no_error() -> None:
    limits.count(4711)
