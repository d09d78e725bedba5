"""`events.watch`, `channels.stop`, and what a notice of Google looks like: headers and an empty body (contract 1.5)."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from sivient.vendors.calendar_emulator import Calendar, CalendarEmulator, Channel, Event, Push
from sivient.vendors.calendar_emulator.push import may_be_pushed_to
from sivient.vendors.google.emulator.errors import ApiError, invalid, not_found, required

WEEK = 604800  # seconds: the usual life, and the longest
LONGEST_ID = 64


class Notices:
    """Opens and stops channels, and sends a notice for each change of a watched calendar."""

    def __init__(self, emulator: CalendarEmulator, base_url: Callable[[], str]) -> None:
        self._emulator = emulator
        self._base_url = base_url
        emulator.world.listeners.append(self.changed)

    def watch(self, account: str, calendar: Calendar, body: dict[str, Any]) -> dict[str, Any]:
        """Open a channel, and send the `sync` message."""
        channel = self._read(account, calendar, body)
        self._emulator.channels.open(channel)
        self._send(channel, "sync")
        return {
            "kind": "api#channel",
            "id": channel.id,
            "resourceId": channel.resource,
            "resourceUri": self._uri(channel),
            **({"token": channel.secret} if channel.secret else {}),
            "expiration": str(int(channel.expires_at * 1000)),
        }

    def stop(self, account: str, body: dict[str, Any]) -> None:
        """End a channel."""
        channel = self._emulator.channels.find(str(body.get("id", "")), account)
        if channel is None or channel.resource != body.get("resourceId"):
            raise not_found()
        self._emulator.channels.stop(channel)

    def changed(self, event: Event) -> None:
        """Tell the channels of the event's calendar."""
        for channel in self._emulator.channels.living(event.calendar):
            self._send(channel, "exists")

    def _read(self, account: str, calendar: Calendar, body: dict[str, Any]) -> Channel:
        name, address = str(body.get("id", "")), str(body.get("address", ""))
        if not name or not address or "type" not in body:
            raise required("Required")
        if body["type"] != "web_hook" or len(name) > LONGEST_ID:
            raise invalid("Invalid channel.")
        if not may_be_pushed_to(address):
            message = f"WebHook callback must be HTTPS: {address}"
            raise ApiError(400, "push.webhookUrlNotHttps", message)
        if name in self._emulator.channels.all:
            raise ApiError(400, "channelIdNotUnique", f"Channel id {name} not unique")
        now = self._emulator.clock.now().timestamp()
        wished = int(body.get("expiration") or (now + WEEK) * 1000) / 1000
        ends = min(wished, now + WEEK)
        resource = secrets.token_urlsafe(20)
        return Channel(name, account, calendar.id, address, str(body.get("token", "")), ends, resource)

    def _send(self, channel: Channel, state: str) -> None:
        channel.sent += 1 if state == "sync" else 1 + secrets.randbelow(3)  # increasing, not contiguous
        self._emulator.channels.keep(channel)
        number = channel.sent

        def notice(secret: str) -> Push:
            headers = {
                "X-Goog-Channel-ID": channel.id,
                "X-Goog-Channel-Expiration": format_datetime(_moment(channel.expires_at), usegmt=True),
                "X-Goog-Resource-ID": channel.resource,
                "X-Goog-Resource-URI": self._uri(channel),
                "X-Goog-Resource-State": state,
                "X-Goog-Message-Number": str(number),
            }
            token = {"X-Goog-Channel-Token": secret} if secret else {}
            return Push(channel.address, channel.id, headers | token, note=state)

        pusher = self._emulator.pusher
        pusher.send(notice(channel.secret), lambda: notice("somebody-else"), account=channel.account)

    def _uri(self, channel: Channel) -> str:
        return f"{self._base_url()}/calendar/v3/calendars/{channel.calendar}/events?alt=json"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
