"""Subscriptions: the handshake with both addresses, notices of changes and of life (calendars contract, 2.5)."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx

from sivient.vendors.calendar_emulator import CalendarEmulator, Channel, Event, Push
from sivient.vendors.calendar_emulator.push import may_be_pushed_to
from sivient.vendors.microsoft.emulator.asked import Asked
from sivient.vendors.microsoft.emulator.errors import GraphError, invalid, not_found
from sivient.vendors.microsoft.emulator.mailbox import Mailbox

LONGEST, SHORTEST = timedelta(minutes=10_080), timedelta(minutes=45)
SECRET_LIMIT = 128  # characters
ADDRESSES = ("notificationUrl", "lifecycleNotificationUrl")
FIELDS = {"changeType", "resource", "expirationDateTime", "clientState", *ADDRESSES}
LIFE = ("reauthorizationRequired", "subscriptionRemoved", "missed")
JSON = {"Content-Type": "application/json"}
Body = dict[str, Any]


def shake_hands(emulator: CalendarEmulator, asked: Asked) -> GraphError | None:
    """Ask both addresses of a new subscription to repeat a token, as Graph does before it answers. Hold no lock."""
    body = asked.body()
    for name in ADDRESSES:
        address = body.get(name)
        if address is None and name != ADDRESSES[0]:
            continue
        if not isinstance(address, str) or not may_be_pushed_to(address):
            return invalid(f"{name} must be an https address.")
        token = f"Validation: Testing client application reachability {uuid.uuid4()}"
        headers = {"Content-Type": "text/plain"}
        answer = emulator.pusher.ask(
            str(httpx.URL(address).copy_merge_params({"validationToken": token})), headers=headers
        )
        plain = answer is not None and answer.headers.get("Content-Type", "").startswith("text/plain")
        if answer is None or answer.status_code != 200 or not plain or answer.text != token:
            return invalid("Subscription validation request failed.", "ValidationError")
    return None


def create(mailbox: Mailbox) -> httpx.Response:
    """Keep a subscription whose addresses have answered."""
    body = mailbox.asked.body()
    if set(body) - FIELDS or not {"changeType", "resource", "expirationDateTime", "notificationUrl"} <= set(body):
        raise invalid("The subscription is not well formed.")
    if set(body["changeType"].split(",")) - {"created", "updated", "deleted"}:
        raise invalid("The changeType is not known.")
    if len(body.get("clientState") or "") > SECRET_LIMIT:
        raise invalid("clientState is too long.")
    calendar, now = _calendar(mailbox, body["resource"]), mailbox.emulator.clock.now()
    there = [each for each in _own(mailbox) if each.resource == body["resource"]]
    if mailbox.emulator.calls.strike("subscription-exists", mailbox.call) or there:
        raise GraphError(409, "ExtensionError", "A subscription with these parameters exists already.")
    channel = Channel(
        id=str(uuid.uuid4()),
        account=mailbox.account.key,
        calendar=calendar,
        address=body["notificationUrl"],
        secret=body.get("clientState") or "",
        expires_at=_end(body["expirationDateTime"], now).timestamp(),
        resource=body["resource"],
        extra={"lifecycle": body.get("lifecycleNotificationUrl", ""), "changeType": body["changeType"]},
    )
    return httpx.Response(201, json=_shown(mailbox.emulator.channels.open(channel)))


def listed(mailbox: Mailbox) -> httpx.Response:
    """List the living subscriptions; clientState is never shown again."""
    return httpx.Response(200, json={"value": [_shown(each) for each in _own(mailbox)]})


def renew(mailbox: Mailbox) -> httpx.Response:
    """Let a subscription live longer."""
    channel, body = _find(mailbox), mailbox.asked.body()
    if mailbox.emulator.calls.strike("subscription-gone", mailbox.call):
        mailbox.emulator.channels.stop(channel)
        raise not_found()
    channel.expires_at = _end(body["expirationDateTime"], mailbox.emulator.clock.now()).timestamp()
    channel.extra.pop("ends_at", None)
    mailbox.emulator.channels.keep(channel)
    return httpx.Response(200, json=_shown(channel))


def end(mailbox: Mailbox) -> httpx.Response:
    """End a subscription."""
    mailbox.emulator.channels.stop(_find(mailbox))
    return httpx.Response(204)


def tell(emulator: CalendarEmulator, event: Event) -> None:
    """Send a notice of a change to every subscription that wants it."""
    kind = "deleted" if event.cancelled else "created" if event.created == event.updated else "updated"
    for channel in emulator.channels.living(event.calendar):
        if kind not in channel.extra.get("changeType", kind):
            continue
        resource = {"@odata.type": "#Microsoft.Graph.Event", "id": event.id}
        said = {"changeType": kind, "resource": f"Users/x/Events/{event.id}", "resourceData": resource}
        _send(emulator, channel, channel.address, said, kind)


def tell_of_life(emulator: CalendarEmulator, channel_id: str, kind: str) -> None:
    """Send a lifecycle notice; a subscription that is said to be removed is. ValueError: no such thing."""
    channel = emulator.channels.all.get(channel_id)
    if channel is None or kind not in LIFE:
        raise ValueError(f"give a subscription, and one of {', '.join(LIFE)}")
    if kind == "subscriptionRemoved":
        emulator.channels.stop(channel)
    _send(emulator, channel, channel.extra["lifecycle"], {"lifecycleEvent": kind, "resource": channel.resource}, kind)


def _send(emulator: CalendarEmulator, channel: Channel, address: str, said: Body, note: str) -> None:
    def push(secret: str) -> Push:
        whole = {
            "subscriptionId": channel.id,
            "subscriptionExpirationDateTime": _moment(channel),
            "clientState": secret,
            "tenantId": "84bd8158-6d4d-4958-8b9f-9d6445542f95",
            **said,
        }
        return Push(address, channel.id, JSON, json.dumps({"value": [whole]}).encode(), note)

    emulator.pusher.send(push(channel.secret), lambda: push("not-the-secret"), account=channel.account)


def _own(mailbox: Mailbox) -> list[Channel]:
    channels = mailbox.emulator.channels
    return [each for each in channels.all.values() if channels.find(each.id, mailbox.account.key)]


def _find(mailbox: Mailbox) -> Channel:
    channel = mailbox.emulator.channels.find(mailbox.asked.ids[0], mailbox.account.key)
    if channel is None:
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return channel


def _calendar(mailbox: Mailbox, resource: str) -> str:
    if resource.strip("/") == "me/events":
        return mailbox.emulator.world.primary(mailbox.account.key).id
    match resource.strip("/").split("/"):
        case ["me", "calendars", calendar_id, "events"]:
            return mailbox.calendar(unquote(calendar_id)).id
    raise invalid("The resource cannot be subscribed to.")


def _end(text: str, now: datetime) -> datetime:
    try:
        wanted = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("expirationDateTime is not a time.") from None
    if wanted.tzinfo is None or wanted > now + LONGEST:
        raise invalid("Subscription expiration can only be 10080 minutes in the future.")
    return max(wanted, now + SHORTEST)


def _moment(channel: Channel) -> str:
    return f"{datetime.fromtimestamp(channel.expires_at, UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def _shown(channel: Channel) -> Body:
    return {
        "id": channel.id,
        "resource": channel.resource,
        "changeType": channel.extra["changeType"],
        "clientState": None,
        "notificationUrl": channel.address,
        "lifecycleNotificationUrl": channel.extra["lifecycle"] or None,
        "expirationDateTime": _moment(channel),
    }
