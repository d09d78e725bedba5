"""The adapter while Google, or something on the way to it, misbehaves (contract chapter 5, F1 to F15)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sivient.core.interval import Interval
from sivient.ports.calendars import WillNotInvite
from sivient.ports.errors import OutcomeUnknown, Throttled, TryLater
from tests.vendors.google import adapted
from tests.vendors.google.emulated import Connected, connected

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DRAFT = replace(adapted.DRAFT, start=START, end=START + HOUR)
READS: dict[str, Callable[[Connected], object]] = {
    "sync": lambda google: google.sync(),
    "list": lambda google: google.it.list(),
    "busy": lambda google: google.it.busy([google.mine], window=Interval(START, START + HOUR), zone="UTC"),
}


@pytest.fixture
def google() -> Iterator[Connected]:
    with connected(whole=False) as it:
        it.add("e1", START, START + HOUR)
        yield it


def invitations(google: Connected) -> list[str]:
    return [each.method for each in google.emulator.calendars.outbox.of(DRAFT.key)]


@pytest.mark.parametrize("fault", ["item-twice", "unknown-fields", "unknown-enums", "gzip"])
def test_what_comes_twice_or_in_unknown_words_is_read_all_the_same(google: Connected, fault: str) -> None:
    google.emulator.calendars.inject(fault, times=2)
    assert list(google.sync()) == ["e1"]
    assert google.sync()["e1"].busy[0].start == START
    google.emulator.calendars.inject(fault, times=2)
    assert [each.primary for each in google.it.list()] == [True]


@pytest.mark.parametrize(
    ("fault", "settings"),
    [
        ("truncated", {}),
        ("html-page", {}),
        ("done-but-html", {}),
        ("cut", {}),
        ("lost-answer", {}),
        ("backend-error", {"status": 500}),
        ("status", {"status": 200}),
        ("redirect", {}),
        ("huge", {"megabytes": 6}),
    ],
)
def test_an_answer_that_makes_no_sense_is_never_an_empty_calendar(
    google: Connected, fault: str, settings: dict[str, int]
) -> None:
    for read in READS.values():
        google.emulator.calendars.inject(fault, settings=settings, times=1)
        with pytest.raises(TryLater):
            read(google)
        assert read(google)


def test_when_the_second_page_fails_the_next_sync_begins_where_the_last_one_did(google: Connected) -> None:
    google.emulator.calendars.world.listeners.clear()
    for number in range(2600):
        google.add(f"more{number}", START, START + HOUR)
    google.emulator.calendars.inject("next-page-fails", times=1)
    with pytest.raises(OutcomeUnknown):
        google.sync()
    assert google.cursor == ""
    assert len(google.sync()) == 2601


@pytest.mark.parametrize("fault", ["lost-answer", "done-but-500", "done-but-html", "done-but-late", "truncated"])
def test_a_lost_answer_ends_in_one_event_and_one_invitation(google: Connected, fault: str) -> None:
    google.emulator.calendars.inject(fault, method="POST", times=1)
    if fault != "done-but-late":  # nobody really waits here: it is an answer like any other
        with pytest.raises(OutcomeUnknown):
            google.it.create(google.mine, DRAFT)
    made = google.it.create(google.mine, DRAFT)
    assert (made.name, made.start, invitations(google)) == (DRAFT.key, START, ["REQUEST"])


@pytest.mark.parametrize("fault", ["lost-answer", "done-but-500", "already-deleted"])
def test_taking_away_twice_is_told_to_the_guest_once(google: Connected, fault: str) -> None:
    google.it.create(google.mine, DRAFT)
    google.emulator.calendars.inject(fault, method="DELETE", times=1)
    if fault != "already-deleted":
        with pytest.raises(OutcomeUnknown):
            google.it.remove(google.mine, DRAFT.key, notify=True)
    google.it.remove(google.mine, DRAFT.key, notify=True)
    assert invitations(google) == ["REQUEST", "CANCEL"]


def test_a_taken_key_that_is_not_found_yet_is_asked_for_later(google: Connected) -> None:
    google.it.create(google.mine, DRAFT)
    google.emulator.calendars.inject("not-found", times=1)
    with pytest.raises(TryLater):
        google.it.create(google.mine, DRAFT)
    assert google.it.create(google.mine, DRAFT).name == DRAFT.key


@pytest.mark.parametrize("status", [403, 429])
def test_limits_are_told_and_nothing_is_made_by_them(google: Connected, status: int) -> None:
    for _ in range(3):
        google.emulator.calendars.inject("rate-limited", settings={"status": status, "retry_after": 7}, times=1)
        with pytest.raises(Throttled) as limited:
            google.it.create(google.mine, DRAFT)
        assert limited.value.after == timedelta(seconds=7)
    assert google.it.create(google.mine, DRAFT).name == DRAFT.key
    assert invitations(google) == ["REQUEST"]


def test_a_used_up_limit_for_invitations_is_told_and_invites_nobody(google: Connected) -> None:
    google.emulator.calendars.inject("quota-exceeded", times=1)
    with pytest.raises(WillNotInvite):
        google.it.create(google.mine, DRAFT)
    assert invitations(google) == []
