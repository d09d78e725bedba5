"""Every piece of work is done, waits for a reason until a moment, or needs the host and says what helps."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sivient.delivery.step_words import BEHIND, MAYBE_UNUSED, SOON, Help, Step, Subject, invite_step, work_step
from sivient.jobs.models import SPAN, Work

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
MEETING = Subject("Zoom meeting created", "Zoom meeting", zoom=True, link=True)
INVITE = Subject("Invite sent to ada@guest.example", "Invite", "Reach Ada another way.")
ERROR = "Zoom did not answer."
Trouble, State = Work.Trouble, Work.State


def work(**fields: Any) -> Work:
    """A row that is not stored."""
    return Work(kind="delivery.x", key="booking:1:1", **({"run_at": NOW, "result": {}} | fields))


def said(subject: Subject = MEETING, **fields: Any) -> Step:
    """The one line about a row."""
    (step,) = work_step(subject, work(**fields), NOW)
    return step


def test_what_was_never_planned_is_no_line() -> None:
    assert list(work_step(MEETING, None, NOW)) == []
    assert list(invite_step(INVITE, None, NOW, zoom=True, linked=False)) == []


def test_done_says_when_and_why_it_was_not_needed() -> None:
    assert said(state=State.DONE, done_at=NOW) == Step("Zoom meeting created", "done", at=NOW)
    skipped = said(state=State.DONE, done_at=NOW, result={"skipped": "There is no address."})
    assert skipped == Step("Zoom meeting: not needed", "done", "There is no address.", at=NOW)


def test_only_leased_work_is_in_progress() -> None:
    leased = {"lease_until": NOW + SECOND, "attempt": 2, "trouble": Trouble.LATER, "last_error": ERROR}
    assert said(**leased) == Step("Zoom meeting", "now", "In progress")
    assert said(**leased | {"lease_until": NOW}).state == "trying"
    assert said() == Step("Zoom meeting", "waiting", SOON)


def test_due_work_that_nobody_takes_for_a_minute_says_that_the_server_is_behind() -> None:
    assert said(run_at=NOW - 59 * SECOND).detail == SOON
    for fields in ({}, {"trouble": Trouble.LATER, "last_error": ERROR, "attempt": 3}):
        assert said(run_at=NOW - 61 * SECOND, **fields) == Step("Zoom meeting", "waiting", BEHIND)
    died = {"run_at": NOW - HOUR, "attempt": 1}
    last_heard_of = {seconds: NOW - seconds * SECOND + SPAN for seconds in (59, 61)}  # the worker: its lease
    assert said(lease_until=last_heard_of[59], **died).detail == SOON
    assert said(lease_until=last_heard_of[61], **died).detail == BEHIND


def test_planned_work_waits_until_its_moment() -> None:
    assert said(run_at=NOW + HOUR) == Step("Zoom meeting", "waiting", next_at=NOW + HOUR)


def test_what_waits_for_an_earlier_step_says_so_and_counts_no_try() -> None:
    follows = {"run_at": NOW + 5 * SECOND, "last_error": "The invite is being sent; this follows it."}
    expected = Step("Zoom meeting", "waiting", follows["last_error"], next_at=NOW + 5 * SECOND)
    assert said(**follows) == expected
    assert said(**follows | {"attempt": 3}) == expected
    work = Work(state=State.WAITING, **follows)
    (step,) = invite_step(INVITE, work, NOW, zoom=True, linked=False)
    assert (step.state, step.detail) == ("waiting", follows["last_error"])


def test_a_pause_is_a_wait_until_its_end() -> None:
    step = said(run_at=NOW + HOUR, trouble=Trouble.PAUSED, last_error="The daily limit is used up.", attempt=1)
    assert (step.state, step.next_at) == ("waiting", NOW + HOUR)
    assert step.detail == "The daily limit is used up. The time is safe."
    assert step.helps == (Help.ADD_LINK,)


@pytest.mark.parametrize(("attempt", "tries"), [(1, "1 try so far."), (4, "4 tries so far.")])
def test_trouble_says_why_how_often_and_when_again(attempt: int, tries: str) -> None:
    step = said(run_at=NOW + MINUTE, trouble=Trouble.LATER, last_error=ERROR, attempt=attempt)
    assert (step.title, step.state, step.next_at) == ("Zoom meeting: trying again", "trying", NOW + MINUTE)
    assert step.detail == f"{ERROR} {tries} The time is safe."
    assert step.helps == (Help.TRY_NOW,)


def test_a_lost_answer_may_have_left_an_unused_meeting_but_a_lost_mail_not() -> None:
    lost = {"run_at": NOW + MINUTE, "trouble": Trouble.UNKNOWN, "last_error": ERROR, "attempt": 1}
    assert MAYBE_UNUSED in said(**lost).detail
    assert MAYBE_UNUSED not in said(INVITE, **lost).detail


@pytest.mark.parametrize("state", [State.PARKED, State.FAILED])
@pytest.mark.parametrize(
    ("trouble", "helps"),
    [
        (Trouble.RECONNECT, (Help.RECONNECT,)),
        (Trouble.REJECTED, (Help.ADD_LINK, Help.TRY_NOW)),
        (Trouble.BROKE_OFF, (Help.ADD_LINK, Help.TRY_NOW)),
        (Trouble.BUG, (Help.ADD_LINK, Help.TRY_NOW)),
        (Trouble.LATER, (Help.ADD_LINK, Help.TRY_NOW)),
        (Trouble.UNKNOWN, (Help.ADD_LINK, Help.TRY_NOW)),
        (Trouble.PAUSED, (Help.ADD_LINK, Help.TRY_NOW)),
        (Trouble.NONE, (Help.ADD_LINK, Help.TRY_NOW)),
    ],
)
def test_what_stopped_needs_the_host_and_offers_what_helps(
    state: State, trouble: Trouble, helps: tuple[Help, ...]
) -> None:
    step = said(state=state, trouble=trouble, last_error=ERROR, attempt=6)
    assert (step.title, step.state) == ("Zoom meeting: needs you", "needs_you")
    assert step.detail == ERROR
    assert step.helps == helps
    assert step.next_at is None


def test_a_refused_address_says_what_to_do() -> None:
    step = said(INVITE, state=State.FAILED, trouble=Trouble.REJECTED, last_error="The mail server refused the address.")
    assert step.detail == "The mail server refused the address. Reach Ada another way."
    assert step.helps == (Help.TRY_NOW,)
    broken = said(INVITE, state=State.PARKED, trouble=Trouble.BROKE_OFF, last_error=ERROR)
    assert broken.detail == ERROR


def invite(*, linked: bool = False, zoom: bool = True, **fields: Any) -> Step:
    """The one line about an invite."""
    (step,) = invite_step(INVITE, work(**fields), NOW, zoom=zoom, linked=linked)
    return step


EDITION = {"sequence": 0, "link": "", "at": NOW.isoformat(), "start": NOW.isoformat(), "sent": True}


def test_an_invite_waits_for_the_link_says_what_it_carries_and_is_sent_again_with_it() -> None:
    assert invite(run_at=NOW + MINUTE).detail.startswith("Goes out with the Zoom link")
    without = invite(state=State.DONE, done_at=NOW, result=EDITION)
    assert (without.state, "the link follows" in without.detail) == ("done", True)
    again = invite(linked=True, run_at=NOW, result=EDITION)
    assert (again.title, again.state, again.detail) == ("Invite, with the link", "waiting", SOON)
    sent = invite(linked=True, state=State.DONE, done_at=NOW, result=EDITION | {"link": "https://zoom.test/j/1"})
    assert sent == Step(INVITE.done, "done", "With the join link", at=NOW)
    assert invite(zoom=False, state=State.DONE, done_at=NOW, result=EDITION).detail == ""


def test_a_page_looks_again_only_while_something_may_change_soon() -> None:
    assert said().moves(NOW)
    assert said(run_at=NOW + MINUTE).moves(NOW)
    assert not said(run_at=NOW + HOUR).moves(NOW)
    assert not said(state=State.DONE).moves(NOW)
    assert not said(state=State.PARKED).moves(NOW)
