"""What could not be read is counted on the calendar's card, and no longer than that is so."""

from datetime import timedelta

import pytest

from sivient.calendars import sync, unread
from sivient.calendars.models import Calendar
from sivient.calendars.unread import Unread, counts
from sivient.ports.calendars import Change, Page, Skipped
from tests.calendars.world import World
from tests.factories import NOW

TEN, HOUR = NOW + timedelta(days=3), timedelta(hours=1)
NO_END, NO_ZONE = "An event has no end.", "Its time zone is unknown."


def read(calendar: Calendar) -> dict[str, int]:
    """Read a calendar, and return what is counted then."""
    sync.sync(Calendar.objects.get(pk=calendar.pk))
    calendar.refresh_from_db()
    return counts(calendar.skipped)


@pytest.mark.db
@pytest.mark.django_db
def test_an_entry_counts_until_it_is_corrected_or_deleted(calendar: Calendar, world: World) -> None:
    world.skipped = tuple(Skipped(name, NO_END) for name in ("a", "b", "c"))
    assert read(calendar) == {NO_END: 3}
    world.skipped = ()
    assert read(calendar) == {NO_END: 3}, "nothing has changed there"
    world.put("a", (TEN, TEN + HOUR))
    world.delete("b")
    assert read(calendar) == {NO_END: 1}
    world.skipped = (Skipped("c", NO_ZONE),)
    assert read(calendar) == {NO_ZONE: 1}
    world.skipped = (Skipped("c", NO_ZONE), Skipped("d", NO_ZONE))
    assert read(calendar) == {NO_ZONE: 2}, "of the same entry only once"


@pytest.mark.db
@pytest.mark.django_db
def test_what_has_no_name_counts_until_everything_is_read_anew(calendar: Calendar, world: World) -> None:
    world.skipped = (Skipped("", NO_END), Skipped("", NO_END))
    read(calendar)
    world.skipped = (Skipped("", NO_END),)
    assert read(calendar) == {NO_END: 2}, "nobody knows whether it is one of the two"
    world.skipped = ()
    world.forget_cursors()
    assert read(calendar) == {}


def test_an_entry_that_is_read_in_spite_of_it_counts_too() -> None:
    it = Unread({})
    it.meet(Page((Change("a"), Change("b")), skipped=(Skipped("a", NO_ZONE), Skipped("a", NO_END))))
    assert counts(it.kept()) == {NO_ZONE: 1, NO_END: 1}
    again = Unread(it.kept())
    again.meet(Page((Change("a"),)))
    assert counts(again.kept()) == {}


def test_of_many_only_some_are_known_by_name_and_none_is_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "NAMED", 3)
    it = Unread({})
    for number in range(50):
        it.meet(Page((), skipped=(Skipped(f"entry {number}", NO_END),)))
    kept = it.kept()
    assert (counts(kept), len(kept[NO_END]["names"])) == ({NO_END: 50}, 3)
    again = Unread(kept)
    again.meet(Page((Change("entry 1"),), skipped=(Skipped("entry 40", NO_END),)))
    assert counts(again.kept()) == {NO_END: 49}
