"""Hosts for the benchmarks, in the database of a served product: `python -m benchmarks.seed HOSTS`."""

import sys
from datetime import timedelta

import django

from sivient.config.env import name_settings_module

ALL_DAY = (0, 1440)


def main(count: int) -> None:
    """Make hosts who are free day and night, so that there are enough different times to book."""
    name_settings_module()
    django.setup()
    from sivient.scheduling.models import Hours
    from tests.factories import connect_zoom, make_event_type, make_host

    for number in range(count):
        host = make_host(handle=f"bench{number}", timezone="UTC")
        connect_zoom(host, vendor_user_id=f"bench-{number}")
        event_type = make_event_type(host, slug="bench", minutes=15, minimum_notice=timedelta(0))
        event_type.schedule.hours.all().delete()
        for day in range(7):
            Hours.objects.create(schedule=event_type.schedule, weekday=day, start=ALL_DAY[0], end=ALL_DAY[1])


if __name__ == "__main__":
    main(int(sys.argv[1]))
