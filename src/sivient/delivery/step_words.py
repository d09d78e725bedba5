"""How one piece of work stands, in words for the host."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sivient.jobs.models import Work

State = Literal["done", "now", "waiting", "trying", "needs_you", "failed"]
LINK_FOLLOWS = "It says that the link follows. When the link exists, the same invite is updated."


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline. `at` is when it was done; `next_at` when it happens, or is tried again."""

    title: str
    state: State
    detail: str = ""
    at: datetime | None = None
    next_at: datetime | None = None
    work: int | None = None  # the row that "Try now" pulls forward
    zoom: bool = False  # it is Zoom that has to do something: the guide to Zoom explains
    folded: tuple["Step", ...] = ()  # what was done before the booking was last changed


def work_step(done: str, pending: str, work: Work | None, *, zoom: bool = False) -> Iterator[Step]:
    """Say how one piece of work stands; what was never planned is no step. `zoom`: it waits for Zoom."""
    if work is None:
        return
    if work.state == Work.State.DONE:
        if skipped := work.result.get("skipped"):
            yield Step(f"{pending}: not needed", "done", skipped, at=work.done_at)
        else:
            yield Step(done, "done", at=work.done_at)
    elif work.state == Work.State.PARKED:
        yield Step(f"{pending}: needs you", "needs_you", work.last_error, work=work.pk, zoom=zoom)
    elif work.state == Work.State.FAILED:
        yield Step(f"{pending}: given up", "failed", work.last_error, at=work.done_at, work=work.pk, zoom=zoom)
    elif work.lease_until is None and work.last_error:
        detail = f"{work.last_error} Try {work.attempt} so far. The time is safe."
        yield Step(f"{pending}: trying again", "trying", detail, next_at=work.run_at, work=work.pk, zoom=zoom)
    else:
        yield Step(pending, "now", "In progress")


def invite_step(done: str, pending: str, work: Work | None, *, zoom: bool, linked: bool) -> Iterator[Step]:
    """Say how the invite of one reader stands; `zoom`: it needs a link, `linked`: the link exists."""
    if work is None:
        return
    edition = work.result
    if work.state == Work.State.DONE and edition.get("sent"):
        yield Step(done, "done", _carries(work, zoom=zoom), at=work.done_at)
    elif edition.get("sent") and not work.last_error and not linked:
        yield Step(done, "done", LINK_FOLLOWS, at=datetime.fromisoformat(edition["at"]))
    elif zoom and not linked and work.state == Work.State.WAITING and not work.attempt:
        yield Step(
            pending, "waiting", "Goes out with the Zoom link, at the latest then without it", next_at=work.run_at
        )
    else:
        yield from work_step(done, pending, work)


def _carries(work: Work, *, zoom: bool) -> str:
    if not zoom:
        return ""
    return "With the join link" if work.result["link"] else LINK_FOLLOWS
