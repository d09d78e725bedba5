"""A host with a large calendar, in the database of a served product: `python -m benchmarks.calendar_host`.

GOOGLE_ISSUER is the emulated Google whose Mara has the calendar. Prints what reading it took, as JSON.
"""

import json
import resource
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import httpx

from sivient.config.env import name_settings_module

CHANGES = 20
SESSION = "benchmark"


def main() -> None:
    """Connect, read everything, then one change after the other."""
    name_settings_module()
    django.setup()
    from django.conf import settings

    from sivient.calendars import services
    from sivient.calendars.models import BusyTime, Calendar
    from sivient.calendars.sync import sync
    from sivient.integrations import flow
    from tests.factories import make_event_type, make_host

    host = make_host(handle="calendars", timezone="Europe/Berlin")
    make_event_type(host, slug="intro")
    back = httpx.get(f"{flow.start(host, 'google', session_key=SESSION)}&auto=mara", trust_env=False).headers[
        "Location"
    ]
    said = httpx.URL(back).params
    connection = flow.finish(host, "google", flow.Return(said["state"], said["code"], "", SESSION))
    (calendar,) = [each for each in services.discover(connection) if each.primary]
    before = _memory()
    first = _timed(lambda: sync(calendar))
    figures: dict[str, Any] = {
        "first": first,
        "alone": _timed(lambda: _through(connection, calendar)),
        "memory": _memory() - before,
        "times": BusyTime.objects.count(),
        "changes": [],
    }
    for number in range(CHANGES):
        event = {"account": "mara", "title": "New", "show": "busy", "zone": "UTC"}
        event |= {"start": f"2027-01-{number + 1:02}T08:00:00+00:00", "end": f"2027-01-{number + 1:02}T08:05:00+00:00"}
        httpx.post(f"{settings.GOOGLE_ISSUER}/__ctl/events", json=event, trust_env=False).raise_for_status()
        figures["changes"].append(_timed(lambda: sync(Calendar.objects.get(pk=calendar.pk))))
    print(json.dumps(figures))


def _through(connection: Any, calendar: Any) -> None:
    """Read everything and keep nothing."""
    from sivient.calendars.sync import HORIZON
    from sivient.core.interval import Interval
    from sivient.integrations.services import calendars_for

    now = datetime.now(UTC)
    window = Interval(now - timedelta(days=1), now + HORIZON)
    for _ in calendars_for(connection).changes(calendar.external_id, since="", window=window, zone="UTC"):
        pass


def _timed(what: Any) -> float:
    """Return the seconds that it takes."""
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def _memory() -> float:
    """Return the most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
