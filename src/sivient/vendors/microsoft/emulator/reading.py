"""What Graph lists and shows: the person, calendars, the view of a window, one event, events by their property."""

import re
from typing import Any

import httpx

from sivient.vendors.calendar_emulator import Event
from sivient.vendors.microsoft.emulator.errors import GraphError, invalid
from sivient.vendors.microsoft.emulator.events import READABLE
from sivient.vendors.microsoft.emulator.mailbox import WRITERS, Mailbox
from sivient.vendors.microsoft.emulator.people import PEOPLE

CALENDAR = {"id", "name", "isDefaultCalendar", "canEdit", "canShare", "owner", "color", "allowedOnlineMeetingProviders"}
USUAL_PAGE = 10
BY_PROPERTY = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ep/id eq '((?:[^']|'')*)' and ep/value eq '((?:[^']|'')*)'\)"
)

ONE_PROPERTY = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '([^']*)'\)")


def me(mailbox: Mailbox) -> httpx.Response:
    """Say who the token's person is."""
    person = PEOPLE[mailbox.account.key]
    return httpx.Response(
        200,
        json={
            "@odata.context": f"{mailbox.graph}/$metadata#users/$entity",
            "id": person.user_id,
            "displayName": person.name,
            "mail": person.email,
            "userPrincipalName": person.sign_in_name,
        },
    )


def calendars(mailbox: Mailbox) -> httpx.Response:
    """List the person's calendars."""
    mailbox.asked.only("$select", "$top", "$skip")
    fields = mailbox.asked.select(CALENDAR)
    listed = [
        {
            "id": each.id,
            "name": each.name,
            "color": "auto",
            "isDefaultCalendar": each.primary,
            "canEdit": each.role in WRITERS,
            "canShare": True,
            "owner": {"name": mailbox.account.name, "address": mailbox.account.address},
            "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        }
        for each in mailbox.calendars()
    ]
    return _page(mailbox, [{name: each[name] for name in each if fields is None or name in fields} for each in listed])


def view(mailbox: Mailbox) -> httpx.Response:
    """List what takes place in a window, series as their occurrences."""
    mailbox.asked.only("startDateTime", "endDateTime", "$select", "$expand", "$top", "$skip")
    wanted = _expanded(mailbox)
    calendar, fields = mailbox.calendar(mailbox.asked.ids[0]), mailbox.asked.select(READABLE)
    found = mailbox.emulator.world.listing(calendar.id, mailbox.asked.window())
    return _page(mailbox, [mailbox.show(each, fields) | _properties(each, wanted) for each in found])


def event(mailbox: Mailbox) -> httpx.Response:
    """Show one event."""
    mailbox.asked.only("$select", "$expand")
    fields = mailbox.asked.select(READABLE)
    return httpx.Response(200, json=mailbox.show(mailbox.event(mailbox.asked.ids[0]), fields))


def events(mailbox: Mailbox) -> httpx.Response:
    """List a calendar's single events and series; by an extended property, if that is asked."""
    mailbox.asked.only("$filter", "$select", "$top", "$skip")
    calendar, fields = mailbox.calendar(mailbox.asked.ids[0]), mailbox.asked.select(READABLE)
    there = [each for each in mailbox.emulator.world.events(calendar.id) if not each.cancelled and not each.series]
    return _page(mailbox, [mailbox.show(each, fields) for each in _filtered(mailbox, there)])


def _filtered(mailbox: Mailbox, there: list[Event]) -> list[Event]:
    if "$filter" not in mailbox.asked.query:
        return there
    found = BY_PROPERTY.fullmatch(mailbox.asked.query["$filter"])
    if found is None:
        raise invalid("The filter is not understood.", "ErrorInvalidUrlQueryFilter")
    name, value = (part.replace("''", "'") for part in found.groups())
    return [each for each in there if each.properties.get(name) == value]


def _expanded(mailbox: Mailbox) -> str:
    """Return which extended property is to come with each event, "" for none. GraphError: that is not understood."""
    if "$expand" not in mailbox.asked.query:
        return ""
    found = ONE_PROPERTY.fullmatch(mailbox.asked.query["$expand"])
    if found is None:
        raise invalid("The expansion is not understood.", "ErrorInvalidUrlQuery")
    return found[1]


def _properties(event: Event, wanted: str) -> dict[str, Any]:
    """Return the property as Graph writes it; an event without it has no list of them at all."""
    if wanted not in event.properties:
        return {}
    return {"singleValueExtendedProperties": [{"id": wanted, "value": event.properties[wanted]}]}


def _page(mailbox: Mailbox, entries: list[dict[str, Any]]) -> httpx.Response:
    """Answer one page of a list, with the link to the next one."""
    asked = mailbox.asked
    skip, size = asked.query.get("$skip", "0"), asked.page_size(USUAL_PAGE)
    if not skip.isdecimal():
        raise invalid("Invalid $skip.")
    fails(mailbox, following=int(skip) > 0)
    start, end = int(skip), int(skip) + size
    body: dict[str, Any] = {"@odata.context": f"{mailbox.graph}/$metadata#x", "value": entries[start:end]}
    if end < len(entries):
        query = asked.query.set("$skip", str(end))
        body["@odata.nextLink"] = link(mailbox, f"{asked.request.url.raw_path.decode().partition('?')[0]}?{query}")
    return httpx.Response(200, json=body)


def fails(mailbox: Mailbox, *, following: bool) -> None:
    """Raise GraphError when the second page of a list is not to be given."""
    if following and mailbox.emulator.calls.strike("next-page-fails", mailbox.call):
        raise GraphError(503, "ErrorInternalServerTransientError", "Try again later.")


def link(mailbox: Mailbox, path: str) -> str:
    """Return an absolute link to a path of Graph."""
    base = mailbox.graph.removesuffix("/v1.0")
    if mailbox.emulator.calls.strike("foreign-link", mailbox.call):
        base = "https://elsewhere.example"
    return base + path
