"""A calendar that is published at an address, as an iCalendar file."""

from sivient.ports.vendor import Provider
from sivient.vendors.ics.calendars import calendars, enter

PROVIDER = Provider(
    key="ics",
    label="Calendar address",
    summary="Busy times of a calendar that is published at an address block your page.",
    abilities=("see when you are busy",),
    limits="It is only read.",
    oauth=None,
    grants_enough=lambda scope: True,
    notes=lambda user_type, user_status: (),
    consent_origins=lambda app: (),
    removal_page=lambda app: "",
    calendars=calendars,
    enter=enter,
    several=True,
)
