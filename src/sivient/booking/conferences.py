"""How far a meeting's link reaches, and what may be done with the meeting at its vendor."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.integrations.queries import abilities, grant_of, link_lasts
from sivient.integrations.revocation import digest
from sivient.ports.conferencing import Ability
from sivient.scheduling.models import Platform


def reaches(conference: Conference | None, start: datetime) -> bool:
    """Say whether there is a link, and whether it still works at `start`: a link of the host's own always does."""
    if conference is None or conference.vendor != Platform.ZOOM:
        return conference is not None
    return start <= conference.vendor_start + link_lasts(conference.vendor)


def without_link(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Return those that have no link that reaches their start: the rule of `reaches`, asked of the database."""
    in_time = Q(vendor_start__gte=OuterRef("start") - link_lasts(Platform.ZOOM))
    links = Conference.objects.filter(booking=OuterRef("pk"), unused=False)
    return bookings.exclude(Exists(links.filter(~Q(vendor=Platform.ZOOM) | in_time)))


def vendor_user(host: User, vendor: str) -> str:
    """Return what stands for the vendor user who is behind the host's connection now; "" for none."""
    grant = grant_of(host, vendor)
    return digest(grant.client_id, grant.vendor_user_id) if grant else ""


def foreign(conference: Conference) -> bool:
    """Say whether another vendor user made the meeting than the one who is connected now.

    Nothing may be asked about it: the vendor would say that it is not there, or that we do not know its owner.
    """
    present = vendor_user(conference.booking.host, conference.vendor)
    return bool(present and conference.vendor_user) and conference.vendor_user != present


def allowed(conference: Conference) -> frozenset[Ability]:
    """Return what the host's permission allows with this meeting, as far as we know; nobody is asked."""
    if conference.vendor != Platform.ZOOM or foreign(conference):
        return frozenset()
    return abilities(conference.booking.host, conference.vendor)
