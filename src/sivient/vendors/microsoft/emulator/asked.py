"""What a request asks of Graph: its `Prefer`, its query, its JSON body."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from sivient.vendors.calendar_emulator.records import Window
from sivient.vendors.microsoft.emulator.errors import GraphError, invalid

LONGEST_VIEW = timedelta(days=1825)
LARGEST_PAGE = 1000
_PREFERENCE = re.compile(r'([A-Za-z.-]+)\s*=\s*"?([^",]*)"?')


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to Graph. `ids` are the variable parts of its path, in order."""

    request: httpx.Request
    ids: tuple[str, ...] = ()
    prefers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: httpx.Request, ids: tuple[str, ...]) -> "Asked":
        """Read the headers. GraphError: a zone that nobody knows, or ids that move with their events."""
        prefers = {name.lower(): value for name, value in _PREFERENCE.findall(request.headers.get("Prefer", ""))}
        zone = prefers.get("outlook.timezone", "UTC")
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise invalid(
                f"A valid TimeZone value must be specified: {zone}", "TimeZoneNotSupportedException"
            ) from None
        return cls(request, ids, prefers)

    @property
    def zone(self) -> str:
        """In which zone times are wanted."""
        return self.prefers.get("outlook.timezone", "UTC")

    @property
    def as_text(self) -> bool:
        """Whether bodies are wanted as text."""
        return self.prefers.get("outlook.body-content-type", "").lower() == "text"

    @property
    def query(self) -> httpx.QueryParams:
        """The parameters of the address."""
        return self.request.url.params

    def page_size(self, usual: int) -> int:
        """Return how many entries a page may have."""
        wanted = self.query.get("$top") or self.prefers.get("odata.maxpagesize") or str(usual)
        if not wanted.isdecimal() or not 0 < int(wanted) <= LARGEST_PAGE:
            raise invalid("Invalid page size.")
        return int(wanted)

    def select(self, known: Collection[str]) -> set[str] | None:
        """Return which properties are wanted, None for all. GraphError: one that there is not."""
        if "$select" not in self.query:
            return None
        wanted = set(self.query["$select"].split(","))
        for name in wanted - set(known):
            raise invalid(f"Could not find a property named '{name}'.", "RequestBroker--ParseUri")
        return wanted

    def only(self, *parameters: str) -> None:
        """Raise GraphError for a parameter that this call does not take."""
        for name in set(self.query) - set(parameters):
            raise invalid(f"The query parameter '{name}' is not supported here.", "ErrorInvalidUrlQuery")

    def window(self) -> Window:
        """Return startDateTime and endDateTime, both in UTC when they do not say otherwise."""
        try:
            start, end = (_instant(self.query[name]) for name in ("startDateTime", "endDateTime"))
        except (KeyError, ValueError):
            raise invalid("This request requires a time window.", "ErrorInvalidParameter") from None
        if end - start > LONGEST_VIEW:
            raise invalid("The requested time window is larger than 1825 days.")
        if end < start:
            raise invalid("The end of the window is before its start.", "ErrorInvalidParameter")
        return start, end

    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent."""
        try:
            said = json.loads(self.request.content)
        except ValueError:
            said = None
        if not isinstance(said, dict) or "json" not in self.request.headers.get("Content-Type", ""):
            raise GraphError(400, "RequestBodyRead", "Unable to read JSON request payload.")
        return said


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
