"""Google's push channels, and what comes through them (calendars contract 1.5)."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sivient.ports.calendars import Notice, NoticeKind, Pushed, Watch
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown
from sivient.ports.http import read_json
from sivient.vendors.google.api import WHO, Api, events_path
from sivient.vendors.google.errors import judge

STATES = {"sync": NoticeKind.HELLO}  # `exists`, `not_exists` and whatever comes later: something changed
UNSAID = timedelta(days=1)  # how long a channel counts whose end Google did not say; its default is a week
NAME_LIMIT, SECRET_LIMIT = 64, 256  # characters, as Google allows


class GoogleInbox:
    """Reads pushes: all is in the headers, the body is empty."""

    status = 200

    def read(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Pushed:
        """Return the notice of a push, none when it names no channel."""
        said = {name.lower(): value for name, value in headers.items() if name.lower().startswith("x-goog-")}
        channel = said.get("x-goog-channel-id", "")
        secret = said.get("x-goog-channel-token", "")
        if not 0 < len(channel) <= NAME_LIMIT or len(secret) > SECRET_LIMIT:
            return Pushed()
        kind = STATES.get(said.get("x-goog-resource-state", ""), NoticeKind.CHANGED)
        return Pushed((Notice(channel, secret, kind),))


def watch(api: Api, calendar: str, *, channel: str, secret: str, address: str) -> Watch:
    """Open a channel for a calendar's events. Rejected: Google pushes nothing to this address, or of this calendar."""
    wanted = {"id": channel, "type": "web_hook", "address": address, "token": secret}
    answer = api.send("POST", events_path(calendar, "watch"), body=wanted)
    body = read_json(answer, who=WHO, judge=judge)
    resource = body.get("resourceId")
    if not isinstance(resource, str) or not resource:
        raise OutcomeUnknown(f"{WHO} gave an answer that cannot be read.")
    return Watch(channel, resource, _end(body.get("expiration")) or answer.received_at + UNSAID)


def renew(api: Api, calendar: str, old: Watch, *, channel: str, secret: str, address: str) -> Watch:
    """Open another channel, then end the old one: Google prolongs none, and notices that come twice do no harm."""
    new = watch(api, calendar, channel=channel, secret=secret, address=address)
    with suppress(IntegrationError):  # the old one ends by itself; the new one has to be remembered
        unwatch(api, old)
    return new


def unwatch(api: Api, old: Watch) -> None:
    """End a channel; one that is gone already is ended."""
    try:
        api.call("POST", "channels/stop", body={"id": old.channel, "resourceId": old.resource})
    except Gone:
        return


def _end(said: Any) -> datetime | None:
    """Return the instant of milliseconds since 1970, which Google writes as text."""
    try:
        return datetime.fromtimestamp(int(said) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
