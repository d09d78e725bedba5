"""The deletion ledger: what is appended to it, and what a restored database is told."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from sivient.accounts.models import PURGE_AFTER, User
from sivient.audit.models import Entry
from sivient.booking.models import Booking
from sivient.jobs.clock import database_now
from sivient.jobs.models import Work
from sivient.jobs.registry import handler
from sivient.jobs.worker import run_due
from sivient.ops.doctor import examine
from sivient.ops.findings import deletions
from sivient.ports.errors import TryLater
from sivient.privacy import ledger, services, work
from tests.factories import make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def file(settings: Any, tmp_path: Path) -> Path:
    path: Path = tmp_path / "deletions.log"
    settings.DELETION_LEDGER = path
    return path


def close(user: User) -> None:
    services.close(user, keep_bookings=True, by="host", now=timezone.now())


def erase(user: User) -> None:
    services.close(user, keep_bookings=True, by="host", now=timezone.now() - 2 * PURGE_AFTER)
    services.purge_due(timezone.now())


def events(file: Path) -> list[tuple[int, str]]:
    """The numbers and words of the file; each line begins with a moment."""
    return [(int(line.split()[1]), line.split()[2]) for line in file.read_text().splitlines()]


def codes() -> list[str]:
    return [finding.code for finding in deletions.look(database_now())]


def test_closing_restoring_and_erasing_are_appended_once_and_name_nobody(file: Path) -> None:
    one, other = make_host(name="Zq-canary", email="zq@canary.example"), make_host()
    numbers = (one.pk, other.pk)
    close(one)
    run_due()
    services.restore(one, by="host", now=timezone.now())
    erase(other)
    run_due()
    work.purge(Work())
    assert events(file) == [(numbers[0], "closed"), (numbers[0], "restored"), (numbers[1], "erased")]
    assert "canary" not in file.read_text().lower()
    assert file.stat().st_mode & 0o077 == 0


def test_what_comes_to_nothing_is_not_in_it(file: Path) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        close(make_host())
        raise RuntimeError
    run_due()
    assert not file.exists()


def test_a_disk_that_takes_nothing_is_tried_again(file: Path, settings: Any) -> None:
    settings.DELETION_LEDGER = file.parent / "missing" / "deletions.log"
    close(make_host())
    with pytest.raises(TryLater):
        ledger.write()
    assert handler(ledger.WRITE) is not None
    settings.DELETION_LEDGER = file
    assert ledger.write() == 1


def test_a_line_that_a_crash_has_cut_off_spoils_no_other(file: Path) -> None:
    close(make_host())
    ledger.write()
    file.write_text(f"{file.read_text()}2026-01-01T00:0")
    close(make_host())
    assert ledger.write() == 1
    assert [line.event for line in ledger.lines()] == ["closed", "closed"]


def older(meanwhile: Any) -> None:
    """Let the database be as it was before, and the file as it is now."""
    backup = transaction.savepoint()
    meanwhile()
    ledger.write()
    transaction.savepoint_rollback(backup)


def test_row_43_accounts_that_were_closed_or_erased_after_the_backup_are_deleted_again() -> None:
    closed, erased, stays, back = make_host(), make_host(), make_host(), make_host()
    booking = make_booking(make_event_type(closed))

    def meanwhile() -> None:
        close(closed)
        erase(erased)
        close(back)
        services.restore(back, by="host", now=timezone.now())

    older(meanwhile)
    was_closed = next(line.at for line in ledger.lines() if line.account == closed.pk)
    (finding,) = deletions.look(database_now())
    assert (finding.code, finding.count) == ("accounts-deleted", 2)
    assert finding.examples == (f"account {closed.pk}", f"account {erased.pk}")
    said, _ = examine(fix=True, as_json=False, reconcile=True)
    assert "Deleted 2 accounts again." in said
    assert codes() == []
    assert set(User.objects.filter(closed_at=None)) == {stays, back}
    assert User.objects.get(pk=closed.pk).closed_at == was_closed
    assert not User.objects.filter(pk=erased.pk).exists()
    assert Booking.objects.get() == booking
    assert booking.stands


def test_row_43_a_number_that_was_given_anew_is_somebody_else() -> None:
    older(lambda: erase(make_host(pk=900)))
    make_host(pk=900)
    assert codes() == []


def test_row_43_an_account_that_was_restored_after_the_backup_is_told_before_it_is_erased() -> None:
    host = make_host()
    close(host)
    older(lambda: services.restore(host, by="host", now=timezone.now()))
    assert codes() == ["accounts-restored"]


def test_what_the_file_does_not_know_yet_is_believed_of_the_database(file: Path) -> None:
    host = make_host()
    close(host)
    ledger.write()
    services.restore(host, by="host", now=timezone.now())
    assert events(file) == [(host.pk, "closed")]
    assert codes() == []
    assert Entry.objects.filter(event="account restored").exists()
