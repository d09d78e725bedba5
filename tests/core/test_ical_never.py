"""Rules that no day ever fits: they end after a bounded number of steps, and only their first time is taken."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from dateutil.rrule import _iterinfo, rrulestr

from sivient.core import ical_rules
from sivient.core.ical_rules import comes
from tests.core.ical import file, read, spans

MOST = 60_000  # steps; the library alone would take millions, a day at a time to the year 9999
TUESDAY = "DTSTART:20261201T090000Z DTEND:20261201T091500Z"
SINCE_LONG = "DTSTART:19000102T090000Z DTEND:19000102T091500Z"
NEVER = [
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "FREQ=DAILY;INTERVAL=21;BYDAY=MO,WE,SU",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=4,6;BYMONTHDAY=31,-31",
    "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;BYSETPOS=-3;COUNT=5",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2,3",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20990101T000000Z",
    "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
    "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1",
    "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
    "FREQ=HOURLY;INTERVAL=48;BYHOUR=0,10;BYMINUTE=0",
]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every step of a walk: the days that we look at, and the sets of days that the library asks for."""
    taken: list[object] = []

    def counting(function: Callable[..., object]) -> Callable[..., object]:
        def counted(*given: object) -> object:
            taken.append(None)
            return function(*given)

        return counted

    for name in ("ydayset", "mdayset", "wdayset", "ddayset"):
        monkeypatch.setattr(_iterinfo, name, counting(getattr(_iterinfo, name)))
    days = ical_rules._days

    def counted_days(*given: object) -> Iterator[date]:
        for each in days(*given):  # type: ignore[arg-type]
            taken.append(None)
            yield each

    monkeypatch.setattr(ical_rules, "_days", counted_days)
    return taken


@pytest.mark.parametrize("rule", NEVER)
@pytest.mark.parametrize("first", [TUESDAY, SINCE_LONG], ids=["now", "since-1900"])
def test_a_rule_that_never_comes_leaves_its_first_time_alone(first: str, rule: str, steps: list[object]) -> None:
    reading, troubles = read(file(f"{first} RRULE:{rule}"))
    beginning = ["12-01 09:00-09:15"] if first == TUESDAY else []
    assert (spans(reading), troubles) == (beginning, {})
    assert len(steps) <= MOST


def test_what_is_added_to_such_a_series_is_taken_and_what_is_left_out_is_not() -> None:
    series = f"{TUESDAY} RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO RDATE:20261205T090000Z,20261206T090000Z"
    assert spans(read(file(f"{series} EXDATE:20261205T090000Z"))[0]) == ["12-01 09:00-09:15", "12-06 09:00-09:15"]


def test_a_rule_that_comes_is_not_taken_for_one_that_does_not() -> None:
    start, until = datetime.fromisoformat("2026-12-01T09:00"), date(2099, 12, 31)  # on the wall
    rules = [
        *(f"FREQ=DAILY;INTERVAL={number};BYDAY=MO" for number in (1, 2, 6, 8, 999)),
        *(f"FREQ=WEEKLY;INTERVAL={number};BYMONTH=2;BYDAY=SU" for number in (1, 3, 52, 53)),
        *(f"FREQ=MONTHLY;INTERVAL={number};BYDAY=FR;BYMONTHDAY=13" for number in (1, 5, 12)),
        *(f"FREQ=YEARLY;INTERVAL={number};BYMONTH=2;BYMONTHDAY=29" for number in (1, 2, 3, 4, 7)),
        "FREQ=DAILY;BYDAY=FR,MO",
        "FREQ=DAILY;INTERVAL=3;BYDAY=2FR",
        "FREQ=DAILY;BYMONTH=02;BYMONTHDAY=-29",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU",
        "FREQ=HOURLY;INTERVAL=5;BYHOUR=0",
    ]
    for rule in rules:
        first = next(iter(rrulestr(rule, dtstart=start)), None)
        assert comes(rule, start, until) == (first is not None and first.date() <= until), rule
        if first is not None:
            assert comes(rule, start, first.date())
            if not rule.startswith("FREQ=HOURLY"):
                assert not comes(rule, start, date.fromordinal(first.toordinal() - 1)), rule


def test_one_that_comes_only_after_what_is_asked_for_is_not_walked_to_there(steps: list[object]) -> None:
    reading, _ = read(file(f"{TUESDAY} RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"))
    assert spans(reading) == ["12-01 09:00-09:15"]
    assert len(steps) < 500
