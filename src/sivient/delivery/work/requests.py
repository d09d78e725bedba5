"""Tell host and guest how a request stands. Nothing of it is in a calendar yet, so these are plain mails."""

from collections.abc import Callable
from email.message import EmailMessage

from sivient.booking.models import Booking
from sivient.delivery import notices
from sivient.delivery.readers import Reader, Role, reader
from sivient.delivery.work.invites import NO_ADDRESS
from sivient.delivery.work.standing import after_earlier, earlier_keys, planned_for, sends_mail
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.site import mailer

PENDING, DECLINED, EXPIRED = Booking.Status.PENDING, Booking.Status.DECLINED, Booking.Status.EXPIRED

SENT = {"sent": True}  # a step that gave way has no result


@sends_mail("delivery.request")
def ask_host(work: Work) -> None:
    """Ask the host to approve or decline."""
    _tell(work, Role.HOST, notices.request, PENDING)


@sends_mail("delivery.request_received")
def confirm_request(work: Work) -> None:
    """Tell the guest that the time is held, and that the host has yet to answer."""
    _tell(work, Role.GUEST, notices.request_received, PENDING)


@sends_mail("delivery.declined")
def tell_guest_declined(work: Work) -> None:
    """Tell the guest that the request was declined, or that nobody has answered it in time."""
    _tell(work, Role.GUEST, notices.declined, DECLINED, EXPIRED)


@sends_mail("delivery.request_expired")
def tell_host_expired(work: Work) -> None:
    """Tell the host that a request has expired."""
    _tell(work, Role.HOST, notices.request_expired, EXPIRED)


def _tell(work: Work, role: Role, mail: Callable[[Booking, Reader], EmailMessage], *statuses: Booking.Status) -> None:
    booking = planned_for(work, *statuses)
    if booking is None:
        return
    to = reader(booking, role, None)
    if not to.address:
        with work_completion(work, result=NO_ADDRESS):
            return
    after_earlier(work.kind, earlier_keys(booking, to), doing="The mail about the time before is being sent")
    mailer.send(mail(booking, to), to=to.address)
    with work_completion(work, result=SENT):
        pass
