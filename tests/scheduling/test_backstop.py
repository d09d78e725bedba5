"""The database itself refuses overlapping holds, whatever the code above it does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from sivient.scheduling.models import Hold
from tests.factories import MONDAY_10, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)


def hold(host: object, start: timedelta, end: timedelta) -> Hold:
    """Store a hold without asking anybody."""
    return Hold.objects.create(host=host, start=MONDAY_10 + start, end=MONDAY_10 + end)


def test_an_overlapping_hold_cannot_be_inserted() -> None:
    host = make_host()
    hold(host, 0 * HOUR, HOUR)
    with pytest.raises(IntegrityError, match="hold_never_overlaps"), transaction.atomic():
        hold(host, 0.5 * HOUR, 2 * HOUR)


def test_a_hold_cannot_be_moved_over_another() -> None:
    host = make_host()
    hold(host, 0 * HOUR, HOUR)
    later = hold(host, HOUR, 2 * HOUR)
    with pytest.raises(IntegrityError, match="hold_never_overlaps"), transaction.atomic():
        Hold.objects.filter(pk=later.pk).update(start=MONDAY_10 + 0.5 * HOUR)


def test_touching_holds_and_other_hosts_are_free() -> None:
    host = make_host()
    hold(host, 0 * HOUR, HOUR)
    hold(host, HOUR, 2 * HOUR)
    hold(make_host(), 0 * HOUR, HOUR)


def test_the_backstop_is_there_after_migrating() -> None:
    query = (
        "SELECT count(*) FROM pg_constraint WHERE conname = 'hold_never_overlaps'"
        if connection.vendor == "postgresql"
        else "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'hold_never_overlaps%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.fetchone()[0] == (1 if connection.vendor == "postgresql" else 2)
