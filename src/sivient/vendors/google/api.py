"""One call to Google's Calendar API (calendars contract 1.4), always at the configured base."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from sivient.ports.errors import OutcomeUnknown
from sivient.ports.http import Answer, Judge, Patience, read_json, send
from sivient.vendors.google.errors import judge, reason

WHO = "Google"
BASE = "/calendar/v3"
MOST_PAGES = 1000  # of one answer: more is a server that goes round in circles
FIXED = {"users", "me", "calendarList", "calendars", "events", "watch", "freeBusy", "channels", "stop"}
log = logging.getLogger(__name__)
Body = dict[str, Any]
Query = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Api:
    """The API on behalf of one token's user."""

    http: httpx.Client
    token: str = field(repr=False)
    patience: Patience

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Body | None = None,
        etag: str = "",
        judge: Judge = judge,
    ) -> Body:
        """Ask for one JSON object; empty for a 204. `etag`: only if the event is still the one that has it."""
        return read_json(self.send(method, path, query=query, body=body, etag=etag), who=WHO, judge=judge)

    def send(
        self, method: str, path: str, *, query: Query | None = None, body: Body | None = None, etag: str = ""
    ) -> Answer:
        """Make one call and return whatever came back."""
        headers = {"Authorization": f"Bearer {self.token}"} | ({"If-Match": etag} if etag else {})
        content: dict[str, Any] = {"headers": headers} | ({} if body is None else {"json": body})
        target = f"{BASE}/{path}" + (f"?{urlencode(query)}" if query else "")
        answer = send(self.http, method, target, who=WHO, patience=self.patience, **content)
        if answer.status >= 300:
            # The path names calendars by mail addresses: only its fixed words are for the log.
            words = "/".join(part for part in path.split("/") if part in FIXED)
            log.warning(
                "google refused",
                extra={"method": method, "route": words, "status": answer.status, "error": reason(answer)},
            )
        return answer

    def pages(self, path: str, query: Query, *, judge: Judge = judge) -> Iterator[Body]:
        """Yield the pages of a list, one request each."""
        asked = dict(query)
        for _ in range(MOST_PAGES):
            page = self.call("GET", path, query=asked, judge=judge)
            further = page.get("nextPageToken") or ""
            if not _is_page(page) or (further and further == asked.get("pageToken")):
                raise OutcomeUnknown(f"{WHO} gave an answer that cannot be read.")
            yield page
            if not further:
                return
            asked["pageToken"] = str(further)
        raise OutcomeUnknown(f"{WHO} did not come to an end.")


def _is_page(page: Body) -> bool:
    """Whether this is a part of a list. One without items says so by naming what follows: nothing less is empty."""
    return isinstance(page.get("items", [] if {"nextPageToken", "nextSyncToken"} & page.keys() else None), list)


def events_path(calendar: str, *more: str) -> str:
    """Return the path of a calendar's events, or of one of them."""
    return "/".join(["calendars", quote(calendar, safe=""), "events", *(quote(each, safe="") for each in more)])
