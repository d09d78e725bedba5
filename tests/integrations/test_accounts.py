"""Several accounts of one vendor, and those that are entered with a password."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sivient.accounts.models import User
from sivient.core.interval import Interval
from sivient.integrations import queries, registry, renewal, services, tokens
from sivient.integrations.models import Connection, Grant, Revocation
from sivient.integrations.queries import CardState
from sivient.jobs.models import Work
from sivient.ports.calendars import CalendarInfo, Page
from sivient.ports.errors import Reconnect, Rejected, TokenRefused, TryLater
from sivient.ports.http import Patience
from sivient.ports.vendor import Access, App, Entered, Tokens, VendorAccount
from tests.factories import NOW, make_host

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

DAY = Interval(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))
QUICK = Patience(connect=1, answer=1)


class Server:
    """A calendar server that knows one password."""

    invites = False

    def __init__(self) -> None:
        self.password, self.asked, self.tear_after = "right", [], 99

    def enter(self, app: App, entered: Entered, patience: Patience) -> VendorAccount:
        if entered.password != self.password:
            raise Rejected("The server does not accept this user and password.")
        return VendorAccount(entered.user, email=entered.user, address="https://dav.example/home/")

    def connect(self, app: App, access: Access, patience: Patience) -> "Server":
        self.asked.append(access)
        if access.token != self.password:
            raise TokenRefused("The server does not accept the password any more.")
        return self

    def list(self) -> list[CalendarInfo]:
        return [CalendarInfo("work", "Work", "Europe/Berlin", primary=True, writable=True)]

    def changes(self, calendar: str, *, since: str, window: Interval, zone: str) -> object:
        for n in range(3):
            if n == self.tear_after:
                raise TokenRefused("The password ended.")
            yield Page((), cursor=str(n))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """The one CalDAV server."""
    one = Server()
    described = replace(registry.PROVIDERS["caldav"], enter=one.enter, calendars=one.connect)
    monkeypatch.setitem(registry.PROVIDERS, "caldav", described)
    return one


@pytest.fixture
def host() -> User:
    """Somebody with calendars."""
    return make_host()


def typed(user: str = "mara@home.example", password: str = "right") -> Entered:
    return Entered("https://dav.example/", user, password)


def allow(host: User, sub: str) -> Connection:
    new = Tokens(f"access-{sub}", f"refresh-{sub}", timedelta(hours=1), "calendar")
    return services.connect(host, "google", new, VendorAccount(sub, email=f"{sub}@gmail.example"), asked_at=NOW)


def test_a_second_account_of_the_vendor_is_a_second_connection(host: User) -> None:
    first, second = allow(host, "mara"), allow(host, "choir")
    assert first.pk != second.pk
    assert [card.label for card in queries.cards(host, "google", now=NOW)] == [
        "mara@gmail.example",
        "choir@gmail.example",
    ]


def test_the_same_account_again_is_the_same_connection_with_new_tokens(host: User) -> None:
    first, again = allow(host, "mara"), allow(host, "mara")
    assert (first.pk, Grant.objects.count()) == (again.pk, 1)
    assert Grant.objects.get().generation == 2


def test_one_account_is_disconnected_and_the_other_stays(host: User) -> None:
    first, second = allow(host, "mara"), allow(host, "choir")
    assert services.disconnect(host, "google", by="host", account=first.account)
    assert [each.pk for each in queries.connections(host)] == [second.pk]
    assert Work.objects.filter(kind="calendars.forget", key=f"connection:{first.pk}").exists()
    assert Revocation.objects.count() == 1


def test_an_account_that_needs_reconnecting_is_named_apart_from_the_others(host: User) -> None:
    first, _ = allow(host, "mara"), allow(host, "choir")
    tokens.end(tokens.read(first.grant_id), "Google no longer accepts our access.")
    (ended,) = queries.ended_elsewhere(host, now=NOW)
    assert (ended.state, ended.label) == (CardState.RECONNECT, "mara@gmail.example")


def test_closing_the_account_ends_every_connection(host: User, server: Server) -> None:
    allow(host, "mara")
    allow(host, "choir")
    services.enter(host, "caldav", typed())
    services.disconnect_all(host, by="host")
    assert not queries.connections(host).exists()
    assert not Grant.objects.exists()
    assert Revocation.objects.count() == 2, "a password is not given back to anybody"


def test_a_password_connects_at_once_and_has_the_calendars_read(host: User, server: Server) -> None:
    connection = services.enter(host, "caldav", typed())
    assert (connection.state, connection.label) == (Connection.State.CONNECTED, "mara@home.example")
    assert Work.objects.filter(kind="calendars.discover", key=f"connection:{connection.pk}").exists()
    assert services.calendars_for(connection).list() == server.list()
    assert (server.asked[-1].user, server.asked[-1].address) == ("mara@home.example", "https://dav.example/home/")


def test_a_wrong_password_connects_nothing(host: User, server: Server) -> None:
    with pytest.raises(Rejected, match="does not accept"):
        services.enter(host, "caldav", typed(password="wrong"))
    assert not Connection.objects.exists()


def test_a_plan_without_scheduling_connects_nothing(host: User, server: Server) -> None:
    User.objects.filter(pk=host.pk).update(plan="free")
    host.refresh_from_db()
    with pytest.raises(Rejected, match="part of Pro"):
        services.enter(host, "caldav", typed())
    assert not Connection.objects.exists()


def test_two_hosts_with_the_same_user_there_do_not_share_a_password(host: User, server: Server) -> None:
    other = make_host()
    services.enter(host, "caldav", typed())
    services.enter(other, "caldav", typed())
    assert Grant.objects.count() == 2


def test_a_password_that_was_changed_there_asks_for_a_reconnect_once(host: User, server: Server) -> None:
    connection = services.enter(host, "caldav", typed())
    server.password = "another"
    calendars = services.calendars_for(connection)
    with pytest.raises(Reconnect):
        calendars.list()
    (card,) = queries.cards(host, "caldav", now=NOW)
    assert card.state == CardState.RECONNECT
    assert Work.objects.filter(kind="delivery.tell_reconnect").count() == 1
    with pytest.raises(Reconnect):
        services.calendars_for(Connection.objects.get())


def test_the_new_password_makes_the_same_connection_work_again(host: User, server: Server) -> None:
    connection = services.enter(host, "caldav", typed())
    server.password = "another"
    with pytest.raises(Reconnect):
        services.calendars_for(connection).list()
    assert services.enter(host, "caldav", typed(password="another")).pk == connection.pk
    assert services.calendars_for(Connection.objects.select_related("grant").get()).list()


def test_passwords_are_not_renewed_by_the_idle_rule(host: User, server: Server) -> None:
    services.enter(host, "caldav", typed())
    Grant.objects.update(refreshed_at=NOW - timedelta(days=400))
    renewal.plan_idle()
    assert not Work.objects.filter(kind="integrations.refresh").exists()


def test_access_that_ends_between_two_pages_is_trouble_and_not_the_end(host: User, server: Server) -> None:
    connection = services.enter(host, "caldav", typed())
    server.tear_after = 1
    pages = services.calendars_for(connection).changes("work", since="", window=DAY, zone="UTC")
    assert next(pages).cursor == "0"
    with pytest.raises(TryLater):
        next(pages)
    assert Grant.objects.get().state == Grant.State.CONNECTED


def test_a_guest_never_waits_for_a_renewal(host: User, monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    described = replace(registry.PROVIDERS["google"], calendars=server.connect)
    monkeypatch.setitem(registry.PROVIDERS, "google", described)
    connection = allow(host, "mara")
    Grant.objects.update(expires_at=NOW - timedelta(days=1))
    with pytest.raises(TryLater):
        services.calendars_now(connection, QUICK)
    assert server.asked == []
