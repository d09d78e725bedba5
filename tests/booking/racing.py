"""A field of real processes, each with several threads, that act on one database at the same moment."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Act = Mapping[str, Any]
Answer = Mapping[str, Any]


@dataclass
class Field:
    """The processes, and how many lanes each has. `draw` is the only source of chance."""

    processes: list[subprocess.Popen[str]]
    lanes: int
    draw: random.Random
    now: datetime
    hosts: int = 0

    @property
    def size(self) -> int:
        """How many can act at once."""
        return len(self.processes) * self.lanes

    def run(self, acts: Sequence[Act]) -> list[Answer]:
        """Let all act at the same moment; return the answers in the order of the acts."""
        assert len(acts) <= self.size
        given = [{"now": self.now.isoformat(), **act} for act in acts]
        places = list(range(self.size))
        self.draw.shuffle(places)
        by_place: list[Act | None] = [None] * self.size
        for place, act in zip(places, given, strict=False):
            by_place[place] = act
        answers: list[Answer] = []
        for number, process in enumerate(self.processes):
            self._say(process, by_place[number * self.lanes : (number + 1) * self.lanes])
        for process in self.processes:
            answers += self._hear(process)
        return [answers[place] for place in places[: len(acts)]]

    def ask(self, **act: Any) -> Answer:
        """Let one act alone."""
        answer = self.run([act])[0]
        assert "error" not in answer, answer["trace"]
        return answer

    def stage(self, *event_types: dict[str, Any], calendar: bool = False) -> Answer:
        """Make a host, and event types that are 15 minutes long and free day and night unless their fields say else.

        `calendar`: one that blocks times and receives bookings.
        """
        self.hosts += 1
        return self.ask(do="stage", handle=f"racing-{self.hosts}", event_types=event_types, calendar=calendar)

    def everywhere(self, **act: Any) -> None:
        """Let every process do the same, one after the other."""
        for process in self.processes:
            self._say(process, [{"now": self.now.isoformat(), **act}, *[None] * (self.lanes - 1)])
            self._hear(process)

    def _say(self, process: subprocess.Popen[str], acts: Sequence[Act | None]) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(acts) + "\n")
        process.stdin.flush()

    def _hear(self, process: subprocess.Popen[str]) -> list[Answer]:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"a racer has died: {process.poll()}"
        heard: list[Answer] = json.loads(line)
        return heard


@contextmanager
def field_of(
    environment: Mapping[str, str], *, processes: int, lanes: int, seed: int, program: str = "tests.booking.racer"
) -> Iterator[Field]:
    """Start the processes on the database of the environment, and end them by their own ids."""
    command = [sys.executable, "-m", program, str(lanes)]
    started = [
        subprocess.Popen(command, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        yield Field(started, lanes, random.Random(seed), now)  # noqa: S311 - a race that can be run again
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.communicate(timeout=20)


@dataclass
class Tally:
    """What a race came to. `wrong` has a sentence for each round that had not exactly the winners it must have."""

    name: str
    rounds: int = 0
    attempts: int = 0
    won: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    overlaps: int = 0
    astray: int = 0  # bookings without their hold, or holds without their booking
    without_nearest: int = 0  # of those who lost to somebody else, who were shown fewer than three other times
    seconds: float = 0.0
    begun: float = field(default_factory=time.perf_counter)

    def count(self, answers: Sequence[Answer], *, winners: int) -> None:
        """Add a round in which exactly `winners` must have won."""
        won = sum("booking" in answer for answer in answers)
        self.rounds += 1
        self.attempts += len(answers)
        self.won += won
        self.refused += Counter(answer["refused"] for answer in answers if "refused" in answer)
        self.errors += Counter(answer["error"].splitlines()[0] for answer in answers if "error" in answer)
        lost = [answer for answer in answers if answer.get("refused") in ("SlotTaken", "OverLimit")]
        self.without_nearest += sum(answer["nearest"] < 3 for answer in lost)
        if won != winners:
            self.wrong.append(f"round {self.rounds}: {won} won instead of {winners}")

    def finish(self, field: Field, host: int) -> "Tally":
        """Look at what the database holds now."""
        seen = field.ask(do="look", host=host)
        self.overlaps, self.astray = seen["overlaps"], seen["astray"]
        self.seconds = time.perf_counter() - self.begun
        return self

    @property
    def clean(self) -> bool:
        """Whether everything was as it must be."""
        return not (self.errors or self.wrong or self.overlaps or self.astray)


def quarter(field: Field, n: int) -> datetime:
    """Return the n-th quarter of an hour from the day after tomorrow."""
    tomorrow = field.now.replace(hour=0, minute=0) + timedelta(days=2)
    return tomorrow + n * timedelta(minutes=15)
