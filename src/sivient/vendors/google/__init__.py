"""Google: busy times and bookings in the host's calendars (docs: help.md beside this file)."""

from urllib.parse import urlsplit

from sivient.ports.vendor import App, Provider
from sivient.vendors.google.calendars import connect_calendars
from sivient.vendors.google.oauth import connect_oauth
from sivient.vendors.google.push import GoogleInbox
from sivient.vendors.google.scopes import grants_enough, missing


def consent_origins(app: App) -> tuple[str, ...]:
    """Return where Google's consent page may send the browser on to."""
    return (app.oauth_base, "https://*.google.com") if _is_google(app) else (app.oauth_base,)


def removal_page(app: App) -> str:
    """Return the page where a Google user removes what other apps may do."""
    return "https://myaccount.google.com/connections" if _is_google(app) else f"{app.oauth_base}/connections"


def _is_google(app: App) -> bool:
    """Whether this is Google itself; otherwise it is an emulator, which has every page at one address."""
    host = urlsplit(app.oauth_base).hostname or ""
    return host == "google.com" or host.endswith(".google.com")


PROVIDER = Provider(
    key="google",
    label="Google Calendar",
    summary="Times taken there are never offered. Bookings go into your calendar, and Google sends the invite.",
    abilities=(
        "See when you are busy, in the calendars that you choose",
        "See which calendars you have, and in which time zone",
        "Write bookings into a calendar of yours, change and delete them there, and see what your guest answered",
        "See your Google user id and email address",
    ),
    limits="Nothing else: no mail, no contacts, and no titles or details of events that we did not make.",
    oauth=connect_oauth,
    grants_enough=grants_enough,
    notes=lambda user_type, user_status: (),
    consent_origins=consent_origins,
    removal_page=removal_page,
    calendars=connect_calendars,
    push=GoogleInbox(),
    several=True,
    missing=missing,
)
