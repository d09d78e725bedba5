"""What earlier steps of a booking have told its readers, by mail or by the event in the calendar."""

from dataclasses import replace

from sivient.booking.models import Booking
from sivient.booking.steps import EVENT, step_key
from sivient.delivery.edition import Told, told
from sivient.delivery.readers import INVITES, Reader, Role, step_keys
from sivient.jobs.models import Work


def told_by_mail(booking: Booking, reader: Reader, *, plain: bool = False) -> Told:
    """Return what invites of earlier versions have told this reader. None of them writes anything down any more.

    A plain notice to the host is no invite: it counts only for the next of its kind (`plain`). A guest whom the
    calendar had invited knows of the time before, though not from a mail.
    """
    kinds, keys = list(INVITES.values()), step_keys(booking, range(1, booking.version))
    earlier = {(work.kind, work.key): work.result for work in Work.objects.filter(kind__in=kinds, key__in=keys)}
    counted = {name: record for name, record in earlier.items() if plain or not record.get("plain")}
    own = [counted.get((INVITES[reader.role], reader.key(booking, v)), {}) for v in range(1, booking.version)]
    said = told(counted.values(), own)
    if said.start is None and reader.role is not Role.HOST and booking.event_id is None:
        by_event = told_by_event(booking, also_present=True)
        return replace(said, start=by_event.start, link=by_event.link, by_event=by_event.start is not None)
    return said


def told_by_event(booking: Booking, *, also_present: bool = False) -> Told:
    """Return what the booking's event has said at earlier versions, or at the present one, too."""
    versions = range(1, booking.version + also_present)
    works = Work.objects.filter(kind=EVENT, key__in=[step_key(booking, version) for version in versions])
    has_told = {work.key for work in works if work.result.get("sent") or work.result.get("told")}
    records = {work.key: work.result for work in works if work.key in has_told or not also_present}
    return told(records.values(), [records.get(step_key(booking, version), {}) for version in versions])


def invited_by_event(booking: Booking) -> bool:
    """Say whether the calendar may have invited the guests: its event was written, or an answer to that was lost."""
    keys = [step_key(booking, version) for version in range(1, booking.version + 1)]
    return any("sequence" in work.result for work in Work.objects.filter(kind=EVENT, key__in=keys))
