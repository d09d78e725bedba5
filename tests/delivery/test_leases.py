"""A lease outlasts what a step may wait for, so that no second worker does it meanwhile; and not much more.

A step that asks a vendor holds its work until the first request, and with each change for as long as all requests of
it may take: a redirect that is followed, and a field that is left out, cost time of the same span.
"""

from sivient.delivery.attempts import CALL_LEASE
from sivient.delivery.work.events import EVENT_LEASE
from sivient.delivery.work.meetings import CLAIM_LEASE, FIND_LEASE
from sivient.delivery.work.standing import MAIL_LEASE
from sivient.integrations.tokens import IN_WORKER, LONGEST_WAIT
from sivient.ports.http import Patience
from sivient.site import mailer
from sivient.vendors.zoom.conferencing import CHANGE, CHANGE_WHOLE, CREATE, LIST, LIST_WHOLE, MOST_PAGES

HELD_AT_MOST = 75  # seconds, by a worker who lives; what a killed one held is free sooner (tests/jobs/test_keeping.py)


def longest(patience: Patience) -> float:
    """The seconds one call may take."""
    return patience.connect + patience.answer


def test_until_the_first_request() -> None:
    assert CLAIM_LEASE.total_seconds() > max(LONGEST_WAIT, longest(IN_WORKER))
    assert CLAIM_LEASE.total_seconds() <= HELD_AT_MOST


def test_all_requests_of_one_change_and_a_new_token_for_the_next() -> None:
    assert max(longest(CREATE), longest(CHANGE)) <= CHANGE_WHOLE
    assert CALL_LEASE.total_seconds() > CHANGE_WHOLE + longest(IN_WORKER)
    assert CALL_LEASE.total_seconds() <= HELD_AT_MOST


def test_looking_through_zooms_list() -> None:
    assert MOST_PAGES * longest(LIST) <= LIST_WHOLE
    assert FIND_LEASE.total_seconds() > longest(IN_WORKER) + LIST_WHOLE


def test_writing_an_event_and_a_new_token_for_it() -> None:
    calls = 3  # make, read what a lost answer has made, change it
    assert EVENT_LEASE.total_seconds() > (calls + 1) * longest(IN_WORKER)


def test_sending_a_mail() -> None:
    steps = 6  # connect, EHLO, STARTTLS, AUTH, MAIL and RCPT, DATA
    assert MAIL_LEASE.total_seconds() > steps * mailer.TIMEOUT
