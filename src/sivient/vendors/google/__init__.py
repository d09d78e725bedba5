"""Google: calendars. Its emulator also signs people in."""

from sivient.ports.vendor import Provider

PROVIDER = Provider(
    key="google",
    label="Google Calendar",
    summary="Busy times block your page; bookings are written into your calendar and Google sends the invites.",
    abilities=("see when you are busy", "write bookings into a calendar that you own"),
    limits="No contacts, no mail, no other events of yours.",
    oauth=None,
    grants_enough=lambda scope: True,
    notes=lambda user_type, user_status: (),
    consent_origins=lambda app: (),
    removal_page=lambda app: "",
    several=True,
)
