"""Open time in pieces: which date each belongs to, where its grid begins, and what touches."""

from datetime import UTC, date, datetime, timedelta

from sivient.core.availability import Availability, Travel
from sivient.core.grid import Piece, pieces, runs
from sivient.core.interval import Pair, floor_seconds

DAY = date(2026, 12, 1)
BEGIN = floor_seconds(datetime(2026, 12, 1, tzinfo=UTC))
TOMORROW = 1440


def cut(first: tuple[Pair, ...], second: tuple[Pair, ...] = ()) -> list[tuple[int, int, int]]:
    """Return the pieces of two dates in minutes after the first began; so are the hours, of the date's own midnight."""
    availability = Availability("UTC", (), {DAY: first, DAY + timedelta(days=1): second})
    found = pieces(availability, BEGIN, BEGIN + 2 * 86400)
    return [((start - BEGIN) // 60, (end - BEGIN) // 60, (anchor - BEGIN) // 60) for start, end, anchor in found]


def test_hours_that_do_not_meet_are_pieces_of_their_own() -> None:
    assert cut(((540, 600), (660, 720)), ((0, 60),)) == [
        *[(540, 600, 540), (660, 720, 660)],
        (TOMORROW, TOMORROW + 60, TOMORROW),
    ]


def test_hours_of_two_dates_that_touch_keep_their_grids() -> None:
    assert cut(((1380, 1440),), ((0, 60),)) == [
        (1380, TOMORROW, 1380),
        (TOMORROW, TOMORROW + 60, TOMORROW),
    ]


def test_a_later_date_lies_over_the_end_of_an_earlier_one() -> None:
    assert cut(((1380, 120),), ((60, 180),)) == [
        (1380, TOMORROW + 60, 1380),
        (TOMORROW + 60, TOMORROW + 180, TOMORROW + 60),
    ]


def test_a_later_date_within_an_earlier_one_leaves_both_its_ends() -> None:
    assert cut(((1380, 240),), ((60, 120), (150, 180))) == [
        (1380, TOMORROW + 60, 1380),
        (TOMORROW + 60, TOMORROW + 120, TOMORROW + 60),
        (TOMORROW + 120, TOMORROW + 150, 1380),
        (TOMORROW + 150, TOMORROW + 180, TOMORROW + 150),
        (TOMORROW + 180, TOMORROW + 240, 1380),
    ]


def test_what_a_later_date_covers_to_the_minute_leaves_nothing() -> None:
    assert cut(((1440 - 60, 0), (0, 60)), ((0, 60),)) == [
        (0, 60, 0),
        (1380, TOMORROW, 1380),
        (TOMORROW, TOMORROW + 60, TOMORROW),
    ]
    assert cut(((1380, 60),), ((0, 60),)) == [
        (1380, TOMORROW, 1380),
        (TOMORROW, TOMORROW + 60, TOMORROW),
    ]


def test_pieces_that_touch_are_one_run_and_others_end_for_themselves() -> None:
    found = [Piece(0, 10, 0), Piece(10, 20, 10), Piece(21, 30, 21), Piece(30, 31, 30), Piece(40, 50, 40)]
    assert runs(found) == [20, 20, 31, 31, 50]
    assert runs([]) == []


def test_two_dates_at_one_time_are_one_piece() -> None:
    """From Niue to Tonga the calendar jumps by a day, and the clocks by none."""
    home = Availability(
        "Pacific/Tongatapu",
        (),
        {DAY: ((540, 660),), DAY + timedelta(days=1): ((540, 600),)},
        travel=(Travel(DAY, DAY, "Pacific/Niue"),),
    )
    nine = BEGIN + 20 * 3600
    hour = 3600
    assert pieces(home, BEGIN, BEGIN + 2 * 86400) == [
        Piece(nine, nine + hour, nine),
        Piece(nine + hour, nine + 2 * hour, nine),
    ]
