"""Rows 6, 26 and 27 of the table of failures: a calendar that changes, pushes nothing, or cannot be read any more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from sivient.booking.models import Booking
from sivient.calendars import sync, work
from sivient.calendars.models import BusyTime, Calendar, Channel
from sivient.integrations import registry
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import Reconnect, TokenRefused
from sivient.scheduling.models import EventType
from sivient.site import form_token
from tests.calendars.conftest import world
from tests.calendars.emulators import Provider, provided
from tests.calendars.world import World
from tests.factories import MONDAY_10, make_event_type, make_host
from tests.jobs.conftest import make_due
from tests.scheduling.calendars import connect_calendar

__all__ = ["world"]
pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/schedule/mara/intro"
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def intro() -> EventType:
    """The event type of a host."""
    return make_event_type(make_host(handle="mara", platform="phone"), slug="intro")


def press(client: Client, event_type: EventType) -> int:
    """Book the time that the page showed; return what came of it."""
    typed = {"name": "Ada Okafor", "email": "ada@guest.example", "tz": "Asia/Tokyo", "at": AT}
    token = {"token": form_token.issue(f"book:{event_type.pk}")}
    return client.post(f"{PAGE}/confirm", data=typed | token).status_code


def poll() -> None:
    """Let five minutes go by, and the worker work."""
    Calendar.objects.update(synced_at=Now() - timedelta(minutes=5))
    work.poll(Work(kind="calendars.poll"))
    make_due()
    run_due()


def test_row_06_a_time_that_was_taken_after_the_page_was_shown_is_not_booked(
    client: Client, intro: EventType, world: World
) -> None:
    connect_calendar(intro.host)
    assert client.get(f"{PAGE}/confirm?at={AT}").status_code == 200
    world.put("dentist", (MONDAY_10, MONDAY_10 + HALF_HOUR))
    assert press(client, intro) == 409
    assert not Booking.objects.exists()


@pytest.fixture(params=["google", "microsoft"])
def provider(request: pytest.FixtureRequest, settings) -> Iterator[Provider]:  # type: ignore[no-untyped-def]
    settings.BASE_URL, settings.CALENDAR_PUSH = "https://book.example", True
    with provided(request.param) as made:
        yield made


@pytest.fixture
def watched(intro: EventType, provider: Provider) -> Calendar:
    """A calendar that has been read and pushes its changes."""
    calendar = provider.connect(intro.host)
    sync.sync(calendar)
    work.watches(Work(kind="calendars.watches"))
    run_due()
    assert Channel.objects.count() == 1
    return calendar


def known() -> set[datetime]:
    return set(BusyTime.objects.values_list("start", flat=True))


def test_row_26_with_every_push_lost_one_poll_knows_what_changed(watched: Calendar, provider: Provider) -> None:
    provider.emulator.calendars.inject("push-lost", times=None)
    provider.add("a", MONDAY_10)
    provider.add("b", MONDAY_10 + HALF_HOUR)
    provider.remove("a")
    poll()
    assert known() == {MONDAY_10 + HALF_HOUR}


def test_row_26_a_cursor_that_is_not_accepted_any_more_is_one_poll_late_at_most(
    watched: Calendar, provider: Provider
) -> None:
    provider.add("a", MONDAY_10)
    poll()
    provider.remove("a")
    provider.add("b", MONDAY_10 + HALF_HOUR)
    provider.emulator.calendars.inject("sync-lost", times=1)
    poll()
    assert known() == {MONDAY_10 + HALF_HOUR}


def test_row_26_a_channel_is_renewed_at_half_of_its_life_and_opened_anew_when_it_is_gone(
    watched: Calendar, provider: Provider
) -> None:
    Channel.objects.update(opened_at=Now() - timedelta(days=8))
    work.watches(Work(kind="calendars.watches"))
    run_due()
    renewed = Channel.objects.get()
    assert renewed.opened_at > Channel.objects.values_list(Now(), flat=True).get() - timedelta(minutes=1)
    for channel in list(provider.emulator.calendars.channels.all.values()):
        channel.stopped = True
    Channel.objects.update(opened_at=Now() - timedelta(days=8))
    work.watches(Work(kind="calendars.watches"))
    Work.objects.filter(kind="calendars.watch").update(run_at=Now())
    run_due()
    assert Channel.objects.get().expires_at > renewed.opened_at + timedelta(days=1)


def slots(client: Client) -> bool:
    """Whether the page shows times."""
    answer = client.get(PAGE)
    assert answer.status_code in (200, 503)
    assert (answer.status_code == 503) == ("cannot be shown right now" in answer.content.decode())
    return answer.status_code == 200


def test_row_27_with_the_access_withdrawn_the_page_shows_no_times_and_the_host_is_told(
    client: Client, intro: EventType, world: World
) -> None:
    connect_calendar(intro.host)
    assert slots(client)
    world.trouble = {"changes": [Reconnect("The access was withdrawn.")]}
    poll()
    assert not slots(client)
    assert Grant.objects.get().state == Grant.State.NEEDS_RECONNECT
    assert Work.objects.filter(kind="delivery.tell_reconnect").exists()
    assert press(client, intro) == 503


def test_row_27_a_changed_password_is_believed_at_once_because_nothing_renews_it(
    client: Client, intro: EventType, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = replace(registry.provider("caldav"), calendars=lambda app, access, patience: world)
    monkeypatch.setitem(registry.PROVIDERS, "caldav", server)
    connect_calendar(intro.host, vendor="caldav")
    Grant.objects.update(client_id="caldav")
    assert slots(client)
    world.trouble = {"changes": [TokenRefused("The password is not accepted.")] * 2}
    poll()
    assert not slots(client)
    assert Grant.objects.get().state == Grant.State.NEEDS_RECONNECT


def test_row_27_a_calendar_that_was_deleted_leaves_no_times_until_the_host_decides(
    client: Client, intro: EventType, world: World
) -> None:
    connect_calendar(intro.host)
    Calendar.objects.update(gone_at=Now())
    assert not slots(client)
    Calendar.objects.update(blocks=False)
    assert slots(client)


def test_row_27_a_provider_that_is_away_for_an_hour_leaves_no_times(
    client: Client, intro: EventType, world: World
) -> None:
    connect_calendar(intro.host)
    Calendar.objects.update(synced_at=Now() - timedelta(minutes=59))
    assert slots(client)
    Calendar.objects.update(synced_at=Now() - timedelta(minutes=61))
    assert not slots(client)
