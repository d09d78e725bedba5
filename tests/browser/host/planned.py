"""A host whose times are anything but plain: two schedules, and every kind of date ahead."""

from datetime import timedelta
from typing import Any


def plan(host: Any) -> None:
    """Give the host the dates."""
    from django.utils import timezone

    from sivient.core.availability import Hours
    from sivient.scheduling import schedules

    today = timezone.localdate()
    week, day = timedelta(days=7), timedelta(days=1)
    first = host.schedules.get()
    evenings = [Hours(weekday, 18 * 60, 22 * 60) for weekday in range(5)] + [Hours(4, 22 * 60 + 30, 60)]
    schedules.save_schedule(host, None, name="Evenings and long Fridays", timezone="America/New_York", hours=evenings)
    schedules.save_date_hours(host, first, today + day, [(10 * 60, 12 * 60), (13 * 60, 14 * 60 + 30), (20 * 60, 60)])
    schedules.save_date_hours(host, first, today + 2 * day, [])
    schedules.add_time_off(host, first=today + 4 * day, last=today + 5 * day, note="Away with the family in Lisbon")
    schedules.add_time_off(host, first=today + 5 * week, last=today + 5 * week)
    schedules.add_travel(host, first=today + week, last=today + week + 3 * day, timezone="Pacific/Auckland")
    schedules.save_holidays(host, country="DE", region="BY", worked=["Epiphany"])
