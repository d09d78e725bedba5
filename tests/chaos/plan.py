"""What a run will do: who books what, and which blow falls when. The same seed is the same plan."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DOUBLE, RELOAD, RIVAL = 0.15, 0.10, 0.10
RESCHEDULE, CANCEL = 0.06, 0.06
PATIENT_SMALL, PATIENT = 8, 100  # one guest in so many changes a booking whose link they have seen, at a tidy host
REMOVED = ("host-2", "host-5")  # hosts who remove us at Zoom in the middle of the storm
LOOKED_UP = "host-1"  # the tidy host whose first meeting is made, and the answer is lost
RENEWED = "host-3"  # whose tokens are near their end: the first new ones are issued, and the answer is lost
TO_CAPPED = 0.025  # of the guests want one of the hosts whom Zoom's daily limit stops
QUARTER = timedelta(minutes=15)
FIRST_DAY, DAYS, LATER_DAYS = 2, 40, 80  # ahead: times that are booked, and how far a booking may move
FREEZE, LONG_FREEZE, LONG_SHARE = (0.5, 4.0), (50.0, 100.0), 0.08


@dataclass(frozen=True, slots=True)
class Size:
    """How much has to happen before the storm may end, and by how many processes."""

    bookings: int
    kills: int
    crashes: int
    rate: float = 5.0  # guests a second, at most
    web: int = 2
    workers: int = 4  # processes; on SQLite the one `sivient serve` has the worker
    hurry: float = 1.0  # 2.0: all blows fall in the first half, so that fewer leases are open at the end
    settle: float = 900.0  # seconds after the storm in which everything has to come to rest

    @property
    def hosts(self) -> int:
        """So many that Zoom's hundred meetings a day and user do not stop the others."""
        return max(10, self.bookings // 60)


@dataclass(frozen=True, slots=True)
class Visit:
    """One guest: the host and the quarter of an hour they want, and how they behave."""

    number: int
    host: str
    start: datetime
    double: bool  # presses the button twice
    reload: bool
    then: str  # "", "reschedule" or "cancel"
    to: datetime
    patient: bool = False  # changes the booking only when its page shows the join link

    @property
    def email(self) -> str:
        """An address that nobody else has."""
        return f"guest-{self.number}@guest.example"


@dataclass(frozen=True, slots=True)
class Blow:
    """One blow: `kill` or `freeze` a process. `victim` and `where` are numbers in [0, 1) that choose."""

    kind: str
    victim: float
    where: float
    seconds: float = 0.0


def capped(size: Size) -> list[str]:
    """Return the hosts whose daily hundred meetings are used up on the way."""
    return ["capped-0", "capped-1"] if size.bookings >= 1000 else ["capped-0"]


def tidy(handle: str) -> bool:
    """Say whether the host lets meetings be looked for, moved and deleted: half of them do."""
    return int(handle.rpartition("-")[2]) % 2 == 1


def hosts(size: Size) -> list[str]:
    """Return every host's handle, which is the key of the Zoom user as well."""
    return [*(f"host-{number}" for number in range(size.hosts)), *capped(size)]


def visits(seed: int, size: Size, today: datetime) -> Iterator[Visit]:
    """Yield guests without end; `today` is the midnight (UTC) from which their times count."""
    draw = random.Random(f"{seed}:guests")  # noqa: S311 - a plan, no secret
    usual, small = [name for name in hosts(size) if name not in capped(size)], size.bookings < 1000
    share = 0.12 if small else max(TO_CAPPED, 300 / size.bookings)
    patient, tidy_ones = PATIENT_SMALL if small else PATIENT, _usual_tidy(size)
    wanted: list[tuple[str, datetime]] = []
    number = 0
    while True:
        host = draw.choice(capped(size) if draw.random() < share else usual)
        time = host, _time(draw, today, DAYS)
        if wanted and draw.random() < RIVAL:
            time = draw.choice(wanted[-5:])  # somebody else is typing for that one
        wanted.append(time)
        double, again, then, to = draw.random(), draw.random(), draw.random(), _time(draw, today, LATER_DAYS)
        kind = "reschedule" if then < RESCHEDULE else "cancel" if then < RESCHEDULE + CANCEL else ""
        turn, rest = divmod(number + 1, patient)
        if rest == 0:  # by turns, so that each is sure to happen
            time, kind = (tidy_ones[(turn - 1) % len(tidy_ones)], time[1]), ("cancel", "reschedule")[turn % 2]
        yield Visit(number, *time, double < DOUBLE, again < RELOAD, kind, to, patient=rest == 0)
        number += 1


def blows(seed: int) -> Iterator[Blow]:
    """Yield blows without end: four kills for each freeze."""
    draw = random.Random(f"{seed}:blows")  # noqa: S311 - a plan, no secret
    while True:
        freezes, victim, where, long, length = (draw.random() for _ in range(5))
        shortest, longest = LONG_FREEZE if long < LONG_SHARE else FREEZE
        seconds = shortest + (longest - shortest) * length
        yield Blow("freeze", victim, where, seconds) if freezes < 0.2 else Blow("kill", victim, where)


def midnight(now: datetime) -> datetime:
    """Return the beginning of the day (UTC)."""
    return datetime(now.year, now.month, now.day, tzinfo=UTC)


def _usual_tidy(size: Size) -> list[str]:
    """Return the tidy hosts whom nothing else happens to, first those whose answers are lost."""
    others = {LOOKED_UP, RENEWED, *REMOVED, *capped(size)}
    return [LOOKED_UP, RENEWED, *(name for name in hosts(size) if tidy(name) and name not in others)]


def _time(draw: random.Random, today: datetime, days: int) -> datetime:
    return today + timedelta(days=draw.randrange(FIRST_DAY, FIRST_DAY + days)) + QUARTER * draw.randrange(96)
