"""Microsoft: calendars. Its emulator also signs people in."""

from sivient.ports.vendor import Provider

PROVIDER = Provider(
    key="microsoft",
    label="Microsoft Outlook",
    summary="Busy times block your page; bookings are written into your calendar and Outlook sends the invites.",
    abilities=("see when you are busy", "write bookings into your calendar"),
    limits="No contacts, no mail.",
    oauth=None,
    grants_enough=lambda scope: True,
    notes=lambda user_type, user_status: (),
    consent_origins=lambda app: (),
    removal_page=lambda app: "",
    several=True,
)
