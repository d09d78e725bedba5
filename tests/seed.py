"""Fills the database of a served product: `python -m tests.seed` with its environment; prints what it made as JSON."""

import json

import django

from sivient.config.env import name_settings_module


def main() -> None:
    """Make one host with a published page and Zoom connected, the first time."""
    name_settings_module()
    django.setup()
    from django.utils import timezone

    from tests.factories import connect_zoom, make_event_type, make_host

    host = make_host(handle="mara", onboarded_at=timezone.now())
    connect_zoom(host)
    event_type = make_event_type(host, slug="intro")
    long = make_event_type(host, slug="workshop", title="Workshop", minutes=90)
    print(json.dumps({"host": host.pk, "event_type": event_type.pk, "long_event_type": long.pk}))


if __name__ == "__main__":
    main()
