"""A judge that cannot find anything is no judge: each kind of wrong, planted alone, is found under its name."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.chaos.clean_run import GUEST, HOST, LINK, OTHER, START, answer, clean_run, made, mail, refresh
from tests.chaos.evidence import Evidence
from tests.chaos.judge import PROMISES, judge
from tests.chaos.paths import missing

Doctor = Callable[[Evidence], None]


@pytest.fixture
def evidence() -> Evidence:
    return clean_run()


def other_booking(evidence: Evidence, **changes: Any) -> None:
    """Add a booking of another guest that is as good as the first, but for the changes."""
    rows = evidence.rows
    more = {"id": 2, "uid": "99-2@x", "token": "t2", "guest_email": "b@guest.example", "host__handle": "host-2"}
    new = rows["bookings"][0] | more | changes
    rows["bookings"].append(new)
    hold = {"id": 2, "host_id": 2 if new["host__handle"] == "host-2" else 1, "booking__id": 2}
    rows["holds"].append({"start": new["start"], "end": new["end"]} | hold)


def lost(evidence: Evidence) -> None:
    evidence.answers.append(answer("book", 303, token="t9", visit=2))


def booked_twice(evidence: Evidence) -> None:
    other_booking(evidence, guest_email=GUEST)


def overlapping(evidence: Evidence) -> None:
    other_booking(evidence, host__handle="host-1", start="2026-12-01T10:14:00+00:00", end="2026-12-01T10:29:00+00:00")


def without_hold(evidence: Evidence) -> None:
    evidence.rows["holds"].clear()


def change_lost(evidence: Evidence) -> None:
    evidence.answers.append(answer("reschedule", 303, to="2026-12-02T10:00:00+00:00"))


def cancel_lost(evidence: Evidence) -> None:
    evidence.answers.append(answer("cancel", 303))


def without_link(evidence: Evidence) -> None:
    evidence.rows["conferences"].clear()


def wrong_link_in_mail(evidence: Evidence) -> None:
    evidence.mails[2]["links"] = [OTHER]


def newest_invite_without_link(evidence: Evidence) -> None:
    evidence.mails[2]["links"] = []


def wrong_link_on_page(evidence: Evidence) -> None:
    evidence.pages[0]["links"] = [OTHER]


def link_of_unused_meeting(evidence: Evidence) -> None:
    unused = {"booking_id": 1, "external_id": "92", "join_url": OTHER, "unused": True, "replaced_at": None}
    evidence.rows["conferences"].append(unused)
    evidence.mails[0]["links"] = [OTHER]


def never_invited(evidence: Evidence) -> None:
    evidence.mails[:] = [each for each in evidence.mails if each["to"] == HOST]


def invited_to_another_time(evidence: Evidence) -> None:
    evidence.mails[2]["start"] = "20261201T110000Z"


def cancelled_in_silence(evidence: Evidence) -> None:
    evidence.rows["bookings"][0]["status"] = "cancelled"


def duplicate_invite(evidence: Evidence) -> None:
    evidence.mails.append(mail(5, GUEST, 1, [LINK], message_id="<another>", content="another"))


def same_message_with_other_words(evidence: Evidence) -> None:
    evidence.mails.append(mail(5, GUEST, 1, [LINK], content="another"))


def error_page(evidence: Evidence) -> None:
    evidence.answers.insert(0, answer("book", 500, token=""))


def form_refused(evidence: Evidence) -> None:
    evidence.answers.insert(0, answer("book", 400, token=""))


def overdue(evidence: Evidence) -> None:
    evidence.rows["works"][0] |= {"state": "waiting", "run_at": "2026-11-22T11:58:00+00:00", "last_error": "Down."}


def lease_left(evidence: Evidence) -> None:
    evidence.rows["works"][0] |= {"state": "parked", "last_error": "x", "lease_until": "2026-11-22T11:00:00+00:00"}


def parked_without_reason(evidence: Evidence) -> None:
    evidence.rows["works"][0] |= {"state": "parked"}


def waits_without_reason(evidence: Evidence) -> None:
    evidence.rows["works"][0] |= {"state": "waiting", "run_at": "2026-11-22T13:00:00+00:00"}


def extra_meeting(evidence: Evidence) -> None:
    evidence.requests.append(made(92))
    evidence.meetings.append({"id": 92})


def meeting_gone(evidence: Evidence) -> None:
    evidence.meetings.clear()


def dead_grant(evidence: Evidence) -> None:
    evidence.dead.append({"host": "h", "vendor_user_id": "u", "token_version": 2, "generation": 1, "reason": "?"})


def not_moved(evidence: Evidence) -> None:
    evidence.meetings[0]["start_time"] = "2026-12-01T10:15:00Z"


def cancelled_and_not_deleted(evidence: Evidence) -> None:
    evidence.rows["bookings"][0]["status"] = "cancelled"


def replaced_and_not_deleted(evidence: Evidence) -> None:
    unused = {"booking_id": 1, "external_id": "92", "join_url": OTHER, "unused": True, "replaced_at": None}
    evidence.rows["conferences"].append(unused)
    evidence.meetings.append({"id": 92, "start_time": START})


def made_twice_without_a_look(evidence: Evidence) -> None:
    extra_meeting(evidence)
    evidence.rows["attempts"].append({"booking_id": 1, "outcome": "lost", "external_id": ""})


def tokens_kept(evidence: Evidence) -> None:
    evidence.removed[0]["grants"] = 1


def still_connected(evidence: Evidence) -> None:
    evidence.removed[0]["connections"] = ["connected"]


def host_not_told(evidence: Evidence) -> None:
    evidence.mails.pop()


def host_told_twice(evidence: Evidence) -> None:
    evidence.mails.append(evidence.mails[-1] | {"message_id": "<another>", "content": "another"})


def event_refused(evidence: Evidence) -> None:
    evidence.removed[0]["event"] = "refused"


WRONGS: list[tuple[str, Doctor]] = [
    ("lost", lost),
    ("booked twice by one form", booked_twice),
    ("overlapping", overlapping),
    ("overlapping", without_hold),
    ("changes lost", change_lost),
    ("changes lost", cancel_lost),
    ("without link", without_link),
    ("wrong link", wrong_link_in_mail),
    ("wrong link", newest_invite_without_link),
    ("wrong link", wrong_link_on_page),
    ("wrong link", link_of_unused_meeting),
    ("without invite", never_invited),
    ("without invite", invited_to_another_time),
    ("without invite", cancelled_in_silence),
    ("duplicate invites", duplicate_invite),
    ("duplicate invites", same_message_with_other_words),
    ("wrong answers", error_page),
    ("wrong answers", form_refused),
    ("stuck steps", overdue),
    ("stuck steps", lease_left),
    ("stuck steps", parked_without_reason),
    ("stuck steps", waits_without_reason),
    ("unmapped extra meetings", extra_meeting),
    ("used meetings gone", meeting_gone),
    ("unexplained dead grants", dead_grant),
    ("meetings at another time", not_moved),
    ("unused meetings left at Zoom", cancelled_and_not_deleted),
    ("unused meetings left at Zoom", replaced_and_not_deleted),
    ("extra meetings that a look finds", made_twice_without_a_look),
    ("removals not carried out", tokens_kept),
    ("removals not carried out", still_connected),
    ("removals not carried out", host_not_told),
    ("removals not carried out", host_told_twice),
    ("removals not carried out", event_refused),
]


def test_a_run_without_fault_is_clean(evidence: Evidence) -> None:
    verdict = judge(evidence)
    assert verdict.clean, verdict.broken
    assert verdict.figures["accepted"] == 1


@pytest.mark.parametrize(("name", "doctor"), WRONGS, ids=[doctor.__name__ for _, doctor in WRONGS])
def test_each_wrong_is_found_under_its_name(evidence: Evidence, name: str, doctor: Doctor) -> None:
    doctored = copy.deepcopy(evidence)
    doctor(doctored)
    verdict = judge(doctored)
    assert not verdict.clean
    assert verdict.figures[name] >= 1
    assert verdict.broken[name]


def test_every_promise_has_a_wrong_that_breaks_it() -> None:
    assert {name for name, _ in WRONGS} == set(PROMISES)


def test_of_a_host_who_allows_nothing_more_meetings_stay_where_and_when_they_were_made(evidence: Evidence) -> None:
    evidence.rows["grants"][0]["scope"] = "meeting:write:meeting"
    not_moved(evidence)
    replaced_and_not_deleted(evidence)
    assert judge(evidence).clean


def test_a_meeting_stays_whose_booking_was_cancelled_while_its_host_let_us_do_nothing(evidence: Evidence) -> None:
    cancelled_and_not_deleted(evidence)
    evidence.answers.append(answer("cancel", 303))
    assert judge(evidence).broken["unused meetings left at Zoom"]
    evidence.removed[0]["host"] = "host-1"
    assert not judge(evidence).broken["unused meetings left at Zoom"]


def test_an_extra_meeting_is_explained_by_an_attempt_whose_answer_was_lost(evidence: Evidence) -> None:
    evidence.rows["grants"].clear()  # nobody may look for it
    extra_meeting(evidence)
    evidence.rows["attempts"].append({"booking_id": 1, "outcome": "lost", "external_id": ""})
    assert judge(evidence).clean
    evidence.meetings.append({"id": 93})
    evidence.requests.append(made(93))
    assert judge(evidence).figures["unmapped extra meetings"] == 1


def test_a_dead_grant_is_explained_by_a_rotation_that_was_never_stored(evidence: Evidence) -> None:
    dead_grant(evidence)
    evidence.requests.append(refresh(status="dropped"))
    assert judge(evidence).clean


def test_copies_of_a_mail_and_late_editions_are_counted_and_allowed(evidence: Evidence) -> None:
    evidence.mails += [mail(5, GUEST, 1, [LINK]), mail(6, HOST, 0, [])]
    verdict = judge(evidence)
    assert verdict.clean
    assert verdict.figures["copies of a mail (same Message-ID)"] == 2
    assert verdict.figures["overtaken mails"] == 1


def test_a_path_that_was_not_taken_is_named(evidence: Evidence) -> None:
    evidence.rows["alarms"] = []
    found = missing(evidence, engine="PostgreSQL", surely=("create-answer-lost",))
    assert "lost answers of creates" in found
    assert "losses of the database survived by a process" in found
    assert "create-answer-lost" in found
    assert "double posts answered with the same page" not in found


def test_a_dead_grant_is_explained_by_a_token_that_was_refused_right_after_it_was_issued(evidence: Evidence) -> None:
    dead_grant(evidence)
    evidence.requests += [refresh(kind="", issued=False, status=401)]
    assert judge(evidence).clean
