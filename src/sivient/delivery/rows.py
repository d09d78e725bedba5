"""The rows of work of one booking, found by what they do, at which version, and for whom."""

from collections.abc import Iterator
from dataclasses import dataclass

from sivient.booking.models import Booking, Conference
from sivient.booking.steps import DELETE, deletion_key, step_key
from sivient.delivery.readers import INVITES, Reader, Role, readers, step_keys
from sivient.jobs.models import Work

GUEST_PAGE = "delivery.guest_page"  # the way to the guest's page, where the event cannot show it
REQUESTS = {Role.HOST: "delivery.request", Role.GUEST: "delivery.request_received"}


@dataclass(frozen=True, slots=True)
class Rows:
    """The steps of a booking. `standing` is the last version at which it stood: an end has a version of its own."""

    booking: Booking
    by_name: dict[tuple[str, str], Work]

    @property
    def standing(self) -> int:
        """The version whose invites or requests count."""
        return self.booking.version if self.booking.stands else self.booking.version - 1

    def of(self, kind: str, reader: Reader | None = None, version: int | None = None) -> Work | None:
        """Return the row of one kind for one reader at one version (the present one), or None."""
        key = reader.key(self.booking, version) if reader else step_key(self.booking, version)
        return self.by_name.get((kind, key))

    def removal(self, meeting: Conference) -> Work | None:
        """Return the row that deletes a meeting at its vendor, or None."""
        return self.by_name.get((DELETE, deletion_key(meeting.pk)))

    def told_earlier(self) -> Iterator[tuple[Work, Reader]]:
        """Yield what had left at earlier versions, and to whom; what gave way has no result."""
        for version in range(1, self.standing):
            for reader in readers(self.booking):
                for kinds in (REQUESTS, INVITES):
                    work = self.of(kinds[reader.role], reader, version) if reader.role in kinds else None
                    if work is not None and work.result.get("sent"):
                        yield work, reader


def rows_of(booking: Booking) -> Rows:
    """Return every step of the booking, read at once."""
    removals = [deletion_key(meeting.pk) for meeting in booking.conferences.all()]
    works = Work.objects.filter(key__in=[*step_keys(booking, range(1, booking.version + 1)), *removals])
    return Rows(booking, {(work.kind, work.key): work for work in works})
