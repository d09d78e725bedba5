"""One process of a race: `python -m tests.booking.racer LANES`.

Each line of its input is a JSON list of acts, one for each lane (null: sit out). The lanes are threads with a
database connection each; all begin their act at the same moment. Each line of its output has their answers.
"""

import json
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import django

from sivient.config.env import name_settings_module

name_settings_module()
django.setup()

from django.db import connection  # noqa: E402
from django.db.models import Count  # noqa: E402

from sivient.booking import services  # noqa: E402
from sivient.booking.calendar_changes import event_changed  # noqa: E402
from sivient.booking.models import Booking  # noqa: E402
from sivient.calendars.models import BusyStore, WrittenEvent  # noqa: E402
from sivient.integrations import registry  # noqa: E402
from sivient.scheduling.models import EventType, Hold, Hours, PrivateLink, Timetable  # noqa: E402
from sivient.scheduling.services import choose_calendar  # noqa: E402
from tests.booking.eventful import written  # noqa: E402
from tests.calendars.world import World  # noqa: E402
from tests.factories import make_event_type, make_guest, make_host  # noqa: E402
from tests.scheduling.calendars import connect_calendar  # noqa: E402

Act = Mapping[str, Any]
FREE = World()  # a calendar that answers each guest, and in which nothing stands
REFUSALS = (services.NotBooked, services.NotReschedulable, services.NotCancellable, services.NotPending)


def book(act: Act) -> dict[str, Any]:
    event_type = EventType.objects.select_related("schedule", "host__page").get(pk=act["event_type"])
    start, now = datetime.fromisoformat(act["start"]), datetime.fromisoformat(act["now"])
    more = {name: act[name] for name in ("minutes", "link") if name in act}
    return _seen(services.book(event_type, start, make_guest(), key=act["key"], now=now, **more))


def reschedule(act: Act) -> dict[str, Any]:
    start, now = datetime.fromisoformat(act["start"]), datetime.fromisoformat(act["now"])
    return _seen(services.reschedule(_booking(act), start, by=act["by"], now=now))


def cancel(act: Act) -> dict[str, Any]:
    return _seen(services.cancel(_booking(act), by="guest", now=datetime.fromisoformat(act["now"])))


def answer(act: Act) -> dict[str, Any]:
    """Approve, decline or expire, as `verb` says."""
    return _seen(getattr(services, act["verb"])(_booking(act), now=datetime.fromisoformat(act["now"])))


def stage(act: Act) -> dict[str, Any]:
    """Make a host who is free day and night for years, with an event type for each of `event_types`' fields."""
    host = make_host(
        handle=act["handle"], email="", timezone="UTC", platform="phone", platform_details="+49 30 1234567"
    )
    if act.get("calendar"):
        choose_calendar(host, connect_calendar(host))
    made = []
    for fields in act["event_types"]:
        lengths = {
            name: timedelta(minutes=fields.pop(name)) for name in ("buffer_before", "buffer_after") & fields.keys()
        }
        free = {"minutes": 15, "minimum_notice": timedelta(), "window_days": 730}
        event_type = make_event_type(host, **(free | lengths | fields))
        event_type.schedule.hours.all().delete()
        Hours.objects.bulk_create(Hours(schedule=event_type.schedule, weekday=n, start=0, end=1440) for n in range(7))
        made.append(event_type.pk)
    return {"host": host.pk, "event_types": made}


def write(act: Act) -> dict[str, Any]:
    """Let the booking's event stand in the calendar."""
    return _seen(written(_booking(act)))


def drag(act: Act) -> dict[str, Any]:
    """Let the host drag the booking's event to another start in the calendar, and the booking follow if it can."""
    booking, start = _booking(act), datetime.fromisoformat(act["start"])
    BusyStore.grow(booking.host_id)  # as a sync does that sees it
    end = start + (booking.end - booking.start)
    WrittenEvent.objects.filter(pk=booking.event_id).update(seen_start=start, seen_end=end)
    booking = event_changed(booking, now=datetime.fromisoformat(act["now"]))
    return _seen(booking) if booking.start == start else {"refused": "Asked", "nearest": 0}


def link(act: Act) -> dict[str, Any]:
    now = datetime.fromisoformat(act["now"])
    return {"token": PrivateLink.objects.create(event_type_id=act["event_type"], single_use=True, created_at=now).token}


def look(act: Act) -> dict[str, Any]:
    """Count what must never be: holds of the host that overlap, bookings that stand without a hold, and the reverse."""
    times = list(Hold.objects.filter(host=act["host"]).order_by("start", "end").values_list("start", "end"))
    overlaps = sum(before[1] > after[0] for before, after in pairwise(times))
    bookings = Booking.objects.filter(host=act["host"])
    standing = bookings.filter(status__in=("pending", "confirmed"))
    return {
        "overlaps": overlaps,
        "astray": standing.filter(hold=None).count() + len(times) - standing.exclude(hold=None).count(),
        "bookings": dict(bookings.values_list("status").annotate(Count("pk"))),
    }


def without(act: Act) -> dict[str, Any]:
    """Take away what keeps bookings apart, in this process or database: does the race see it?"""
    if act["what"] == "lock":
        Timetable.take = classmethod(lambda cls, *hosts, **more: None)  # type: ignore[method-assign,assignment]
        connection.settings_dict["OPTIONS"].pop("transaction_mode", None)  # on SQLite, IMMEDIATE is a lock of its own
        return {}
    drop = "ALTER TABLE scheduling_hold DROP CONSTRAINT IF EXISTS hold_never_overlaps"
    names = ("insert", "update")
    triggers = [f"DROP TRIGGER IF EXISTS hold_never_overlaps_{name}" for name in names]
    with connection.cursor() as cursor:
        for statement in [drop] if connection.vendor == "postgresql" else triggers:
            cursor.execute(statement)
    return {}


ACTS: dict[str, Callable[[Act], dict[str, Any]]] = {
    each.__name__: each for each in (book, reschedule, cancel, answer, stage, write, drag, link, look, without)
}


def perform(act: Act) -> dict[str, Any]:
    """Do one act. A refusal answers with the name of its class; anything else that is raised is an error."""
    try:
        return ACTS[act["do"]](act)
    except REFUSALS as refused:
        return {"refused": type(refused).__name__, "nearest": len(getattr(refused, "nearest", ()))}
    except Exception as error:  # whatever a guest would have seen as a broken page
        return {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}


def _booking(act: Act) -> Booking:
    return Booking.objects.get(pk=act["booking"])


def _seen(booking: Booking) -> dict[str, Any]:
    return {"booking": booking.pk, "status": booking.status, "version": booking.version}


def main(lanes: int) -> None:
    """Answer line after line until the input ends."""
    gate = threading.Barrier(lanes)
    google = replace(registry.PROVIDERS["google"], calendars=lambda app, access, patience: FREE)
    registry.PROVIDERS["google"] = google

    def lane(act: Act | None) -> dict[str, Any] | None:
        gate.wait(timeout=60)
        return None if act is None else perform(act)

    with ThreadPoolExecutor(lanes) as pool:
        print("ready", flush=True)
        for line in sys.stdin:
            print(json.dumps(list(pool.map(lane, json.loads(line)))), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
