"""Take the event out of everybody's calendar."""

from sivient.booking.models import Booking
from sivient.delivery import mails
from sivient.delivery.links import link_of
from sivient.delivery.readers import CANCELLATIONS, INVITES, Role, reader
from sivient.delivery.told import invited_by_event
from sivient.delivery.work.invites import NO_ADDRESS
from sivient.delivery.work.standing import after_earlier, earlier_keys, first_said, planned_for, sends_mail
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.site import mailer

NEVER_INVITED = {"skipped": "No invite had left."}


@sends_mail(CANCELLATIONS[Role.GUEST])
def cancel_invite(work: Work) -> None:
    """Take the event out of the guest's calendar. Who was never invited gets a plain notice."""
    _cancel(work, Role.GUEST)


@sends_mail(CANCELLATIONS[Role.HOST])
def cancel_host_invite(work: Work) -> None:
    """Tell the host in the same way, also that the meeting's entry stays in Zoom."""
    _cancel(work, Role.HOST)


@sends_mail(CANCELLATIONS[Role.OTHER])
def cancel_other_invite(work: Work) -> None:
    """Take the event out of the calendar of one whom the guest brings. Who was never invited hears nothing."""
    _cancel(work, Role.OTHER)


def _cancel(work: Work, role: Role) -> None:
    booking = planned_for(work, Booking.Status.CANCELLED)
    if booking is None:
        return
    to = reader(booking, role, work.payload.get("other"))
    if not to.address:
        with work_completion(work, result=NO_ADDRESS):
            return
    keys = earlier_keys(booking, to)
    after_earlier(INVITES[role], keys, doing="The invite is being sent")
    invites = Work.objects.filter(kind=INVITES[role], key__in=keys)
    invited = any("sequence" in invite.result and not invite.result.get("plain") for invite in invites)
    by_event = booking.invites == Booking.Invites.CALENDAR and invited_by_event(booking)
    if role is Role.OTHER and not invited and not by_event:
        with work_completion(work, result=NEVER_INVITED):
            return
    booking.refresh_from_db(fields=["sequence"])
    conference = link_of(booking)
    said = first_said(work, invited=invited, by_event=by_event, stays=mails.stays(conference))
    mail = mails.cancellation(booking, conference, reader=to, **said)
    mailer.send(mail, to=to.address)
