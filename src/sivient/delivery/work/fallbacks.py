"""Give a booking without a link its host's fallback link, and tell the host why."""

from django.db import transaction
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.delivery import notices
from sivient.delivery.fallback import FALLBACK_TOLD, why_fallback
from sivient.delivery.links import link_of, use_fallback
from sivient.delivery.readers import host
from sivient.delivery.work.invites import NO_ADDRESS
from sivient.delivery.work.standing import first_sent_at, planned_for, sends_mail
from sivient.integrations.queries import grant_of
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.scheduling.models import Platform
from sivient.site import mailer


def fall_back(work: Work, booking: Booking, *, reason: str, final: bool) -> bool:
    """Say whether the booking has its host's fallback link now; the word to the host is then planned with it.

    `reason` says what keeps the vendor from making the meeting, `final` whether it refused.
    """
    reasons = {"reason": reason, "final": final, "until": None if final else _paused_until(booking)}
    with transaction.atomic():
        enqueue(FALLBACK_TOLD, key=work.key, payload=work.payload | reasons)
        used = use_fallback(booking, now=timezone.now()) is not None
        transaction.set_rollback(not used)
    return used


@sends_mail(FALLBACK_TOLD)
def tell_host(work: Work) -> None:
    """Tell the host that guests have the fallback link, once, unless another link has taken its place."""
    booking = planned_for(work, Booking.Status.CONFIRMED)
    if booking is None or booking.end <= timezone.now() or "told" in work.result:
        return
    conference = link_of(booking)
    if conference is None or conference.vendor != Conference.FALLBACK:
        return
    if not booking.host.email:
        with work_completion(work, result=NO_ADDRESS):
            return
    why = why_fallback(work.payload, booking.host.timezone)
    mail = notices.fallback_used(booking, host(booking), conference, why, at=first_sent_at(work))
    mailer.send(mail, to=booking.host.email)
    with work_completion(work, result=work.result | {"told": True}):
        pass


def _paused_until(booking: Booking) -> str | None:
    """Return until when the vendor's limit lasts, in ISO 8601, None when none does."""
    grant = grant_of(booking.host, Platform.ZOOM)
    until = grant.paused_until if grant else None
    return until.isoformat() if until and until > timezone.now() else None
