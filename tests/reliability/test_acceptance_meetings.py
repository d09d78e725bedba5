"""Acceptance tests 4, 8, 9, 11 and 13 of the Zoom contract's chapter 13: one link per booking, at its own instant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from sivient.booking.services import reschedule
from sivient.integrations.models import Grant
from sivient.integrations.services import conferencing_for
from sivient.jobs.models import Work
from sivient.ports.conferencing import MeetingRequest
from sivient.scheduling.models import Hours
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, event_of
from tests.factories import MONDAY_10, make_event_type
from tests.reliability.living import (
    GUEST,
    attempts,
    book,
    connected_host,
    creates,
    grant_of,
    link_of,
    meeting_step,
    states,
    work_on,
)

pytestmark = pytest.mark.django_db(transaction=True)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca")
DAILY = 100  # meetings made or changed, per host and UTC day


def test_acceptance_04_a_lost_answer_ends_with_one_link_and_the_request_on_record(
    zoom: ZoomEmulator, post: Post
) -> None:
    booking = book(make_event_type(connected_host(zoom)))
    zoom.inject("create-answer-lost")
    work_on(rounds=3)
    orphan, used = zoom.meetings
    assert link_of(booking) == used["join_url"]
    assert attempts(booking) == ["lost", "made"]
    assert not any(orphan["join_url"] in mail.as_string() for mail in post.all())
    assert used["join_url"] in str(event_of(post.to(GUEST)[-1])[1]["LOCATION"])


def test_acceptance_08_the_101st_meeting_of_a_day_waits_for_midnight_utc_and_zoom_is_not_asked_again(
    zoom: ZoomEmulator,
) -> None:
    host = connected_host(zoom)
    for n in range(DAILY):
        start = MONDAY_10 + timedelta(minutes=n)
        conferencing_for(host, "zoom").create(MeetingRequest("Intro", start, start + timedelta(minutes=9), "UTC", "R"))
        if n % 20 == 19:
            zoom.advance(1)  # Zoom counts by the second, too
    event_type = make_event_type(host)
    booking = book(event_type)
    work_on()
    asked = creates(zoom)
    assert (asked, len(zoom.meetings)) == (DAILY + 1, DAILY)
    midnight = datetime.combine(timezone.now().date() + timedelta(days=1), datetime.min.time(), UTC)
    step = meeting_step(booking)
    assert (step.state, step.trouble) == (Work.State.WAITING, Work.Trouble.PAUSED)
    assert midnight <= step.run_at <= midnight + timedelta(minutes=2)
    second = book(event_type, MONDAY_10 + timedelta(hours=1))
    work_on(rounds=2)
    assert creates(zoom) == asked
    zoom.advance((midnight - timezone.now()).total_seconds() + 1)
    Grant.objects.update(paused_until=timezone.now())
    work_on()
    assert link_of(booking) != link_of(second)


@pytest.mark.parametrize("zone", ZONES)
def test_acceptance_09_a_meeting_at_the_change_of_the_clocks_starts_at_the_bookings_instant(
    zone: str, zoom: ZoomEmulator, post: Post
) -> None:
    event_type = make_event_type(connected_host(zoom, timezone=zone), window_days=730, minutes=30)
    event_type.schedule.hours.all().delete()
    Hours.objects.bulk_create(Hours(schedule=event_type.schedule, weekday=day, start=0, end=1440) for day in range(7))
    for change in changes_of_clocks(zone):
        for start in (change - timedelta(minutes=30), change):
            booking = book(event_type, start)
            work_on(rounds=2)
            (meeting,) = [each for each in zoom.meetings if each["join_url"] == link_of(booking)]
            assert datetime.fromisoformat(meeting["start_time"]) == start
            assert event_of(post.to(GUEST)[-1])[1]["DTSTART"].dt == start


def test_acceptance_11_a_scope_error_that_is_no_json_asks_the_host_to_reconnect(
    zoom: ZoomEmulator, client: Client
) -> None:
    host = connected_host(zoom)
    booking = book(make_event_type(host))
    zoom.inject("scope-error-malformed", times=None)
    work_on(rounds=2)
    assert grant_of(host).state == Grant.State.NEEDS_RECONNECT
    assert (meeting_step(booking).state, creates(zoom)) == (Work.State.PARKED, 1)
    assert "needs_you" in states(booking)
    client.force_login(host)
    for page in ("/", "/bookings", f"/bookings/{booking.pk}", "/settings/integrations"):
        assert client.get(page, follow=True).status_code == 200


def test_acceptance_13_within_25_days_the_link_stays_and_beyond_a_new_one_comes_with_the_new_time(
    zoom: ZoomEmulator, post: Post
) -> None:
    booking = book(make_event_type(connected_host(zoom), window_days=90))
    work_on(rounds=2)
    first = link_of(booking)
    within = reschedule(booking, MONDAY_10 + timedelta(days=25), by="host", now=timezone.now())
    work_on(rounds=2)
    assert (link_of(within), creates(zoom)) == (first, 1)
    told = len(post.to(GUEST))
    beyond = reschedule(within, MONDAY_10 + timedelta(days=26), by="host", now=timezone.now())
    work_on(rounds=2)
    second = link_of(beyond)
    assert second != first
    (mail,) = post.to(GUEST)[told:]
    event = event_of(mail)[1]
    assert (event["DTSTART"].dt, str(event["LOCATION"])) == (beyond.start, second)


def changes_of_clocks(zone: str) -> list[datetime]:
    """Return the next instants, from next week on, at which the clocks go forward and back."""
    moment = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    found: list[datetime] = []
    while len(found) < 2:
        later = moment + timedelta(minutes=30)
        if moment.astimezone(ZoneInfo(zone)).utcoffset() != later.astimezone(ZoneInfo(zone)).utcoffset():
            found.append(later)
        moment = later
    return found
