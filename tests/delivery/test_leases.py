"""A lease outlasts everything that a step may wait for, so that no second worker does it meanwhile."""

from sivient.delivery.work.meetings import CREATE_LEASE
from sivient.delivery.work.standing import MAIL_LEASE
from sivient.integrations.tokens import IN_WORKER, LONGEST_WAIT
from sivient.ports.http import Patience
from sivient.site import mailer
from sivient.vendors.zoom.conferencing import CREATE


def longest(patience: Patience) -> float:
    """The seconds one call may take."""
    return patience.connect + patience.answer


def test_making_a_meeting() -> None:
    wait_and_refresh = LONGEST_WAIT + longest(IN_WORKER)
    create = 2 * longest(CREATE)  # once more without a field that Zoom refused
    again_after_401 = longest(IN_WORKER) + create
    assert CREATE_LEASE.total_seconds() > wait_and_refresh + create + again_after_401


def test_sending_a_mail() -> None:
    steps = 6  # connect, EHLO, STARTTLS, AUTH, MAIL and RCPT, DATA
    assert MAIL_LEASE.total_seconds() > steps * mailer.TIMEOUT
