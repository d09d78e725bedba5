"""`events.get`, `insert`, `patch` and `delete`: ids, tombstones, etags, and who gets mail (contract 1.4)."""

from collections.abc import Collection
from typing import Any

from sivient.vendors.calendar_emulator import Calendar, CalendarEmulator, Call, Event
from sivient.vendors.google.emulator import errors, scopes, wire
from sivient.vendors.google.emulator.errors import ApiError
from sivient.vendors.google.emulator.faults import strikes

MAY_CHANGE_AS_GUEST = {"attendees", "extra", "properties"}


class Events:
    """The events of one emulated Google."""

    def __init__(self, emulator: CalendarEmulator) -> None:
        self._emulator = emulator
        self._world = emulator.world

    def get(self, call: Call, calendar: Calendar, event_id: str, granted: Collection[str]) -> dict[str, Any]:
        """Return an event; a deleted one too, with its status."""
        event = self._found(call, calendar, event_id)
        if not scopes.sees_everything(granted, calendar.role):
            return wire.times_only(event, calendar)
        return self._shown(event, calendar)

    def insert(self, call: Call, calendar: Calendar, body: dict[str, Any]) -> dict[str, Any]:
        """Make an event with the id of the application, or one of Google's."""
        event_id, uid = body.get("id") or self._world.naming.event_id(), body.get("iCalUID", "")
        if not isinstance(event_id, str) or not wire.ID.fullmatch(event_id):
            raise errors.invalid("Invalid resource id value.")
        if "id" in body and uid:
            raise errors.invalid("The event id and the iCalUID cannot both be given.")
        if "start" not in body or "end" not in body:
            raise errors.required("Missing start or end time.")
        fields = self._read(call, calendar, body)
        invited = self._invites(call) and bool(fields.get("attendees"))
        if invited:
            self._check_quota(call)
        if self._world.find(calendar.id, event_id) is not None:
            raise errors.duplicate()
        fields = {"title": "", **fields, "properties": _private(body, {})}
        event = self._world.add(Event(id=event_id, calendar=calendar.id, uid=uid, **fields), notify=invited)
        if strikes(self._emulator, "tombstone", call):
            self._world.remove(event, notify=invited)
            raise errors.duplicate()
        return self._shown(event, calendar)

    def patch(self, call: Call, calendar: Calendar, event_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Change the fields that are given; a list is replaced whole, null clears."""
        event = self._found(call, calendar, event_id)
        self._check_etag(call, event)
        if event.cancelled and body.get("status") != "confirmed":
            raise errors.deleted()
        times = {name: body[name] for name in ("start", "end") if name in body}
        if len(times) == 1:  # the other one stays
            body = {**{name: wire.shown(event, calendar, "")[name] for name in ("start", "end")}, **body}
        fields = self._read(call, calendar, body)
        self._check_organizer(event, fields)
        if "extra" in fields:
            fields["extra"] = {k: v for k, v in (event.extra | fields["extra"]).items() if v is not None}
        if "extendedProperties" in body:
            fields["properties"] = _private(body, event.properties)
        invited = self._invites(call) and bool(fields.get("attendees", event.attendees))
        if invited:
            self._check_quota(call)
        if fields.pop("cancelled", False):
            return self._shown(self._world.remove(event, notify=invited), calendar)
        return self._shown(self._world.change(event, notify=invited, cancelled=False, **fields), calendar)

    def delete(self, call: Call, calendar: Calendar, event_id: str) -> None:
        """Delete an event; the second time it is gone (410)."""
        event = self._found(call, calendar, event_id)
        if event.cancelled:
            raise errors.deleted()
        self._check_etag(call, event)
        self._world.remove(event, notify=self._invites(call))
        if strikes(self._emulator, "already-deleted", call):
            raise errors.deleted()

    def _found(self, call: Call, calendar: Calendar, event_id: str) -> Event:
        event = self._world.find(calendar.id, event_id)
        if event is None or strikes(self._emulator, "not-found", call):
            raise errors.not_found()
        return event

    def _read(self, call: Call, calendar: Calendar, body: dict[str, Any]) -> dict[str, Any]:
        with_conference = call.request.url.params.get("conferenceDataVersion") == "1"
        if with_conference and body.get("conferenceData") and strikes(self._emulator, "conference-refused", call):
            raise errors.invalid("Invalid conference type value.")
        fields = wire.read(body, calendar, conference=with_conference)
        host = self._world.host(calendar.id)
        for attendee in fields.get("attendees", []):
            if attendee.address.casefold() == host.address.casefold():
                attendee.name = attendee.name or host.name
        return fields

    def _check_etag(self, call: Call, event: Event) -> None:
        wanted = call.request.headers.get("If-Match")
        if wanted not in (None, "*", event.etag) or (wanted and strikes(self._emulator, "conflict", call)):
            raise errors.condition_not_met()

    def _check_organizer(self, event: Event, fields: dict[str, Any]) -> None:
        organizer = event.organizer.casefold() == self._world.host(event.calendar).address.casefold()
        if not organizer and set(fields) - MAY_CHANGE_AS_GUEST:
            message = "Shared properties can only be changed by the organizer of the event."
            raise ApiError(403, "forbiddenForNonOrganizer", message, domain="calendar")

    def _check_quota(self, call: Call) -> None:
        if strikes(self._emulator, "quota-exceeded", call):
            raise ApiError(403, "quotaExceeded", "Calendar usage limits exceeded.", domain="usageLimits")

    def _invites(self, call: Call) -> bool:
        wish: str = call.request.url.params.get("sendUpdates", "none")
        if wish not in ("all", "externalOnly", "none"):
            raise errors.invalid("Invalid string value.", "sendUpdates")
        return wish != "none"

    def _shown(self, event: Event, calendar: Calendar) -> dict[str, Any]:
        return wire.shown(event, calendar, self._world.host(calendar.id).address)


def _private(body: dict[str, Any], before: dict[str, str]) -> dict[str, str]:
    given = (body.get("extendedProperties") or {}).get("private") or {}
    return {name: value for name, value in (before | given).items() if value is not None}
