"""From the address that a host typed to their calendars (RFC 6764, 5397, 4791 6.2.1)."""

from urllib.parse import urljoin

from sivient.ports.errors import OutcomeUnknown, Rejected
from sivient.ports.guarded import LONGEST, same_house
from sivient.ports.http import Answer, Patience
from sivient.ports.vendor import App, Entered, VendorAccount
from sivient.ports.web_address import web_address
from sivient.vendors.caldav.collection import calendars
from sivient.vendors.caldav.dav import CALDAV, DAV, Dav, Resource, propfind, resources, xml
from sivient.vendors.caldav.errors import WHO, judge

WELL_KNOWN = "/.well-known/caldav"
MOST_REDIRECTS = 3
LONGEST_HOME = 500  # characters that are kept of an address
PASSWORD = (
    f"{WHO} does not accept this user and password. Many servers want an app password here, "
    "not the one that you sign in with."
)
NOT_CALDAV = "There is no CalDAV server at this address. The guide says which address common servers have."
NO_CALENDARS = "This account has no calendars yet. Make one there, then connect again."
OTHER_HOST = (
    f"{WHO} sends us on to another host, and your password goes to nobody but the host that you typed. "
    "Type the address of that host, if it is yours."
)
MANY_REDIRECTS = f"{WHO} sends us from one address to the next. Type the address where it ends."
MISSING = "Type the user and the app password of your calendar server."
_PRINCIPAL = propfind("d:current-user-principal", "c:calendar-home-set", "d:resourcetype")


def enter(app: App, entered: Entered, patience: Patience) -> VendorAccount:
    """Return whose calendars the typed words open, and where they are.

    Rejected: its sentence says what is wrong. TryLater: nobody answered, or the server has trouble.
    """
    if not entered.user.strip() or not entered.password:
        raise Rejected(MISSING)
    typed = web_address(entered.address)
    dav = Dav(app.networks, typed.url, entered.user.strip(), entered.password, patience).hurried(LONGEST)
    principal, home = _principal(dav, [typed.url, typed.origin + WELL_KNOWN])
    if not home:
        found = _said(dav, principal)
        home = _first(found.hrefs(f"{CALDAV}calendar-home-set")) if found else ""
    if not home or len(home) > LONGEST_HOME:
        raise Rejected(NOT_CALDAV)
    _require_house(dav, home)
    if not calendars(dav, home):
        raise Rejected(NO_CALENDARS)
    return VendorAccount(user_id=principal or home, email=dav.user, address=home)


def _principal(dav: Dav, candidates: list[str]) -> tuple[str, str]:
    """Return the user's principal, and their calendar home where it is said at once, from the first that knows."""
    trouble: OutcomeUnknown | None = None
    for candidate in candidates:
        try:
            found = _said(dav, candidate)
        except OutcomeUnknown as error:  # the other one may know
            trouble = error
            continue
        principal = _first(found.hrefs(f"{DAV}current-user-principal")) if found else ""
        home = _first(found.hrefs(f"{CALDAV}calendar-home-set")) if found else ""
        if principal or home:
            return principal, home
    raise trouble or Rejected(NOT_CALDAV)


def _said(dav: Dav, url: str) -> Resource | None:
    """Return what a resource says about the user, following redirects inside the house; None: it says nothing."""
    for _ in range(MOST_REDIRECTS + 1):
        _require_house(dav, url)
        answer = dav.raw("PROPFIND", url, body=_PRINCIPAL, headers=xml(0))
        if not 300 <= answer.status < 400:
            return _read(answer, url)
        url = urljoin(url, answer.headers.get("location", ""))
    raise Rejected(MANY_REDIRECTS)


def _read(answer: Answer, url: str) -> Resource | None:
    if answer.status == 401:
        raise Rejected(PASSWORD)
    if answer.status == 429 or answer.status >= 500:
        raise judge(answer)
    try:
        return next(iter(resources(answer, url)), None)
    except OutcomeUnknown:  # a web page, or worse
        return None


def _first(found: list[str]) -> str:
    return found[0] if found else ""


def _require_house(dav: Dav, url: str) -> None:
    """Raise Rejected for an address to which the password must not go."""
    if not same_house(dav.home, url):
        raise Rejected(OTHER_HOST)
