"""Bring everybody's calendar up to date: a first invite, another time, or the link that came later."""

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.steps import CONFERENCE, LINK_DUE, MOVE, step_key
from sivient.delivery import mails
from sivient.delivery.edition import Edition, Told, next_edition, told
from sivient.delivery.links import link_of
from sivient.delivery.readers import INVITES, Reader, Role, reader, step_keys
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


def told_before(booking: Booking, reader: Reader) -> Told:
    """Return what steps of earlier versions have told this reader. None of them writes anything down any more."""
    kinds, keys = list(INVITES.values()), step_keys(booking, range(1, booking.version))
    earlier = {(work.kind, work.key): work.result for work in Work.objects.filter(kind__in=kinds, key__in=keys)}
    own = [earlier.get((INVITES[reader.role], key), {}) for key in earlier_keys(booking, reader)]
    return told(earlier.values(), own)


def _invite(work: Work, role: Role) -> None:
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None:
        return
    to = reader(booking, role, work.payload.get("other"))
    if not to.address or booking.end <= timezone.now():
        with work_completion(work, result=OVER if to.address else NO_ADDRESS):
            return
    after_earlier(INVITES[role], earlier_keys(booking, to), doing="The invite to the time before is being sent")
    conference, before = link_of(booking), told_before(booking, to)
    number = conference.pk if conference else None
    needs_host = booking.platform == Platform.ZOOM and conference is None and _needs_host(booking)
    edition = next_edition(work.result, before=before, link=number, now=timezone.now(), needs_host=needs_host)
    if edition is None or not _written_down(work, booking, edition):
        return
    mailer.send(mails.invite(booking, conference, edition, reader=to, told=before), to=to.address)
    with work_completion(work, result=edition.record(start=booking.start, sent=True)):
        if role is Role.GUEST:
            _mark_invited(booking, link=edition.link is not None)


def _needs_host(booking: Booking) -> bool:
    """Say whether no link comes by itself: what makes it has stopped, or the host was asked for one."""
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


def _mark_invited(booking: Booking, *, link: bool) -> None:
    """Note when the guest's calendar was last brought up to date, unless the booking has changed meanwhile."""
    now = timezone.now()
    marks = {"invited_at": now} | ({"link_invited_at": now} if link else {})
    Booking.objects.filter(pk=booking.pk, version=booking.version).update(**marks)
