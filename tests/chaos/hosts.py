"""What hosts do, through the product's own verbs, and the midnight: `python -m tests.chaos.hosts VERB HANDLE...`."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import httpx

from sivient.config.env import name_settings_module
from tests.chaos.plan import REMOVED, tidy

TIDY = ("meeting:read:list_meetings", "meeting:update:meeting", "meeting:delete:meeting")  # what the tidy ones grant
NEEDED = ("meeting:write:meeting", "user:read:user")
SESSION = "chaos"


def seed(handles: list[str]) -> None:
    """Make hosts who are free day and night, connect each with Zoom, and let a third's tokens be near their end.

    Of those who will remove us one has connected long ago: Zoom's word is believed. About the other, who may have
    connected again since, Zoom is asked first.
    """
    from sivient.integrations.models import Grant

    for handle in handles:
        connect(make(handle))
    now = datetime.now(UTC)
    for grant in Grant.objects.order_by("pk"):
        if grant.pk % 3 == 1:
            Grant.objects.filter(pk=grant.pk).update(expires_at=now - timedelta(minutes=1))
    long_ago = Grant.objects.filter(connections__user__handle=REMOVED[0])
    long_ago.update(authorized_at=now - timedelta(hours=1))


def make(handle: str) -> Any:
    """Return a new host with the event type `call`."""
    from sivient.scheduling.models import Hours
    from tests.factories import make_event_type, make_host

    host = make_host(handle=handle, email=f"{handle}@hosts.example", timezone="UTC")
    free = {"minutes": 15, "minimum_notice": timedelta(0), "window_days": 100}
    event_type = make_event_type(host, slug="call", **free)
    event_type.schedule.hours.all().delete()
    Hours.objects.bulk_create(Hours(schedule=event_type.schedule, weekday=day, start=0, end=1440) for day in range(7))
    return host


def connect(host: Any) -> None:
    """Go to Zoom's consent page, allow, and come back."""
    from django.conf import settings

    from sivient.integrations import flow

    scopes = [*NEEDED, *(TIDY if tidy(host.handle) else ())]
    with httpx.Client(base_url=settings.ZOOM_OAUTH_BASE) as browser:
        browser.post("/__ctl/switch", json={"scopes": scopes}).raise_for_status()
        page = httpx.URL(flow.start(host, "zoom", session_key=SESSION))
        answer = browser.get(page.copy_merge_params({"auto": "allow", "user": host.handle}))
    back = httpx.URL(answer.headers["Location"]).params
    flow.finish(host, "zoom", flow.Return(back["state"], back["code"], "", SESSION))


def reconnect(handles: list[str]) -> None:
    """Connect again, as the mail asks for."""
    from sivient.accounts.models import User

    for host in User.objects.filter(handle__in=handles):
        connect(host)


def midnight(_: list[str]) -> None:
    """Stand in for waiting until 00:00 UTC: what pauses until then may go on now. Prints how many steps it was."""
    from django.db.models.functions import Now

    from sivient.integrations.models import Grant
    from sivient.jobs.models import Work

    Grant.objects.filter(paused_until__gt=Now()).update(paused_until=Now())
    paused = Work.objects.filter(state=Work.State.WAITING, trouble=Work.Trouble.PAUSED, lease_until=None)
    print(paused.update(run_at=Now()))


def try_now(_: list[str]) -> None:
    """Press the host's button at each booking with a step that met trouble and waits. Prints how many steps it was."""
    from sivient.booking.models import Booking
    from sivient.delivery import services
    from sivient.integrations.services import try_now as ask_now
    from sivient.jobs.models import Work

    troubled = Work.objects.filter(state=Work.State.WAITING, payload__has_key="booking").exclude(last_error="")
    ids = {work.payload["booking"] for work in troubled}
    pressed = 0
    for booking in Booking.objects.filter(pk__in=ids).select_related("host"):
        ask_now(booking.host, "zoom")
        pressed += services.try_now(booking)
    print(pressed)


if __name__ == "__main__":
    name_settings_module()
    django.setup()
    {each.__name__: each for each in (seed, reconnect, midnight, try_now)}[sys.argv[1]](sys.argv[2:])
