"""Finding, choosing and forgetting calendars; what is known of them."""

from datetime import timedelta

import pytest
from django.db.models import OuterRef
from django.db.models.functions import Now

from sivient.accounts.models import User
from sivient.audit.models import Entry
from sivient.calendars import queries, services, sync
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.core.interval import floor_seconds
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.ports.calendars import CalendarInfo
from tests.calendars.conftest import connect, make_calendar
from tests.calendars.making import ELEVEN, HOUR, TEN, plan
from tests.calendars.world import World
from tests.factories import make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOME = CalendarInfo("home", "Home", "Europe/Berlin", False, True)
MAIN = CalendarInfo("main", "Main", "", True, True)


def waiting(kind: str) -> set[str]:
    return set(Work.objects.filter(kind=kind).values_list("key", flat=True))


def test_the_first_time_the_primary_calendar_blocks_and_the_page_is_told(world: World, host: User) -> None:
    world.infos = [HOME, MAIN]
    connection = connect(host)
    found = services.discover(connection)
    assert [(each.external_id, each.blocks) for each in found] == [("main", True), ("home", False)]
    assert waiting("calendars.sync") == {f"calendar:{found[0].pk}"}
    assert waiting("scheduling.first_calendar") == {f"account:{host.pk}"}
    Work.objects.all().delete()
    services.discover(connection)
    assert not waiting("scheduling.first_calendar")


def test_an_account_without_a_primary_calendar_blocks_by_its_first(world: World, host: User) -> None:
    world.infos = [HOME]
    assert services.discover(connect(host))[0].blocks


def test_the_primary_calendar_stays_the_same_when_the_account_calls_it_by_another_name(
    world: World, host: User
) -> None:
    """Google says "primary" until its host lets us see the list, and the calendar's own name from then on."""
    world.infos = [CalendarInfo("primary", "Primary calendar", "", True, False)]
    connection = connect(host)
    (before,) = services.discover(connection)
    world.infos = [MAIN, HOME]
    after, other = services.discover(connection)
    assert (after.pk, after.external_id, after.name, after.blocks) == (before.pk, "main", "Main", True)
    assert (after.writable, after.gone_at, other.blocks) == (True, None, False)
    assert not Calendar.objects.filter(gone_at__isnull=False).exists()
    world.infos = [CalendarInfo("primary", "Primary calendar", "", True, False)]
    assert services.discover(connection)[0].pk == before.pk


def test_calendars_that_are_renamed_new_or_gone_are_noticed(world: World, host: User) -> None:
    world.infos = [MAIN, HOME]
    connection = connect(host)
    main, home = services.discover(connection)
    world.infos = [
        CalendarInfo("home", "Family", "Europe/Berlin", False, False),
        CalendarInfo("n", "N", "", False, True),
    ]
    services.discover(connection)
    for each in (main, home):
        each.refresh_from_db()
    assert (home.name, home.writable) == ("Family", False)
    assert main.gone_at is not None
    assert queries.is_unread(host.pk)
    world.infos = [MAIN]
    services.discover(connection)
    main.refresh_from_db()
    assert (main.gone_at, main.trouble, main.blocks) == (None, "", True)


def test_a_connection_that_ended_while_it_was_asked_keeps_nothing(world: World, host: User) -> None:
    connection = connect(host)
    world.on = {"list": lambda: Connection.objects.update(state="disconnected") and None}
    assert services.discover(connection) == []
    assert not Calendar.objects.exists()


def test_the_host_chooses_which_calendars_block(calendar: Calendar, host: User) -> None:
    other = make_calendar(calendar.connection, "other", blocks=False)
    services.choose_blocking(host, [other.pk])
    assert set(queries.blocking(host.pk)) == {other}
    assert waiting("calendars.sync") == {f"calendar:{other.pk}"}
    assert queries.is_unread(host.pk)
    services.choose_blocking(host, [])
    assert not queries.is_unread(host.pk)
    assert Entry.objects.filter(event="blocking calendars chosen", account=host.pk).count() == 2


def test_nobody_chooses_the_calendar_of_another_host(calendar: Calendar) -> None:
    with pytest.raises(services.NotTheirs):
        services.choose_blocking(make_host(), [calendar.pk])
    calendar.refresh_from_db()
    assert calendar.blocks


def test_a_calendar_that_is_gone_goes_on_blocking_until_the_host_decides(calendar: Calendar, host: User) -> None:
    Calendar.objects.update(gone_at=Now())
    services.choose_blocking(host, [calendar.pk])
    assert queries.is_unread(host.pk)
    services.choose_blocking(host, [])
    with pytest.raises(services.NotTheirs):
        services.choose_blocking(host, [calendar.pk])


def test_everything_is_read_again_when_the_host_asks_for_it(calendar: Calendar, host: User) -> None:
    make_calendar(calendar.connection, "other", blocks=False)
    services.sync_now(host)
    assert waiting("calendars.sync") == {f"calendar:{calendar.pk}"}
    assert waiting("calendars.discover") == {f"connection:{calendar.connection_id}"}


def test_what_is_forgotten_blocks_nothing_but_events_of_bookings_stay(calendar: Calendar, world: World) -> None:
    world.put("a", (TEN, ELEVEN))
    sync.sync(calendar)
    event = plan(calendar)
    services.forget(calendar.connection)
    assert Calendar.objects.exists(), "the connection is still there"
    Connection.objects.update(state=Connection.State.DISCONNECTED, grant=None)
    services.forget(calendar.connection)
    assert not Calendar.objects.exists()
    assert not BusyTime.objects.exists()
    assert WrittenEvent.objects.get(pk=event.pk).calendar is None
    assert not queries.is_unread(calendar.host_id)


def test_an_event_stands_again_where_it_stood_once_its_account_is_connected_again(
    calendar: Calendar, host: User, world: World
) -> None:
    event, connection = plan(calendar), calendar.connection
    grant = connection.grant
    Connection.objects.update(state=Connection.State.DISCONNECTED, grant=None)
    services.forget(connection)
    services.discover(connect(host, "another account"))
    event.refresh_from_db()
    assert event.calendar is None
    Connection.objects.filter(pk=connection.pk).update(state=Connection.State.CONNECTED, grant=grant)
    connection.refresh_from_db()
    services.discover(connection)
    event.refresh_from_db()
    assert event.calendar == Calendar.objects.get(connection=connection, external_id="main")
    assert (event.former_connection, event.former_calendar) == (None, "")


def test_what_is_known_of_the_host_s_calendars(calendar: Calendar, world: World) -> None:
    host = calendar.host_id
    world.put("a", (TEN, ELEVEN))
    world.put("b", (ELEVEN, ELEVEN + HOUR))
    assert (queries.known_until(host), queries.oldest_sync(host)) == (None, None)
    sync.sync(calendar)
    calendar.refresh_from_db()
    begun, ended = floor_seconds(TEN), floor_seconds(ELEVEN + HOUR)
    assert queries.busy_pairs(host, begun, None) == [(begun, ended)]
    assert queries.busy_pairs(host, ended, None) == []
    assert queries.busy_pairs(host, begun - 60, begun) == []
    assert queries.known_until(host) == calendar.known_until
    assert queries.oldest_sync(host) == calendar.synced_at
    make_calendar(calendar.connection, "never read")
    assert queries.oldest_sync(host) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: Calendar.objects.update(synced_at=Now() - timedelta(minutes=61)),
        lambda: Calendar.objects.update(synced_at=None),
        lambda: Calendar.objects.update(gone_at=Now()),
        lambda: Grant.objects.update(state=Grant.State.NEEDS_RECONNECT),
        lambda: Grant.objects.all().delete(),
        lambda: Grant.objects.update(client_id="the operator's app before"),
        lambda: Connection.objects.update(state=Connection.State.DEAUTHORIZED),
    ],
)
def test_a_calendar_that_cannot_be_trusted_is_unread(calendar: Calendar, world: World, spoil) -> None:  # type: ignore[no-untyped-def]
    sync.sync(calendar)
    assert not queries.is_unread(calendar.host_id)
    assert not User.objects.filter(queries.unread(OuterRef("pk"))).exists()
    spoil()
    assert queries.is_unread(calendar.host_id)
    assert User.objects.filter(queries.unread(OuterRef("pk"))).get() == calendar.host


def test_where_bookings_may_go_and_who_invites_to_them(calendar: Calendar, world: World) -> None:
    make_calendar(calendar.connection, "read only", writable=False)
    assert list(queries.targets(calendar.host)) == [calendar]
    assert queries.invites(calendar)
    world.invites = False
    assert not queries.invites(calendar)
    assert world.calls == []
