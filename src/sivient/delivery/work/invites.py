"""Bring everybody's calendar up to date: a first invite, another time, or the link that came later."""

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.booking.steps import CONFERENCE, LINK_DUE, MOVE, step_key
from sivient.delivery import mails
from sivient.delivery.edition import Edition, next_edition
from sivient.delivery.links import link_of
from sivient.delivery.readers import INVITES, Role, reader
from sivient.delivery.told import told_by_mail
from sivient.delivery.work.event_mails import tell_host
from sivient.delivery.work.standing import after_earlier, earlier_keys, planned_for, sends_mail
from sivient.integrations.queries import connected
from sivient.jobs.completion import work_completion, write_down
from sivient.jobs.models import Work
from sivient.scheduling.models import Platform
from sivient.site import mailer

NO_ADDRESS = {"skipped": "There is no address."}
OVER = {"skipped": "The meeting is over."}


@sends_mail(INVITES[Role.GUEST])
def invite_guest(work: Work) -> None:
    """Bring the guest's calendar up to date."""
    _invite(work, Role.GUEST)


@sends_mail(INVITES[Role.HOST])
def invite_host(work: Work) -> None:
    """Bring the host's calendar up to date."""
    _invite(work, Role.HOST)


@sends_mail(INVITES[Role.OTHER])
def invite_other(work: Work) -> None:
    """Bring the calendar of one whom the guest brings up to date."""
    _invite(work, Role.OTHER)


def _invite(work: Work, role: Role) -> None:
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None or (booking.invites == Booking.Invites.CALENDAR and role is not Role.HOST):
        return
    to = reader(booking, role, work.payload.get("other"))
    if not to.address or booking.end <= timezone.now():
        with work_completion(work, result=OVER if to.address else NO_ADDRESS):
            return
    after_earlier(INVITES[role], earlier_keys(booking, to), doing="The invite to the time before is being sent")
    if role is Role.HOST and booking.event is not None:
        tell_host(work, booking, to)
        return
    conference, before = link_of(booking), told_by_mail(booking, to)
    number, record = conference.pk if conference else None, {} if work.result.get("plain") else work.result
    unlinked = needs_host(booking, conference)
    edition = next_edition(record, before=before, link=number, now=timezone.now(), needs_host=unlinked)
    if edition is None or not _written_down(work, booking, edition):
        return
    mailer.send(mails.invite(booking, conference, edition, reader=to, told=before), to=to.address)
    with work_completion(work, result=edition.record(start=booking.start, sent=True)):
        if role is Role.GUEST:
            mark_invited(booking, link=edition.link is not None)


def needs_host(booking: Booking, conference: Conference | None) -> bool:
    """Say whether no link comes by itself: what makes it has stopped, or the host was asked for one."""
    if booking.platform != Platform.ZOOM or conference is not None:
        return False
    if not connected(booking.host, Platform.ZOOM):
        return True
    stopped = Q(kind__in=(CONFERENCE, MOVE), state__in=(Work.State.PARKED, Work.State.FAILED))
    asked = Q(kind=LINK_DUE) & (Q(payload__has_key="reason") | Q(result__has_key="asked"))
    return Work.objects.filter(stopped | asked, key=step_key(booking)).exists()


def _written_down(work: Work, booking: Booking, edition: Edition) -> bool:
    """Keep the edition before it leaves: a retry repeats it, and what comes later can go beyond its SEQUENCE.

    False: the booking has changed since it was read, so this edition may not leave any more.
    """
    before, highest = work.result, Greatest(Coalesce("sequence", Value(0)), Value(edition.sequence))
    same = Booking.objects.filter(pk=booking.pk, version=booking.version, status=Booking.Status.CONFIRMED)
    with transaction.atomic():
        write_down(work, edition.record(start=booking.start, sent=False))
        if same.update(sequence=highest):
            return True
        transaction.set_rollback(True)
    work.result = before
    return False


def mark_invited(booking: Booking, *, link: bool) -> None:
    """Note when the guest's calendar was last brought up to date, unless the booking has changed meanwhile."""
    now = timezone.now()
    marks = {"invited_at": now} | ({"link_invited_at": now} if link else {})
    Booking.objects.filter(pk=booking.pk, version=booking.version).update(**marks)
