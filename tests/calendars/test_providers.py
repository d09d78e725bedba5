"""The room with the emulated Google and Microsoft: what they do wrong, and what comes of it one poll later."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sivient.accounts.models import User
from sivient.calendars import push, sync, work, writing
from sivient.calendars.check import Kind, check
from sivient.calendars.models import BusyTime, Calendar, Channel
from sivient.calendars.services import plan_event
from sivient.core.interval import Interval
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import IntegrationError
from tests.calendars.emulators import Provider, provided
from tests.calendars.making import DRAFT, ELEVEN, HOUR, LATER, TEN
from tests.jobs.conftest import make_due

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["google", "microsoft"])
def provider(request: pytest.FixtureRequest, settings) -> Iterator[Provider]:  # type: ignore[no-untyped-def]
    settings.BASE_URL, settings.CALENDAR_PUSH = "https://book.example", True
    with provided(request.param) as made:
        yield made


@pytest.fixture
def calendar(provider: Provider, host: User) -> Calendar:
    """The primary calendar, connected and read once."""
    made = provider.connect(host)
    sync.sync(made)
    Work.objects.all().delete()
    return made


def starts() -> list[datetime]:
    return sorted(BusyTime.objects.values_list("start", flat=True))


def test_what_people_do_in_their_calendar_is_known_after_a_sync(calendar: Calendar, provider: Provider) -> None:
    event = provider.add("a", TEN)
    provider.add("b", ELEVEN)
    sync.sync(calendar)
    assert starts() == [TEN, ELEVEN]
    provider.move("a", TEN - HOUR)
    provider.remove("b")
    sync.sync(calendar)
    assert starts() == [TEN - HOUR]
    assert event.calendar == calendar.external_id


@pytest.mark.parametrize("fault", ["sync-lost", "item-twice", "unknown-fields", "gzip", "truncated", "html-page"])
def test_faults_of_a_sync_converge_with_the_next_one(calendar: Calendar, provider: Provider, fault: str) -> None:
    provider.add("a", TEN)
    sync.sync(calendar)
    provider.remove("a")
    provider.add("b", ELEVEN)
    provider.emulator.calendars.inject(fault, times=1)
    try:
        sync.sync(calendar)
    except IntegrationError:
        assert starts() == [TEN], "what was taken stays taken"
        sync.sync(calendar)
    assert starts() == [ELEVEN]


def test_when_a_later_page_fails_what_was_taken_stays_taken(calendar: Calendar, provider: Provider) -> None:
    for number in range(230):
        provider.add(f"e{number}", TEN + number * HOUR)
    provider.emulator.calendars.inject("next-page-fails", times=1)
    try:
        sync.sync(calendar)
    except IntegrationError:
        sync.sync(calendar)
    assert len(starts()) == 230


def test_an_event_is_written_moved_and_taken_away_once(calendar: Calendar, provider: Provider) -> None:
    event = plan_event(calendar.host_id, calendar)
    provider.emulator.calendars.inject("lost-answer", times=1, method="POST", path="/events")
    for _ in range(3):
        try:
            writing.write(event, DRAFT, notify=True)
            break
        except IntegrationError:
            continue
    assert len(provider.world.events(provider.main)) == 1
    sync.sync(calendar)
    assert starts() == []
    writing.write(event, LATER, notify=True)
    sync.sync(calendar)
    event.refresh_from_db()
    assert (event.seen_start, event.seen_gone_at) == (ELEVEN, None)
    writing.take_away(event, notify=True)
    sync.sync(calendar)
    assert all(each.cancelled for each in provider.world.events(provider.main))
    assert not Work.objects.filter(kind="booking.event_changed").exists()


def test_an_event_that_the_host_moves_or_deletes_is_noticed(calendar: Calendar, provider: Provider) -> None:
    event = plan_event(calendar.host_id, calendar)
    writing.write(event, DRAFT, notify=True)
    sync.sync(calendar)
    provider.move(event.name, TEN + 5 * HOUR)
    settle(calendar)
    event.refresh_from_db()
    assert (event.start, event.seen_start) == (TEN, TEN + 5 * HOUR)
    provider.remove(event.name)
    settle(calendar)
    event.refresh_from_db()
    assert event.seen_gone_at is not None
    assert Work.objects.filter(kind="booking.event_changed", key=f"event:{event.pk}").exists()


def settle(calendar: Calendar) -> None:
    """Sync, and do at once what is to be done a little later."""
    sync.sync(calendar)
    make_due()
    run_due()


def test_the_check_hears_what_the_store_does_not_know_yet(calendar: Calendar, provider: Provider) -> None:
    window = Interval(TEN, ELEVEN)
    assert check(calendar.host_id, window).kind == Kind.FREE
    provider.add("new", TEN)
    assert check(calendar.host_id, window).kind == Kind.TAKEN
    provider.emulator.calendars.inject("status", times=1)
    assert check(calendar.host_id, Interval(ELEVEN, ELEVEN + HOUR)).kind == Kind.STORED


def opened(calendar: Calendar, provider: Provider) -> Channel:
    """A channel, and the pushes of its opening gone by."""
    work.watches(Work(kind="calendars.watches"))
    run_due()
    Work.objects.all().delete()
    return Channel.objects.get()


def pushed(provider: Provider, many: int = 1) -> None:
    """Wait until the provider has pushed so much."""
    deadline = time.monotonic() + 5
    while len(provider.post.kept) < many and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(provider.post.kept) >= many


@pytest.mark.parametrize(
    "order", [list, lambda kept: [*reversed(kept)], lambda kept: [*kept, *kept]], ids=["as sent", "reversed", "twice"]
)
def test_pushes_in_any_order_and_number_are_one_sync(
    calendar: Calendar, provider: Provider, order: Callable[[list[object]], list[object]]
) -> None:
    opened(calendar, provider)
    provider.post.kept.clear()
    provider.add("a", TEN)
    provider.add("b", ELEVEN)
    pushed(provider, 2)
    for request in order(list(provider.post.kept)):
        assert provider.post.deliver(request).status_code in (200, 202)  # type: ignore[arg-type]
    assert Work.objects.filter(kind="calendars.sync").count() == 1
    make_due()
    run_due()
    assert starts() == [TEN, ELEVEN]


def test_a_push_with_another_secret_is_not_believed(calendar: Calendar, provider: Provider) -> None:
    opened(calendar, provider)
    provider.post.kept.clear()
    provider.emulator.calendars.inject("push-wrong-secret", times=1)
    provider.add("a", TEN)
    pushed(provider)
    provider.post.deliver(provider.post.kept[0])
    assert not Work.objects.filter(kind="calendars.sync").exists()


def test_a_channel_lives_on(calendar: Calendar, provider: Provider) -> None:
    first = opened(calendar, provider)
    Channel.objects.update(opened_at=first.opened_at - timedelta(days=8))
    push.watch(calendar)
    now = Channel.objects.get()
    provider.post.kept.clear()
    provider.add("a", TEN)
    pushed(provider)
    provider.post.deliver(provider.post.kept[-1])
    now.refresh_from_db()
    assert now.heard_at is not None
    assert Work.objects.filter(kind="calendars.sync").exists()


def test_what_a_draft_says_beyond_its_times_is_written_too(calendar: Calendar, provider: Provider) -> None:
    event = plan_event(calendar.host_id, calendar)
    writing.write(event, replace(DRAFT, join_url="", location=""), notify=True)
    writing.write(event, DRAFT, notify=True)
    kept = provider.world.find(provider.main, event.name)
    assert DRAFT.join_url in str(kept)
