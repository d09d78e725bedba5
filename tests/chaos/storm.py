"""One run: guests and blows until all that was asked for has happened, then calm, rest, and the evidence."""

import html
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.chaos.evidence import Evidence, Line
from tests.chaos.guests import Guests
from tests.chaos.plan import REMOVED, Size, blows, capped, midnight, visits
from tests.chaos.post_office import LINK
from tests.chaos.stage import Stage, staged

BACKLOG = 400  # steps that are due; more, and guests wait at the door
CUT_WITHIN = 30.0  # seconds in which a step is caught in the middle
DAYS = 3  # of Zoom's that the hosts may take whose daily meetings were used up
DOWN = 1.0  # seconds for which a crashed database stays away
NOTICED_WITHIN = 5.0  # seconds until a worker has said that it is gone
LOST = ("worker loop: database away", "listener: database away", "database away during work")
SAID_EVERY = 100  # guests
PAGES = 300  # of the guests' pages that are looked at in the end


@dataclass
class Run:
    """What a run found, and how it went."""

    engine: str
    seed: int
    size: Size
    evidence: Evidence
    storm_seconds: float = 0.0
    settle_seconds: float = 0.0
    operator: list[str] = field(default_factory=list)  # what had to be done by hand before everything was at rest


def say(sentence: str) -> None:
    """Tell whoever waits how far it is."""
    print(f"{datetime.now(UTC):%H:%M:%S} {sentence}", file=sys.stderr, flush=True)


def run(folder: Path, engine: str, size: Size, seed: int) -> Run:
    """Run on one engine with all files in `folder`."""
    with staged(folder, engine, size, seed) as stage:
        stage.zoom.misbehave(seed, size, capped(size))
        say("the storm begins")
        begun = time.monotonic()
        counts = _Storm(stage, seed).blow()
        calm = time.monotonic()
        stage.zoom.behave()
        stage.office.misbehaves = False
        stage.supervisor.thaw_all()
        stage.supervisor.wait_until_served()
        done = Run(engine, seed, size, Evidence(), storm_seconds=calm - begun)
        say("the storm is over")
        _rest(stage, done)
        done.settle_seconds = time.monotonic() - calm
        _gather(stage, done.evidence, counts)
        return done


class _Storm:
    """Guests come from a thread of their own; kills, freezes and crashes are dealt here."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self._stage, self._seed, self._size = stage, seed, stage.size
        self._guests = Guests(stage.addresses, stage.answers, seed, crowd=24)
        self._over = threading.Event()
        self._kills = self._crashes = 0
        self._removing = list(REMOVED)

    def blow(self) -> dict[str, int]:
        """Return what happened, when all three numbers are reached."""
        comers = threading.Thread(target=self._send_guests, daemon=True)
        comers.start()
        try:
            self._strike()
        except BaseException:
            self._over.set()
            self._guests.leave()
            raise
        self._over.set()
        comers.join()
        self._stage.supervisor.thaw_all()
        self._guests.finish()
        return {"kills": self._kills, "database crashes": self._crashes}

    def _strike(self) -> None:
        self._cut_power()
        for blow in blows(self._seed):
            if self._reached():
                return
            while not self._due() and not self._reached():
                self._crash_if_due()
                self._remove_if_due()
                time.sleep(0.05)
            if self._stage.supervisor.strike(blow):
                self._kills += blow.kind == "kill"
            else:
                time.sleep(0.1)

    def _cut_power(self) -> None:
        """Kill everything while steps are being done: nobody but the end of their leases gives them back."""
        watch, until = self._stage.watch, time.monotonic() + CUT_WITHIN
        while time.monotonic() < until:
            if watch.held() and (left := self._stage.supervisor.cut_power(watch.held)):
                watch.expired |= left
                self._kills += 1
                return
            time.sleep(0.02)

    def _send_guests(self) -> None:
        today = midnight(datetime.now(UTC))
        for visit in visits(self._seed, self._size, today):
            if self._over.is_set():
                return
            if visit.number % SAID_EVERY == SAID_EVERY - 1:
                say(f"{self._guests.accepted} booked, {self._kills} kills, {self._crashes} crashes")
            queue = self._stage.watch.last
            while queue is not None and queue.due > BACKLOG and not self._over.wait(0.5):
                queue = self._stage.watch.last
            self._guests.send(visit)
            time.sleep(1 / self._size.rate)

    def _progress(self) -> float:
        return self._guests.accepted / self._size.bookings

    def _reached(self) -> bool:
        size = self._size
        struck = self._kills >= size.kills and self._crashes >= size.crashes
        return self._progress() >= 1 and struck and not self._removing

    def _due(self) -> bool:
        """Whether the next blow may fall: they are spread evenly over the bookings."""
        return self._kills < self._size.kills * min(1.0, self._progress() * self._size.hurry + 0.01)

    def _crash_if_due(self) -> None:
        wanted = int(min(1.0, self._progress() * self._size.hurry) * (self._size.crashes + 1))
        if self._stage.cluster is None or self._crashes >= min(wanted, self._size.crashes):
            return
        if self._stage.supervisor.works("worker"):  # somebody has to be there who loses it
            before, until = self._stage.log_lines(*LOST), time.monotonic() + NOTICED_WITHIN
            self._stage.cluster.crash()
            time.sleep(DOWN)
            self._stage.cluster.resume()
            while self._stage.log_lines(*LOST) == before:  # a worker that was still starting loses nothing
                if time.monotonic() > until:
                    return
                time.sleep(0.1)
            self._crashes += 1

    def _remove_if_due(self) -> None:
        """Let hosts remove us at Zoom, each at their part of the bookings; an event comes while guests book."""
        gone = len(REMOVED) - len(self._removing)
        if self._removing and self._progress() * (len(REMOVED) + 1) > gone + 1:
            self._stage.zoom.deauthorize(self._removing.pop(0))


def _rest(stage: Stage, done: Run) -> None:
    """Wait until no step is open. Then hosts reconnect, Zoom's next day begins, and what waits for an hour is asked."""
    until = time.monotonic() + stage.size.settle
    while time.monotonic() < until and any(each["state"] in ("sending", "waiting") for each in _removals(stage)):
        time.sleep(1.0)
    _wait(stage, until, for_long=False)
    rows = stage.rows()
    done.evidence.dead = [grant for grant in rows["grants"] if grant["state"] == "needs_reconnect"]
    done.evidence.removed = [_left(each, rows) for each in _removals(stage)]
    if ended := sorted({each["host"] for each in (*done.evidence.dead, *done.evidence.removed)}):
        stage.tool("-m", "tests.chaos.hosts", "reconnect", *ended)
        done.operator.append(f"{len(ended)} hosts reconnected Zoom, as their mail asked")
    for day in range(DAYS):
        stage.zoom.to_midnight()
        days = stage.tool("-m", "tests.chaos.hosts", "midnight").strip()
        if days != "0":
            done.operator.append(f"Zoom's next day began for {days} steps that waited for it")
        _wait(stage, until, for_long=False)
        if day and days == "0":  # on the first, steps may only just be on their way to the limit
            break
    if (queue := stage.watch.look()) and queue.open:
        tried = stage.tool("-m", "tests.chaos.hosts", "try_now").strip()
        done.operator.append(f"Try now was pressed for {tried} steps that wait for long")
        _wait(stage, until, for_long=True)


def _removals(stage: Stage) -> list[Line]:
    """Return the events by which Zoom tells that hosts have removed us, with how often each was sent and how it is."""
    return [each for each in stage.zoom.state()["deliveries"] if each["event"] == "app_deauthorized"]


def _left(event: Line, rows: dict[str, list[Line]]) -> Line:
    """Return what is left of the connection that an event is about."""
    user = event["user_id"]
    host = user.removeprefix("zoom-")
    return {
        "host": host,
        "vendor_user_id": user,
        "event": event["state"],
        "at": event["attempts"][0]["at"],
        "connections": [each["state"] for each in rows["connections"] if each["user__handle"] == host],
        "grants": sum(grant["vendor_user_id"] == user for grant in rows["grants"]),
    }


def _wait(stage: Stage, until: float, *, for_long: bool) -> None:
    """Wait until nothing is open, or only what waits for more than ten minutes unless that is waited for as well."""
    calm, looks = 0, 0
    while time.monotonic() < until and calm < 3:
        queue = stage.watch.look()
        if (looks := looks + 1) % 20 == 0:
            say(f"waiting: {queue}")
        waiting = None if queue is None else queue.open if for_long else queue.open - queue.far
        calm = calm + 1 if waiting == 0 else 0
        time.sleep(1.0)


def _gather(stage: Stage, evidence: Evidence, counts: dict[str, int]) -> None:
    evidence.rows = stage.rows()
    evidence.answers = list(stage.answers.lines)
    evidence.mails = list(stage.office.ledger.lines)
    evidence.requests = stage.zoom.ledger()
    evidence.meetings = stage.zoom.state()["meetings"]
    evidence.pages = _pages(stage, evidence.bookings)
    fences = {work["id"]: work["fence"] for work in evidence.rows["works"]}
    evidence.counts = counts | dict(stage.supervisor.counts) | {
        "takeovers": sum(fences.get(work, 0) > fence for work, fence in stage.watch.expired),
        "late results that did not count": stage.log_lines("lease lost"),
        "database lost": stage.log_lines(*LOST),
        "mails taken twice": stage.office.taken("answer lost", times=2),
        "mails taken later": stage.office.taken("451 at DATA", times=1),
        **{f"mails: {fault}": count for fault, count in sorted(stage.office.faults.items())},
    }  # fmt: skip


def _pages(stage: Stage, bookings: list[Line]) -> list[Line]:
    """Look at guests' pages, and note the join links on them."""
    draw = random.Random(len(bookings))  # noqa: S311 - a sample, no secret
    seen = []
    with httpx.Client(base_url=stage.addresses[0], timeout=20) as browser:
        for booking in draw.sample(bookings, min(PAGES, len(bookings))):
            page = browser.get(f"/b/{booking['token']}")
            links = sorted(set(LINK.findall(html.unescape(page.text)))) if page.status_code == 200 else ["no page"]
            seen.append({"token": booking["token"], "links": links})
    return seen
