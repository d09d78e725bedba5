"""Zoom: meetings on the host's own account; two permissions are enough (docs: help.md beside this file)."""

from datetime import timedelta
from urllib.parse import urlsplit

from sivient.ports.vendor import App, Note, Provider
from sivient.vendors.zoom.conferencing import allowed, connect_conferencing
from sivient.vendors.zoom.limits import DAILY_CHANGES
from sivient.vendors.zoom.oauth import connect_oauth, grants_enough
from sivient.vendors.zoom.webhook import ZoomInbox

BASIC, UNASSIGNED, NO_TYPE = 1, 4, 99  # user types of contract chapter 3
ACTIVE = "active"
LINK_LASTS = timedelta(days=25)  # an id expires 30 days after the meeting's date (contract 4.4); five for safety


def notes(user_type: int | None, status: str) -> tuple[Note, ...]:
    """Return what the host should know about this Zoom user (contract chapter 3)."""
    if user_type in (UNASSIGNED, NO_TYPE) or (status and status != ACTIVE):
        return (
            Note(
                "This Zoom user cannot host meetings, so bookings will wait for their link. "
                "The administrator of the Zoom account can change that.",
                "cannot-host",
            ),
        )
    if user_type == BASIC:
        return (Note("This is a Basic Zoom user: meetings with others end after 40 minutes.", "forty-minutes"),)
    return ()


def consent_origins(app: App) -> tuple[str, ...]:
    """Return where Zoom's consent page may send the browser on to: sign-in and Marketplace have hosts of their own."""
    return (app.oauth_base, "https://*.zoom.us") if _is_zoom(app) else (app.oauth_base,)


def removal_page(app: App) -> str:
    """Return the page where a Zoom user removes apps."""
    return "https://marketplace.zoom.us/user/installed" if _is_zoom(app) else f"{app.oauth_base}/user/installed"


def _is_zoom(app: App) -> bool:
    """Whether this is Zoom itself; otherwise it is an emulator, which has every page at one address."""
    host = urlsplit(app.oauth_base).hostname or ""
    return host == "zoom.us" or host.endswith(".zoom.us")


PROVIDER = Provider(
    key="zoom",
    label="Zoom",
    summary="Every booking gets its own Zoom meeting. The link goes out in the invite.",
    abilities=(
        "Create meetings for you, one per booking",
        "See your Zoom user id, email address and user type",
        "Move, delete or look up these meetings, if Zoom named such permissions when you connected",
    ),
    limits="Nothing else: no recordings, no contacts, no chat, and no changes to meetings that we did not make.",
    oauth=connect_oauth,
    grants_enough=grants_enough,
    notes=notes,
    consent_origins=consent_origins,
    removal_page=removal_page,
    conferencing=connect_conferencing,
    inbox=ZoomInbox,
    allowed=allowed,
    link_lasts=LINK_LASTS,
    daily_changes=DAILY_CHANGES,
)
