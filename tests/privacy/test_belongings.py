"""Which work belongs to an account: found by whole keys, through the index on them."""

from datetime import timedelta

import pytest
from django.db import connection

from sivient.accounts.models import User
from sivient.booking.services import cancel, step_key
from sivient.integrations import tokens
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.privacy import services
from sivient.privacy.belongings import work_of
from tests.factories import MONDAY_10, NOW, connect_zoom, make_booking, make_event_type, make_host
from tests.privacy.conftest import CLOSED, DAY_30

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def found(account: User) -> set[str]:
    """The keys of the account's work."""
    return {work.key for works in work_of(account.pk) for work in works}


def work(key: str) -> Work:
    """A piece of work about something."""
    return Work.objects.create(kind="k", key=key, run_at=NOW, created_at=NOW)


def test_the_steps_of_every_version_of_a_booking_belong_to_its_host(account: User) -> None:
    booking = account.bookings.get()
    before = step_key(booking)
    after = step_key(cancel(booking, by="host", now=NOW))
    assert before != after
    assert {before, after} <= found(account)


def test_what_tells_a_host_about_their_connection_belongs_to_them(account: User) -> None:
    grant = account.connections.get(vendor="zoom").grant
    assert grant is not None
    tokens.end(tokens.read(grant.pk), "Zoom says no.")
    told = Work.objects.get(kind="delivery.tell_reconnect")
    assert told.key in found(account)


def test_what_deletes_a_meeting_at_its_vendor_belongs_to_its_host(account: User) -> None:
    booking = account.bookings.get()
    meeting = booking.conferences.get(unused=False)
    Grant.objects.update(scope="meeting:write:meeting user:read:user meeting:delete:meeting")
    cancel(booking, by="host", now=NOW)
    assert Work.objects.get(kind="delivery.delete_conference").key == f"conference:{meeting.pk}"
    assert f"conference:{meeting.pk}" in found(account)


def test_the_steps_of_other_peoples_bookings_stay(account: User) -> None:
    """booking:1:1 is neither booking:10:1 nor booking:1:10."""
    mine = step_key(account.bookings.get())
    similar = [work(mine.replace(":", "0:", 2).replace("0:", ":", 1)), work(f"{mine}0"), work(f"account:{account.pk}0")]
    services.close(account, keep_bookings=False, by="host", now=CLOSED)
    services.purge_due(DAY_30)
    assert Work.objects.filter(pk__in=[each.pk for each in similar]).count() == 3
    assert not Work.objects.filter(key=mine).exists()


def test_a_full_table_of_work_is_never_read_from_end_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sivient.privacy.belongings.AT_ONCE", 3)
    host = make_host()
    connect_zoom(host)
    for day in range(3):
        make_booking(make_event_type(host), start=MONDAY_10 + timedelta(days=day))
    if connection.vendor == "postgresql":  # it reads a small table whole, unless that is out of the question
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plans = [works.explain() for works in work_of(host.pk)]
    assert len(plans) == 2
    for plan in plans:
        assert "Index Cond" in plan or "work_by_key" in plan, plan  # which of its indexes, PostgreSQL decides
        assert "SCAN" not in plan.upper().replace("INDEX SCAN", "").replace("HEAP SCAN", ""), plan
