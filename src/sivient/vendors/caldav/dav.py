"""WebDAV as calendars need it (RFC 4918, 4791): one request, and the answers that come by resource."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError

import httpx
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sivient.ports import guarded
from sivient.ports.errors import OutcomeUnknown, TryLater
from sivient.ports.guarded import same_house
from sivient.ports.http import Answer, Patience
from sivient.vendors.caldav.errors import UNREADABLE, WHO, judge

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
SERVER = "{http://calendarserver.org/ns/}"
MULTISTATUS = 207
LONGEST_NAME = 900  # characters
_SPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"'


@dataclass(frozen=True, slots=True)
class Resource:
    """What an answer says about one resource: its address, its own status (0: none), and its properties by tag."""

    url: str
    status: int
    properties: Mapping[str, Element]

    @property
    def name(self) -> str:
        """What we call it: its path, and a digest of that where it is longer than any that we keep."""
        path = name(self.url)
        return path if len(path) <= LONGEST_NAME else f"sha256:{sha256(path.encode()).hexdigest()}"

    def text(self, tag: str) -> str:
        """Return a property's text, "" without one."""
        found = self.properties.get(tag)
        return (found.text or "").strip() if found is not None else ""

    def hrefs(self, tag: str) -> list[str]:
        """Return the addresses in a property."""
        found = self.properties.get(tag)
        inside = [] if found is None else found.iter(f"{DAV}href")
        return [joined(self.url, each.text) for each in inside if (each.text or "").strip()]

    def has(self, tag: str, inner: str) -> bool:
        """Say whether a property has an element somewhere inside."""
        found = self.properties.get(tag)
        return found is not None and next(found.iter(inner), None) is not None


@dataclass(frozen=True, slots=True)
class Dav:
    """One account's server, as far as requests need to know it. `ends`: monotonic seconds, when all has to be over."""

    networks: tuple[str, ...]
    home: str  # the password goes to its host alone, see ports.guarded.same_house
    user: str
    password: str = field(repr=False)
    patience: Patience
    ends: float | None = None

    def hurried(self, seconds: float) -> "Dav":
        """Return the same for several requests that have `seconds` in all."""
        return replace(self, ends=time.monotonic() + seconds)

    def raw(
        self, method: str, url: str, *, body: str | bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Make one request, and return its answer whatever it is."""
        if not same_house(self.home, url):
            raise OutcomeUnknown(UNREADABLE)  # an address on another host, out of an answer
        content = body.encode() if isinstance(body, str) else body
        auth = httpx.BasicAuth(self.user.encode(), self.password.encode())
        return guarded.send(
            method,
            url,
            networks=self.networks,
            who=WHO,
            patience=self._patience(),
            content=content,
            headers={**(headers or {})},
            auth=auth,
        )

    def ask(
        self, method: str, url: str, *, body: str | bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Make one request and return the answer of its success; errors as in `errors.judge`."""
        answer = self.raw(method, url, body=body, headers=headers)
        if not 200 <= answer.status < 300:
            raise judge(answer)
        return answer

    def properties(self, url: str, *wanted: str, depth: int = 0) -> list[Resource]:
        """Return properties of a resource, and of those in it with depth 1."""
        return resources(self.ask("PROPFIND", url, body=propfind(*wanted), headers=xml(depth)), url)

    def report(self, url: str, body: str, *, depth: int = 1) -> list[Resource]:
        """Return what a REPORT on a collection says."""
        return resources(self.ask("REPORT", url, body=f"<?xml version='1.0'?>{body}", headers=xml(depth)), url)

    def sync(self, url: str, body: str) -> tuple[list[Resource], str]:
        """Return what a sync-collection REPORT says, and the token of the state that it describes."""
        answer = self.ask("REPORT", url, body=f"<?xml version='1.0'?>{body}", headers=xml(0))
        token = (root(answer).findtext(f"{DAV}sync-token") or "").strip()
        if not token:
            raise OutcomeUnknown(UNREADABLE)
        return resources(answer, url), token

    def fetched(self, url: str) -> Resource:
        """Return a calendar resource with its text, as a report would."""
        answer = self.ask("GET", url)
        data, etag = Element(f"{CALDAV}calendar-data"), Element(f"{DAV}getetag")
        data.text, etag.text = answer.text, answer.headers.get("etag", "")
        return Resource(url, 0, {each.tag: each for each in (data, etag)})

    def _patience(self) -> Patience:
        if self.ends is None:
            return self.patience
        left = self.ends - time.monotonic()
        if left <= 0.05:
            raise TryLater(f"{WHO} did not answer in time.")
        connect = min(self.patience.connect, left / 2)
        return Patience(connect=connect, answer=min(self.patience.answer, left - connect))


def xml(depth: int) -> dict[str, str]:
    """Return the headers of a request with an XML body."""
    return {"Content-Type": "application/xml; charset=utf-8", "Depth": str(depth)}


def element(tag: str, inner: str) -> str:
    """Return an element with our three name spaces, as the outermost of a request."""
    return f"<{tag} {_SPACES}>{inner}</{tag}>"


def propfind(*wanted: str) -> str:
    """Return the body that asks for properties, each like `d:displayname`."""
    return "<?xml version='1.0'?>" + element(
        "d:propfind", f"<d:prop>{''.join(f'<{each}/>' for each in wanted)}</d:prop>"
    )


def root(answer: Answer) -> Element:
    """Return the XML of an answer. OutcomeUnknown: it is none, or of the kind that explodes when it is read."""
    try:
        found: Element = fromstring(answer.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise OutcomeUnknown(UNREADABLE) from error
    return found


def resources(answer: Answer, url: str) -> list[Resource]:
    """Return what a multi-status answer says, by resource. `url` is what was asked."""
    found = root(answer)
    if answer.status != MULTISTATUS or found.tag != f"{DAV}multistatus":
        raise OutcomeUnknown(UNREADABLE)
    return list(_resources(found, url))


def _resources(found: Element, url: str) -> Iterator[Resource]:
    for response in found.findall(f"{DAV}response"):
        properties: dict[str, Element] = {}
        for part in response.findall(f"{DAV}propstat"):
            if _status(part) in (0, 200):
                properties.update((each.tag, each) for each in part.iterfind(f"{DAV}prop/*"))
        for href in response.findall(f"{DAV}href"):
            yield Resource(joined(url, href.text), _status(response), properties)


def joined(base: str, href: str | None) -> str:
    """Return the whole address of an href, its path as `name` writes it."""
    try:
        address = urljoin(base, (href or "").strip())
        return urlsplit(address)._replace(path=name(address)).geturl()
    except ValueError as error:
        raise OutcomeUnknown(UNREADABLE) from error


def _status(inside: Element) -> int:
    """Return the number in "HTTP/1.1 404 Not Found", 0 when there is none."""
    parts = (inside.findtext(f"{DAV}status") or "").split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() and len(parts[1]) == 3 else 0


def name(url: str) -> str:
    """Return the path of an address, each of its parts quoted in one way whatever the server's own."""
    path = urlsplit(url).path
    return "/".join(quote(unquote(part), safe="@:!$&'()*+,;=~") for part in path.split("/"))
