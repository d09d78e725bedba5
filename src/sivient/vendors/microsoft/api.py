"""Calls to Microsoft Graph (calendars contract, chapters 2.4 and 2.6)."""

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from sivient.ports.errors import OutcomeUnknown
from sivient.ports.http import Answer, Judge, Patience, read_json, send
from sivient.vendors.microsoft.errors import judge

WHO = "Microsoft"
MOST_PAGES = 2000
# UTC spares us Windows' names of zones; immutable ids survive a move to another folder; text is shorter than HTML.
PREFER = ('outlook.timezone="UTC"', 'IdType="ImmutableId"', 'outlook.body-content-type="text"')
_AN_ID = re.compile(r"[^/]{20,}")
log = logging.getLogger(__name__)
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Graph:
    """Graph on behalf of one token's user. `patience` is that of each request."""

    http: httpx.Client
    token: str = field(repr=False)
    patience: Patience

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Body | None = None,
        etag: str = "",
        prefer: str = "",
        judge: Judge = judge,
        patience: Patience | None = None,
    ) -> Body:
        """Ask for one JSON object; empty for a 204. `etag`: only if the thing is still that one (412)."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Prefer": ", ".join((*PREFER, prefer) if prefer else PREFER),
            "client-request-id": str(uuid.uuid4()),
        }
        if etag:
            headers["If-Match"] = etag
        content: dict[str, Any] = {"headers": headers} | ({} if json is None else {"json": json})
        answer = send(self.http, method, path, who=WHO, patience=patience or self.patience, **content)
        _note(answer, method, path)
        return read_json(answer, who=WHO, judge=judge)

    def pages(
        self, path: str, *, prefer: str = "", judge: Judge = judge, left: Callable[[], Patience] | None = None
    ) -> Iterator[Body]:
        """Yield the pages of a list up to its last one. `left` is asked for the patience of each."""
        for _ in range(MOST_PAGES):
            patience = left() if left else self.patience
            page = self.call("GET", path, prefer=prefer, judge=judge, patience=patience)
            yield page
            following = page.get("@odata.nextLink")
            if not following:
                return
            if not self.is_ours(following) or following == path:
                raise OutcomeUnknown("Microsoft gave an answer that leads nowhere.")
            path = following
        raise OutcomeUnknown("Microsoft did not come to an end.")

    def is_ours(self, link: object) -> bool:
        """Whether a link leads to the configured Graph: only there may the token go (contract rule 10)."""
        if not isinstance(link, str):
            return False
        base = self.http.base_url
        try:
            parts = urlsplit(link)
            port = parts.port
        except ValueError:
            return False
        default = {"https": 443, "http": 80}.get(parts.scheme)
        same = (parts.scheme, parts.hostname, port or default) == (base.scheme, base.host, base.port or default)
        return same and parts.username is None and parts.path.startswith(base.path.rstrip("/") + "/")


def items(page: Body) -> list[Any]:
    """Return what a page lists. OutcomeUnknown: it lists nothing, which is not the same as an empty list."""
    value = page.get("value")
    if not isinstance(value, list):
        raise OutcomeUnknown("Microsoft gave an answer that cannot be read.")
    return value


def _note(answer: Answer, method: str, path: str) -> None:
    """Log a refusal with Microsoft's own number for it, which their support asks for."""
    if answer.status >= 300:
        route = _AN_ID.sub("{id}", urlsplit(path).path)
        details = {"method": method, "route": route, "status": answer.status}
        log.warning("microsoft refused", extra=details | {"trackingid": answer.headers.get("request-id", "")[:100]})
