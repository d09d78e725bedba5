"""What each Meeting Platform needs to know, and what a host may choose."""

from sivient.accounts.models import User
from sivient.accounts.plans import Feature, PlanTooSmall, allows
from sivient.core.text import clean_line
from sivient.integrations.queries import connected
from sivient.scheduling.meeting_link import require_link
from sivient.scheduling.models import Platform
from sivient.scheduling.web_address import is_web_address

LONGEST_DETAILS = 500
NO_LINK = "Enter a link that begins with https:// or http://."


class PlatformUnfit(Exception):
    """The platform cannot be chosen like this. The text is for the host."""


class NotConnected(PlatformUnfit):
    """The platform's vendor is not connected."""


def check_details(platform: str, typed: str) -> str:
    """Return what guests need to reach the host, tidied, or raise PlatformUnfit."""
    details = clean_line(typed, LONGEST_DETAILS + 1)
    if len(details) > LONGEST_DETAILS:
        raise PlatformUnfit(f"Enter up to {LONGEST_DETAILS} characters.")
    match platform:
        case Platform.PHONE:
            if sum(character.isdigit() for character in details) < 3:
                raise PlatformUnfit("Enter the phone number that guests call.")
        case Platform.IN_PERSON:
            if not details:
                raise PlatformUnfit("Enter the address where you meet.")
        case Platform.OWN_LINK:
            if not is_web_address(details):
                raise PlatformUnfit(NO_LINK)
        case _:
            return ""
    return details


def check_fallback(typed: str) -> str:
    """Return the link that is used when the vendor cannot make a meeting in time, or "" for none.

    Raises LinkUnfit.
    """
    link = clean_line(typed, LONGEST_DETAILS + 1)
    if link:
        require_link(link, longest=LONGEST_DETAILS)
    return link


def require_choosable(host: User, platform: str, *, current: str) -> None:
    """Return if the host may choose the platform now; what is chosen already may stay.

    Raises PlanTooSmall or NotConnected: pages do not offer these choices, and the verbs do not take them.
    """
    if platform not in (*Platform.values, ""):
        raise PlatformUnfit("Choose one of the platforms.")
    if platform != Platform.ZOOM or current == Platform.ZOOM:
        return
    if not allows(host, Feature.SCHEDULING):
        raise PlanTooSmall("Zoom meetings are part of Pro.")
    if not connected(host, "zoom"):
        raise NotConnected("Zoom is not connected. Connect it under Integrations first.")
