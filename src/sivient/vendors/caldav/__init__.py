"""Any CalDAV server: iCloud, Fastmail, Nextcloud and others."""

from sivient.ports.vendor import Provider
from sivient.vendors.caldav.calendars import calendars
from sivient.vendors.caldav.discovery import enter

PROVIDER = Provider(
    key="caldav",
    label="CalDAV",
    summary="Busy times block your page; bookings are written into your calendar, and we mail the invites.",
    abilities=("see when you are busy", "write bookings into your calendar"),
    limits="Nothing but calendars.",
    oauth=None,
    grants_enough=lambda scope: True,
    notes=lambda user_type, user_status: (),
    consent_origins=lambda app: (),
    removal_page=lambda app: "",
    calendars=calendars,
    enter=enter,
    several=True,
)
