"""What a link has to be that a host gives for meetings: one set of rules and words for every field that takes one."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from sivient.core.invite import fits_invite
from sivient.scheduling.web_address import is_web_address

NO_ADDRESS = "Write the whole address of the meeting, such as https://example.org/my-room."


class LinkUnfit(ValueError):
    """This is no link that a guest could open, or that an invite could carry. The text is for the host."""


def require_link(url: str, *, longest: int) -> None:
    """Raise LinkUnfit for what guests could not open; `longest` is in characters."""
    if len(url) > longest:
        raise LinkUnfit(f"This address is too long. The most is {longest} characters.")
    if " " in url:
        raise LinkUnfit("An address has no spaces.")
    if not is_web_address(url):
        raise LinkUnfit(NO_ADDRESS)
    if not fits_invite(url):
        raise LinkUnfit("This address has characters that an invite cannot carry, such as quotes or angle brackets.")
    if not _reachable(urlsplit(url).hostname or ""):
        raise LinkUnfit(f"Guests cannot open this address: it leads only to your own computer or network. {NO_ADDRESS}")


def _reachable(host: str) -> bool:
    """Say whether a host's name may lead somewhere from a guest's computer: no loopback, no name without a dot."""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        name = host.rstrip(".")
        return "." in name and not name.endswith(".localhost")
