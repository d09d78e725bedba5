"""Has each promise ahead what it needs, or a step that brings it?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from sivient.booking.conferences import without_link
from sivient.booking.models import Booking
from sivient.booking.services import expire, step_key
from sivient.booking.steps import CONFERENCE, EVENT, MOVE, plan_invites, plan_link, plan_move
from sivient.delivery.links import link_of
from sivient.delivery.readers import INVITES, Role
from sivient.jobs.clock import database_now
from sivient.jobs.models import Work
from sivient.ops import figures
from sivient.ops.findings.finding import Finding, Severity, number
from sivient.scheduling.models import Platform

BATCH = 500
PATIENCE = timedelta(seconds=60)  # the worker ends a request within seconds of its time
LONG_OVER = timedelta(days=7)  # a request for a time before that holds nothing that anybody could book
WAITS = {
    Work.Trouble.LATER: "the vendor had trouble",
    Work.Trouble.UNKNOWN: "the vendor's answer was lost",
    Work.Trouble.PAUSED: "the vendor's daily limit is used up",
}


def look(now: datetime) -> Iterator[Finding]:
    """Find bookings ahead without link or invite, and requests that should have ended."""
    linkless = _linkless(now)
    steps = _link_steps(linkless)
    yield from _links_lost(linkless, steps, now)
    yield from _links_late(steps.values())
    yield from _links_for_hosts(steps)
    yield from _invites_lost(now)
    yield from _requests_overdue(now)


def ahead(now: datetime) -> QuerySet[Booking]:
    """Return the confirmed bookings ahead."""
    return Booking.objects.filter(start__gt=now, status=Booking.Status.CONFIRMED)


def _linkless(now: datetime) -> list[Booking]:
    in_zoom = without_link(ahead(now).filter(platform=Platform.ZOOM))
    return list(in_zoom.only("pk", "version", "host", "start", "platform").order_by("start", "pk"))


def _link_steps(linkless: list[Booking]) -> dict[int, Work]:
    """Return the step that brings each link: it makes the meeting, or moves one whose link does not last."""
    moving = {pk: work for pk, work in _steps(linkless, MOVE).items() if work.state != Work.State.DONE}
    return _steps(linkless, CONFERENCE) | moving


def _steps(bookings: Iterable[Booking], kind: str) -> dict[int, Work]:
    """Return each booking's step of that kind at its present version, by the booking's number."""
    keys = {step_key(booking): booking.pk for booking in bookings}
    names, found = list(keys), {}
    for start in range(0, len(names), BATCH):
        for work in Work.objects.filter(kind=kind, key__in=names[start : start + BATCH]):
            found[keys[work.key]] = work
    return found


def _links_lost(linkless: list[Booking], steps: dict[int, Work], now: datetime) -> Iterator[Finding]:
    ended = [each for each in linkless if each.pk not in steps or steps[each.pk].state == Work.State.DONE]
    still = {each.pk: each.version for each in _linkless(now)} if ended else {}
    lost = [each for each in ended if still.get(each.pk) == each.version]  # not changed or linked as we looked
    if lost:
        yield Finding(
            "link-lost",
            Severity.OPERATOR,
            f"{number(len(lost), 'booking')} ahead without a join link, and without a step that makes one.",
            "The step and the booking are written together, so rows were deleted, or there is a defect of ours.",
            "`sivient doctor --fix` plans the step again. Please report it.",
            len(lost),
            _named(lost),
            lambda: _plan_links(lost),
        )


def _plan_links(bookings: list[Booking]) -> str:
    for booking in bookings:
        with transaction.atomic():
            if link_of(booking) is None:
                plan_link(booking)
            else:
                plan_move(booking)
    return f"Planned the link of {number(len(bookings), 'booking')}; a worker makes it."


def _links_late(steps: Iterable[Work]) -> Iterator[Finding]:
    waiting = Counter(work.trouble for work in steps if work.state == Work.State.WAITING and work.trouble in WAITS)
    if waiting:
        reasons = "; ".join(f"{count}: {WAITS[Work.Trouble(why)]}" for why, count in sorted(waiting.items()))
        yield Finding(
            "links-late",
            Severity.NOTE,
            f"{number(waiting.total(), 'booking')} ahead whose join link is late ({reasons}).",
            "The link is asked for again and again, and guests are told that it follows.",
            "Nothing, while the vendor is away. Each booking's page says what was answered and when the next try is.",
            waiting.total(),
        )


def _links_for_hosts(steps: dict[int, Work]) -> Iterator[Finding]:
    ended = (Work.State.PARKED, Work.State.FAILED)
    needing = sorted(
        pk for pk, work in steps.items() if work.state in ended and work.trouble not in figures.OF_THE_OPERATOR
    )
    if needing:
        yield Finding(
            "links-need-host",
            Severity.HOST,
            f"{number(len(needing), 'booking')} ahead without a join link that only the host can bring.",
            "The host has to connect again, or to give a link of their own.",
            "The hosts were told by mail. Write to them if a meeting is near.",
            len(needing),
            figures.some((f"booking {pk}" for pk in needing), len(needing)),
        )


def _invites_lost(now: datetime) -> Iterator[Finding]:
    lost = _without_invite(now)
    if lost:
        yield Finding(
            "invite-lost",
            Severity.OPERATOR,
            f"{number(len(lost), 'booking')} ahead whose guest got no invite, and without a step that sends one.",
            "The step and the booking are written together, so rows were deleted, or there is a defect of ours.",
            "`sivient doctor --fix` plans the step again. Please report it.",
            len(lost),
            _named(lost),
            lambda: _plan_invites(lost),
        )


def _without_invite(now: datetime) -> list[Booking]:
    uninvited = ahead(now).filter(invited_at=None)
    bookings = list(uninvited.select_related("host").order_by("start", "pk"))
    by_event = [each for each in bookings if each.invites == Booking.Invites.CALENDAR]
    by_mail = [each for each in bookings if each.invites == Booking.Invites.MAIL]
    steps = _steps(by_mail, INVITES[Role.GUEST]) | _steps(by_event, EVENT)
    lost = [each for each in bookings if each.pk not in steps or _came_to_nothing(steps[each.pk])]
    if not lost:
        return []
    still = dict(uninvited.filter(pk__in=[each.pk for each in lost]).values_list("pk", "version"))
    return [each for each in lost if still.get(each.pk) == each.version]


def _came_to_nothing(work: Work) -> bool:
    """Say whether the step has ended without a mail and without a reason for that, such as a missing address."""
    return work.state == Work.State.DONE and not work.result


def _plan_invites(bookings: list[Booking]) -> str:
    for booking in bookings:
        with transaction.atomic():
            plan_invites(booking)
    return f"Planned the invites of {number(len(bookings), 'booking')}; a worker sends them."


def _requests_overdue(now: datetime) -> Iterator[Finding]:
    asked = Booking.objects.filter(start__gt=now - LONG_OVER, status=Booking.Status.PENDING)
    overdue = list(asked.filter(answer_by__lt=now - PATIENCE).order_by("start", "pk"))
    if overdue:
        yield Finding(
            "request-overdue",
            Severity.OPERATOR,
            f"{number(len(overdue), 'request')} whose time to answer is over, and that still hold their time.",
            "A worker ends them when their time comes, so none is running, or the step is gone.",
            "Start a worker, or let `sivient doctor --fix` end them: guest and host are told.",
            len(overdue),
            _named(overdue),
            lambda: _expire(overdue),
        )


def _expire(bookings: list[Booking]) -> str:
    for booking in bookings:
        expire(booking, now=database_now())
    return f"Ended {number(len(bookings), 'request')} that nobody has answered in time."


def _named(bookings: list[Booking]) -> tuple[str, ...]:
    return figures.some((f"booking {each.pk}" for each in bookings), len(bookings))
