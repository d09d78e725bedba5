"""Closing, restoring, and the thirty days between."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from sivient.accounts.models import User
from sivient.audit.models import Entry
from sivient.booking.models import Booking
from sivient.integrations.models import Connection, Grant, OAuthFlow
from sivient.jobs.models import Work
from sivient.privacy import erasure, services, work
from sivient.scheduling import queries
from tests.factories import NOW, connect_zoom, make_event_type, make_host
from tests.privacy.conftest import CLOSED, DAY_30, booked

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECOND = timedelta(seconds=1)
# What closing itself takes away.
GONE_AT_ONCE = {"Grant", "OAuthFlow"}


def close(account: User, **choice: Any) -> User:
    """Close the account as its host."""
    return services.close(account, **({"keep_bookings": False, "by": "host", "now": CLOSED} | choice))


def rows_of(account: User) -> dict[str, list[Model]]:
    """Everything that the erasure would take, by model."""
    return {
        step.model.__name__: list(step.model._default_manager.filter(step.belonging(account.pk)))
        for step in erasure.STEPS
    }


def test_the_page_and_the_tokens_are_gone_at_once(account: User, bystander: User) -> None:
    handle = account.handle or ""
    assert queries.published(handle) == account
    close(account)
    assert queries.published(handle) is None
    assert account.purge_at == DAY_30
    assert list(Grant.objects.values_list("connections__user", flat=True)) == [bystander.pk]
    assert list(OAuthFlow.objects.values_list("user", flat=True)) == [bystander.pk]
    assert Connection.objects.get(user=account, vendor="zoom").state == Connection.State.DISCONNECTED


def test_upcoming_bookings_are_cancelled_and_both_sides_are_told(account: User) -> None:
    booking = account.bookings.get()
    close(account)
    booking.refresh_from_db()
    assert (booking.status, booking.cancelled_by) == ("cancelled", "host")
    assert booking.hold is None
    assert Work.objects.filter(kind="delivery.cancellation", key=f"booking:{booking.pk}:2").exists()


def test_what_the_operator_cancels_is_not_put_down_to_the_host(account: User) -> None:
    booking = account.bookings.get()
    close(account, by="operator")
    booking.refresh_from_db()
    assert booking.cancelled_by == "operator"
    assert Entry.objects.get(event="booking cancelled").actor == "operator"
    page = Client().get(f"/b/{booking.token}").content.decode()
    assert "You cancelled it" not in page
    assert services.REASON in page
    browser = Client()
    services.restore(account, by="host", now=CLOSED)
    browser.force_login(account)
    assert "By you" not in browser.get(f"/bookings/{booking.pk}").content.decode()


def test_past_and_running_meetings_are_left_as_they_are(account: User) -> None:
    running = booked(make_host(), start=CLOSED - timedelta(minutes=5))
    Booking.objects.filter(pk=running.pk).update(host=account)
    close(account)
    running.refresh_from_db()
    assert running.status == "confirmed"


def test_a_host_may_keep_what_is_booked(account: User) -> None:
    close(account, keep_bookings=True)
    assert account.bookings.get().status == "confirmed"
    assert not Work.objects.filter(kind="delivery.cancellation").exists()


def test_closing_twice_leaves_the_date(account: User) -> None:
    close(account)
    close(account, now=CLOSED + timedelta(days=5), by="operator")
    assert account.purge_at == DAY_30
    assert Entry.objects.filter(event="account closed").count() == 1


def test_tokens_that_another_host_shares_stay_until_the_last_one_goes(account: User) -> None:
    other = make_host()
    Connection.objects.create(
        user=other, vendor="zoom", grant=account.connections.get(vendor="zoom").grant, connected_at=NOW
    )
    close(account)
    assert Grant.objects.count() == 1
    close(other)
    assert not Grant.objects.exists()


def test_on_day_29_everything_is_there_and_comes_back(account: User) -> None:
    close(account)
    before = rows_of(account)
    assert services.purge_due(DAY_30 - SECOND) == 0
    assert rows_of(account) == before
    assert all(rows for name, rows in before.items() if name not in GONE_AT_ONCE | {"Hold"})
    services.restore(account, by="host", now=DAY_30 - SECOND)
    assert account.closed_at is None
    assert queries.published(account.handle or "") == account
    assert services.purge_due(DAY_30 + timedelta(days=365)) == 0


def test_restoring_does_not_revive_what_was_cancelled_or_disconnected(account: User) -> None:
    close(account)
    services.restore(account, by="host", now=CLOSED + timedelta(days=29))
    assert account.bookings.get().status == "cancelled"
    assert not Grant.objects.exists()


def test_on_day_30_it_cannot_be_restored_and_is_erased(account: User, bystander: User) -> None:
    close(account)
    untouched = rows_of(bystander)
    with pytest.raises(services.NotRestorable):
        services.restore(account, by="host", now=DAY_30)
    assert services.purge_due(DAY_30) == 1
    left = rows_of(account)
    ledger = left.pop("Entry")
    assert not any(left.values())
    assert [str(entry).strip() for entry in ledger] == ["account erased"]
    assert rows_of(bystander) == untouched
    assert services.purge_due(DAY_30) == 0


def test_each_account_has_its_own_thirty_days(account: User, bystander: User) -> None:
    close(account)
    close(bystander, now=CLOSED + timedelta(days=1))
    assert services.purge_due(DAY_30) == 1
    assert list(User.objects.all()) == [bystander]
    assert services.purge_due(DAY_30 + timedelta(days=1)) == 1


def test_an_erasure_that_was_stopped_goes_on(account: User, monkeypatch: pytest.MonkeyPatch) -> None:
    close(account)
    steps = erasure.STEPS
    monkeypatch.setattr(erasure, "STEPS", (*steps[:5], erasure.Step(User, _break), steps[-1]))
    with pytest.raises(ZeroDivisionError):
        services.purge_due(DAY_30)
    monkeypatch.setattr(erasure, "STEPS", steps)
    assert User.objects.filter(pk=account.pk).exists()
    assert services.purge_due(DAY_30) == 1
    assert not User.objects.filter(pk=account.pk).exists()


def test_many_rows_go_in_small_transactions(account: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "BATCH", 2)
    for _ in range(3):
        booked(account, start=CLOSED + timedelta(days=40))
    close(account, keep_bookings=True)
    assert services.purge_due(DAY_30) == 1
    assert not Booking.objects.exists()


def test_a_closed_account_is_erased_by_the_hourly_work(account: User) -> None:
    close(account)
    User.objects.update(closed_at=NOW - timedelta(days=31))
    work.purge(Work())
    assert not User.objects.exists()


def test_nobody_can_book_while_the_account_is_closing(account: User) -> None:
    event_type = make_event_type(account)
    close(account)
    from sivient.booking.services import PageClosed
    from tests.factories import make_booking

    with pytest.raises(PageClosed):
        make_booking(event_type)


def test_an_operator_can_close_an_account_that_never_got_a_page() -> None:
    newcomer = User.objects.create(name="New")
    connect_zoom(newcomer)
    services.close(newcomer, keep_bookings=False, by="operator", now=CLOSED)
    assert Entry.objects.get(event="account closed").actor == "operator"
    assert services.purge_due(DAY_30) == 1


def _break(account: int) -> Any:
    raise ZeroDivisionError
