"""Some hundred series at random are read as a plain expansion of their rules says, exceptions and all."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from sivient.core.interval import Interval, Pair, merge
from tests.core.ical import file, read

WINDOW = Interval(datetime(2026, 11, 21, tzinfo=UTC), datetime(2028, 12, 20, tzinfo=UTC))
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "America/Los_Angeles")
WRITTEN_IN = ("UTC", "Asia/Kolkata", "America/Sao_Paulo")
RULES = (
    "DAILY",
    "DAILY;BYHOUR=9,10,11,14,19",
    "DAILY;INTERVAL=3",
    "WEEKLY;BYDAY=MO,WE,FR",
    "WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
    "WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
    "MONTHLY;BYDAY=2TU",
    "MONTHLY;BYMONTHDAY=-1",
    "MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    "YEARLY;BYMONTH=3,10;BYDAY=-1SU",
)
LONG, SHORT = timedelta(minutes=45), timedelta(minutes=20)


@dataclass(frozen=True)
class Case:
    """A file, and what it should come to."""

    text: str
    expected: list[Pair]


def _case(random: Random) -> Case:
    zone = ZoneInfo(random.choice(ZONES))
    first = datetime(2027, random.choice((1, 3, 6, 10)), random.randint(1, 28), random.choice((9, 10)))  # noqa: DTZ001
    rule = f"FREQ={random.choice(RULES)}"
    walls = sorted({*rrulestr(f"{rule};COUNT={random.randint(3, 60)}", dtstart=first), first})
    until = walls[-1].replace(tzinfo=zone)
    ends = random.choice((f"{until.astimezone(UTC):%Y%m%dT%H%M%SZ}", f"{until:%Y%m%dT%H%M%S}"))
    times = [wall.replace(tzinfo=zone).astimezone(UTC) for wall in walls]
    gone = set(random.sample(times, random.randint(0, min(3, len(times) - 1))))
    left = [each for each in times if each not in gone]
    moved = {each: _elsewhere(each, random) for each in random.sample(left, random.randint(0, min(2, len(left))))}
    body = f"DTSTART;TZID={zone.key}:{first:%Y%m%dT%H%M%S} DURATION:PT45M RRULE:{rule};UNTIL={ends}"
    body += "".join(f" EXDATE;{_named(each, zone, random)}" for each in gone)
    bodies = [body]
    for each, there in moved.items():
        bodies.append(f"RECURRENCE-ID;{_named(each, zone, random)} DTSTART:{there:%Y%m%dT%H%M%SZ} DURATION:PT20M")
    taken = [(each, each + LONG) for each in left if each not in moved]
    taken += [(there, there + SHORT) for there in moved.values()]
    return Case(file(*bodies), _seconds(taken))


def _elsewhere(time: datetime, random: Random) -> datetime:
    return time + timedelta(days=random.randint(-40, 40), hours=random.randint(-5, 5))


def _named(time: datetime, zone: ZoneInfo, random: Random) -> str:
    """Write an instant in the series' own zone or in another."""
    name = random.choice((*WRITTEN_IN, zone.key))
    if name == "UTC":
        return f"VALUE=DATE-TIME:{time:%Y%m%dT%H%M%SZ}"
    return f"TZID={name}:{time.astimezone(ZoneInfo(name)):%Y%m%dT%H%M%S}"


def _seconds(taken: list[tuple[datetime, datetime]]) -> list[Pair]:
    begin, finish = WINDOW.seconds()
    pairs = merge((int(start.timestamp()), int(end.timestamp())) for start, end in taken)
    return [(start, end) for start, end in pairs if start < finish and begin < end]


@pytest.mark.parametrize("seed", range(10))
def test_a_random_series_is_read_as_its_rules_say(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a sample, no secret
    for _ in range(40):
        case = _case(random)
        reading, troubles = read(case.text, window=WINDOW)
        assert (list(reading.busy), troubles) == (case.expected, {}), case.text
