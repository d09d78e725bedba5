"""How one piece of work stands, in words for the host: done, waiting for a reason until a moment, or needing them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from sivient.jobs.models import SPAN, Work

State = Literal["done", "now", "waiting", "trying", "needs_you", "missed"]
LINK_FOLLOWS = "It says that the link follows. When the link exists, the same invite is updated."
NO_LINK_YET = "It says that there is no link yet. When the link exists, the same invite is updated."
SAFE = "The time is safe."
PATIENCE = timedelta(seconds=60)  # so long may due work wait for a worker without a word
SHORTLY = timedelta(minutes=10)
BEHIND = "Background work on this server is behind. It goes on by itself."
SOON = "Begins in a moment"
MAYBE_UNUSED = "Zoom did not say whether it made a meeting: an unused one may be there."
Trouble = Work.Trouble


class Help(StrEnum):
    """What the host can press. Each is a button of `delivery/_step.html`."""

    TRY_NOW = "try_now"
    RECONNECT = "reconnect"
    ADD_LINK = "add_link"
    RECONNECT_CALENDAR = "reconnect_calendar"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline. `at` is when it was done; `next_at` when it happens, or is tried again."""

    title: str
    state: State
    detail: str = ""
    at: datetime | None = None
    next_at: datetime | None = None
    helps: tuple[Help, ...] = ()
    zoom: bool = False  # it is Zoom that has to do something: the guide to Zoom explains
    folded: tuple["Step", ...] = ()  # what was done before the booking was last changed

    def moves(self, now: datetime) -> bool:
        """Whether it may look different soon; until midnight nobody needs to look every few seconds."""
        return self.state in ("now", "waiting", "trying") and (self.next_at is None or self.next_at - now < SHORTLY)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a piece of work is about: its words when it is done and before, and what the host can do when it fails.

    `refused` is the advice for work that the other side refused for good.
    """

    done: str
    pending: str
    refused: str = ""
    zoom: bool = False
    link: bool = False  # a link of the host's own stands in for it
    calendar: bool = False  # it is the calendar that has to do something


def work_step(subject: Subject, work: Work | None, now: datetime) -> Iterator[Step]:
    """Say how one piece of work stands; what was never planned is no step."""
    if work is None:
        return
    if work.state == Work.State.DONE:
        yield _done(subject, work)
    elif work.state in (Work.State.PARKED, Work.State.FAILED):
        yield _needs_you(subject, work)
    elif work.lease_until is not None and work.lease_until > now:
        yield Step(subject.pending, "now", "In progress")
    else:
        yield _waiting(subject, work, now)


def invite_step(subject: Subject, work: Work | None, now: datetime, *, zoom: bool, linked: bool) -> Iterator[Step]:
    """Say how the invite of one reader stands; `zoom`: it needs a link, `linked`: the link exists."""
    if work is None:
        return
    edition, waits = work.result, work.state == Work.State.WAITING
    if work.state == Work.State.DONE and edition.get("sent"):
        yield Step(subject.done, "done", _carries(work, zoom=zoom), at=work.done_at)
    elif edition.get("sent") and not _troubled(work) and not linked:
        yield Step(subject.done, "done", _without_link(work), at=datetime.fromisoformat(edition["at"]))
    elif zoom and not linked and waits and not work.attempt and not _troubled(work) and work.run_at > now:
        until = "Goes out with the Zoom link, at the latest then without it"
        yield Step(subject.pending, "waiting", until, next_at=work.run_at)
    else:
        again = edition.get("sent") and linked
        yield from work_step(
            replace(subject, pending=f"{subject.pending}, with the link") if again else subject, work, now
        )


def _done(subject: Subject, work: Work) -> Step:
    if skipped := work.result.get("skipped"):
        return Step(f"{subject.pending}: not needed", "done", skipped, at=work.done_at)
    return Step(subject.done, "done", at=work.done_at)


def _needs_you(subject: Subject, work: Work) -> Step:
    """Say what has stopped it, and offer what helps: connecting again, a link of the host's own, another try."""
    if work.trouble == Trouble.RECONNECT:
        helps = [Help.RECONNECT_CALENDAR if subject.calendar else Help.RECONNECT]
    else:
        helps = [Help.ADD_LINK, Help.TRY_NOW] if subject.link else [Help.TRY_NOW]
    advice = subject.refused if work.trouble == Trouble.REJECTED else ""
    detail = f"{work.last_error} {advice}".strip()
    return Step(f"{subject.pending}: needs you", "needs_you", detail, helps=tuple(helps), zoom=subject.zoom)


def _waiting(subject: Subject, work: Work, now: datetime) -> Step:
    """Say what waiting work waits for. Work that is due and that no worker takes has no trouble of its own.

    Of the worker whose lease has run out nobody has heard for SPAN longer than that.
    """
    heard = work.lease_until - SPAN if work.lease_until else None
    if now - max(filter(None, (work.run_at, heard))) > PATIENCE:
        return Step(subject.pending, "waiting", BEHIND)
    if not _troubled(work):
        return _planned(subject, work, now)
    if not work.trouble:  # nothing was tried: other work comes first
        return Step(subject.pending, "waiting", work.last_error, next_at=work.run_at)
    if work.trouble == Trouble.PAUSED:
        # Another try before its end is not even made: a link of the host's own is what helps sooner.
        detail, helps = f"{work.last_error} {SAFE}", (Help.ADD_LINK,) if subject.link else ()
        return Step(subject.pending, "waiting", detail, next_at=work.run_at, helps=helps, zoom=subject.zoom)
    tries = f"{work.attempt} tries so far." if work.attempt > 1 else "1 try so far."
    lost = MAYBE_UNUSED if work.trouble == Trouble.UNKNOWN and subject.link else ""
    detail = " ".join(filter(None, (work.last_error, lost, tries, SAFE)))
    title = f"{subject.pending}: trying again"
    return Step(title, "trying", detail, next_at=work.run_at, helps=(Help.TRY_NOW,), zoom=subject.zoom)


def _planned(subject: Subject, work: Work, now: datetime) -> Step:
    if work.run_at > now:
        return Step(subject.pending, "waiting", next_at=work.run_at)
    return Step(subject.pending, "waiting", SOON)


def _troubled(work: Work) -> bool:
    return bool(work.trouble or work.last_error)


def _carries(work: Work, *, zoom: bool) -> str:
    if not zoom:
        return ""
    return "With the join link" if work.result["link"] else _without_link(work)


def _without_link(work: Work) -> str:
    return NO_LINK_YET if work.result.get("needs_host") else LINK_FOLLOWS
