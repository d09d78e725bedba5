"""Requests for a booking's meeting, each written down before it leaves (reliability.md section 2, `sent`)."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from sivient.booking.models import Booking, ConferenceAttempt
from sivient.jobs.completion import renew
from sivient.jobs.models import Work
from sivient.ports.errors import IntegrationError, OutcomeUnknown, Unusable
from sivient.scheduling.models import Platform

# Longer than one request and the renewal of a token that it may lead to (tests/delivery/test_leases.py adds them up).
CALL_LEASE = timedelta(seconds=70)
Outcome = ConferenceAttempt.Outcome


@dataclass(slots=True)
class Asking:
    """What one run asks of the vendor. At most one request of it is open; it becomes `succeeded` when there is a link.

    A worker that is killed leaves its request open: nobody knows what became of it.
    """

    work: Work
    booking: Booking
    current: ConferenceAttempt | None = None
    succeeded: Outcome = Outcome.MADE
    vendor_user: str = ""  # who is asked, as a digest

    def before(self) -> None:
        """Hold the work for one more call and note the request, in one transaction that is over before it leaves.

        A second request of the same run follows a clear no to the first.
        """
        with transaction.atomic():
            renew(self.work, CALL_LEASE)
            self.settle(Outcome.REFUSED)
            self.current = ConferenceAttempt.objects.create(
                booking=self.booking, vendor=Platform.ZOOM, vendor_start=self.booking.start, asked_at=Now()
            )

    def found(self, attempt: ConferenceAttempt) -> None:
        """Take up an earlier request, whose meeting stands in the vendor's list."""
        self.current, self.succeeded = attempt, Outcome.FOUND

    def put_aside(self) -> None:
        """Leave the request that was taken up: its meeting is not the one that is wanted now."""
        self.current, self.succeeded = None, Outcome.MADE

    def failed(self, error: IntegrationError) -> None:
        """Note what the error says about the open request."""
        number = error.external_id if isinstance(error, Unusable) else ""
        self.settle(Outcome.LOST if isinstance(error, OutcomeUnknown) else Outcome.REFUSED, external_id=number)

    def settle(self, outcome: Outcome, *, external_id: str = "") -> None:
        """Note what became of the open request, if there is one."""
        if self.current is not None:
            row = ConferenceAttempt.objects.filter(pk=self.current.pk)
            row.update(outcome=outcome, external_id=external_id[:64])


def lost(booking: Booking) -> QuerySet[ConferenceAttempt]:
    """Return earlier requests that may have made a meeting, for a step that holds the booking's work: oldest first."""
    return booking.conference_attempts.filter(outcome__in=(Outcome.LOST, Outcome.OPEN)).order_by("pk")
