"""Microsoft: Outlook calendars (docs: help.md beside this file). Its emulator also signs people in."""

from urllib.parse import urlsplit

from sivient.ports.vendor import App, Provider
from sivient.vendors.microsoft.calendars import connect_calendars
from sivient.vendors.microsoft.oauth import connect_oauth, grants_enough, missing
from sivient.vendors.microsoft.push import MicrosoftPush


def consent_origins(app: App) -> tuple[str, ...]:
    """Return where the consent page may send the browser on to: personal accounts sign in at another host."""
    if not _is_microsoft(app):
        return (_origin(app),)
    return (_origin(app), "https://login.live.com", "https://*.microsoftonline.com")


def removal_page(app: App) -> str:
    """Return the page where people remove apps from their Microsoft account."""
    return "https://myaccount.microsoft.com" if _is_microsoft(app) else _origin(app)


def _origin(app: App) -> str:
    """Return the authority without its tenant."""
    parts = urlsplit(app.oauth_base)
    return f"{parts.scheme}://{parts.netloc}"


def _is_microsoft(app: App) -> bool:
    """Whether this is Microsoft itself; otherwise it is an emulator, which has every page at one address."""
    return (urlsplit(app.oauth_base).hostname or "").endswith(".microsoftonline.com")


PROVIDER = Provider(
    key="microsoft",
    label="Microsoft Outlook",
    summary="Times taken there are never offered. Bookings go into your calendar, and Outlook sends the invite.",
    abilities=(
        "See which calendars you have, and when you are busy in those that you choose",
        "Write bookings into a calendar of yours, change and delete them there, and see what your guest answered",
        "See your Microsoft user id and email address",
    ),
    limits="Nothing else: no mail, no contacts, no files. Events that we did not make are never changed, and we keep "
    "only when they begin and end.",
    oauth=connect_oauth,
    grants_enough=grants_enough,
    notes=lambda user_type, status: (),
    consent_origins=consent_origins,
    removal_page=removal_page,
    calendars=connect_calendars,
    push=MicrosoftPush(),
    several=True,
    missing=missing,
)
