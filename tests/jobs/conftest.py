"""Kinds of work that exist only in these tests."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from sivient.jobs import registry
from sivient.jobs.models import Work
from tests.jobs.crew import Crew, crew


@pytest.fixture(scope="session")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """A database and its foreman, for all tests."""
    with crew(tmp_path_factory.mktemp("crew")) as made:
        yield made


@pytest.fixture
def workers(everybody: Crew) -> Iterator[Crew]:
    """Nobody works yet, and there is nothing to do."""
    everybody.clear()
    yield everybody
    everybody.dismiss()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Work]]:
    """Register the kind test.note, which appends to the list."""
    monkeypatch.setattr(registry, "_handlers", {})
    noted: list[Work] = []
    registry.handles("test.note")(noted.append)
    yield noted


def raising(error: BaseException, *, patience: timedelta | None = None) -> None:
    """Register the kind test.trouble, which raises."""
    registry._handlers.pop("test.trouble", None)

    @registry.handles("test.trouble", patience=patience)
    def trouble(work: Work) -> None:
        raise error


def until_due(work: Work) -> timedelta:
    """Return how long the work still waits, by the database's clock."""
    work.refresh_from_db()
    return work.run_at - Work.objects.values_list(Now(), flat=True).get(pk=work.pk)


def make_due() -> None:
    """Let the wait of everything be over."""
    Work.objects.update(run_at=timezone.now() - timedelta(seconds=1))
