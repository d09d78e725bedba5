"""Graph's subscriptions and what they push (calendars contract, chapter 2.5). A push is only a hint.

Our channel's name stands in the address that is pushed to; Graph's own id of the subscription ends and renews it.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from sivient.core.text import clean_line
from sivient.ports.calendars import Notice, NoticeKind, Pushed, Watch
from sivient.ports.errors import Gone, OutcomeUnknown
from sivient.vendors.microsoft.api import Body, Graph, items
from sivient.vendors.microsoft.errors import InTheWay

LIFE = timedelta(days=6)  # Graph refuses more than seven (10,080 minutes), by a clock that is not ours
CHANGES = "created,updated,deleted"
CHANNEL = "channel"
MOST_NOTICES = 1000
TOKEN_LIMIT = 4096  # characters
LIFECYCLE = {
    "reauthorizationRequired": NoticeKind.REAUTHORIZE,
    "subscriptionRemoved": NoticeKind.REMOVED,
    "missed": NoticeKind.MISSED,
}


class MicrosoftPush:
    """Reads what Graph pushes, and answers its handshake."""

    status = 202

    def read(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Pushed:
        """Return what the request says, nothing when it makes no sense."""
        token = query.get("validationToken")
        if token is not None:
            return Pushed(reply=token[:TOKEN_LIMIT])
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            return Pushed()
        value = said.get("value") if isinstance(said, dict) else None
        listed = value[:MOST_NOTICES] if isinstance(value, list) else []
        channel = query.get(CHANNEL, "")
        return Pushed(tuple(dict.fromkeys(_notice(item, channel) for item in listed if isinstance(item, dict))))


def watch(graph: Graph, calendar: str, *, channel: str, secret: str, address: str) -> Watch:
    """Subscribe to a calendar. One that is in the way is ended first: what it was told to send us, nobody knows."""
    to = f"{address}{'&' if '?' in address else '?'}{urlencode({CHANNEL: channel})}"
    wanted = {
        "changeType": CHANGES,
        "notificationUrl": to,
        "lifecycleNotificationUrl": to,  # cannot be added later
        "resource": f"/me/calendars/{quote(calendar, safe='=')}/events",
        "expirationDateTime": _until(),
        "clientState": secret,
    }
    try:
        made = graph.call("POST", "/subscriptions", json=wanted)
    except InTheWay:
        _end_those_of(graph, wanted["resource"], address)
        made = graph.call("POST", "/subscriptions", json=wanted)
    return Watch(channel, _id(made), _expires(made))


def renew(graph: Graph, watch: Watch) -> Watch:
    """Let a subscription live on as it is. Gone: it has ended."""
    path = f"/subscriptions/{quote(watch.resource, safe='')}"
    body = graph.call("PATCH", path, json={"expirationDateTime": _until()})
    return Watch(watch.channel, watch.resource, _expires(body))


def unwatch(graph: Graph, watch: Watch) -> None:
    """End a subscription; one that is gone already is ended."""
    _end(graph, watch.resource)


def _end(graph: Graph, name: str) -> None:
    try:
        graph.call("DELETE", f"/subscriptions/{quote(name, safe='')}")
    except Gone:
        return


def _end_those_of(graph: Graph, resource: str, address: str) -> None:
    """End our subscriptions to a resource. Those that push elsewhere are of another server with the same app."""
    for page in graph.pages("/subscriptions"):
        for body in items(page):
            there = isinstance(body, dict) and body.get("id") and body.get("resource") == resource
            if there and str(body.get("notificationUrl") or "").startswith(address):
                _end(graph, str(body["id"]))


def _notice(item: dict[str, Any], channel: str) -> Notice:
    secret = item.get("clientState")
    lifecycle = item.get("lifecycleEvent")
    kind = LIFECYCLE.get(str(lifecycle), NoticeKind.MISSED) if lifecycle else NoticeKind.CHANGED
    return Notice(channel, secret if isinstance(secret, str) else "", kind)


def _until() -> str:
    return f"{datetime.now(UTC) + LIFE:%Y-%m-%dT%H:%M:%SZ}"


def _id(body: Body) -> str:
    name = clean_line(str(body.get("id") or ""), 300)
    if not name:
        raise OutcomeUnknown("Microsoft gave an answer that cannot be read.")
    return name


def _expires(body: Body) -> datetime:
    """Return when a subscription ends; what Graph grants may be less than was asked for."""
    text = body.get("expirationDateTime")
    try:
        moment = datetime.fromisoformat(text[:19] + "+00:00") if isinstance(text, str) else None
    except ValueError:
        moment = None
    return moment or datetime.now(UTC) + timedelta(minutes=45)  # the shortest life there is: renewed soon
