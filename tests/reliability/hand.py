"""A process that does in the product's database what a test asks for: `python -m tests.reliability.hand LANES`.

It speaks as the racers do: each line of its input is a JSON list of acts, one for each lane.
"""

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.booking import racer

Act = Mapping[str, Any]  # the racer has set Django up; what follows needs that

from django.utils import timezone  # noqa: E402

from sivient.accounts.models import User  # noqa: E402
from sivient.booking.models import Booking  # noqa: E402
from sivient.integrations import flow, registry  # noqa: E402
from sivient.integrations.models import Grant  # noqa: E402
from sivient.integrations.services import conferencing_for  # noqa: E402
from sivient.jobs.models import Work  # noqa: E402
from sivient.jobs.worker import run_due  # noqa: E402
from sivient.ports.conferencing import MeetingRequest  # noqa: E402
from sivient.scheduling.models import Hold, Platform  # noqa: E402
from sivient.vendors import google  # noqa: E402
from tests.delivery import living_calendars  # noqa: E402
from tests.delivery.living_calendars import consent  # noqa: E402
from tests.integrations.zoom import MARAS_ID, back  # noqa: E402

MINUTE = timedelta(minutes=1)


def connect(act: Act) -> dict[str, Any]:
    """Connect the host with the emulated Zoom over its own pages, as `user`."""
    host = User.objects.get(pk=act["host"])
    Grant.objects.exclude(vendor_user_id=MARAS_ID).delete()  # the seed's tokens are of no Zoom
    url = flow.start(host, "zoom", session_key="session")
    answer = httpx.get(f"{url}&auto=allow&user={act.get('user', 'mara')}", trust_env=False)
    query = dict(httpx.URL(answer.headers["Location"]).params)
    flow.finish(host, "zoom", back(query, session="session"))
    return {"scope": Grant.objects.get(connections__user=host).scope}


def receive(act: Act) -> dict[str, Any]:
    """Connect the host's Google Calendar over its own pages; bookings, by telephone, go there."""
    registry.PROVIDERS["google"] = google.PROVIDER  # the racer has put a calendar in its place that is always free
    host = User.objects.get(pk=act["host"])
    host.page.platform, host.page.platform_details = Platform.PHONE, "+49 30 1234567"
    host.page.save()
    connection = consent("google", host, lambda url: httpx.get(url, trust_env=False))
    return {"calendar": living_calendars.receive(host, connection).pk}


def expire(act: Act) -> dict[str, Any]:
    """Let every access token have come to its end."""
    return {"expired": Grant.objects.update(expires_at=timezone.now() - MINUTE)}


def create(act: Act) -> dict[str, Any]:
    """Make a meeting on the host's account, as the worker does."""
    start = datetime.fromisoformat(act["start"])
    meeting = MeetingRequest("Intro call", start, start + 30 * MINUTE, "Europe/Berlin", "Booking ref R", "R")
    made = conferencing_for(User.objects.get(pk=act["host"]), Platform.ZOOM).create(meeting)
    return {"meeting": made.external_id}


def elapse(act: Act) -> dict[str, Any]:
    """Let time pass: what waits is due, and a lease of somebody who is gone has ended."""
    past = timezone.now() - timedelta(seconds=1)
    Work.objects.filter(lease_until__isnull=False).update(lease_until=past)
    Grant.objects.update(lease_until=past, refresh_after=None)
    waiting = Work.objects.filter(state=Work.State.WAITING).exclude(key="every")
    return {"due": waiting.exclude(kind="delivery.link_due").update(run_at=past)}


def deliver(act: Act) -> dict[str, Any]:
    """Be the worker until nothing is due any more."""
    return {"runs": run_due("another-worker")}


def grant(act: Act) -> dict[str, Any]:
    """Tell how the host's grant stands."""
    held = Grant.objects.get(connections__user=act["host"])
    return {"state": held.state, "version": held.token_version, "refreshing": bool(held.lease_owner)}


def delivery(act: Act) -> dict[str, Any]:
    """Tell what has been delivered of a booking."""
    booking = Booking.objects.get(pk=act["booking"])
    meeting = Work.objects.filter(kind="delivery.conference", key__startswith=f"booking:{booking.pk}:").last()
    return {
        "links": list(booking.conferences.filter(unused=False).values_list("external_id", flat=True)),
        "unused": list(booking.conferences.filter(unused=True).values_list("external_id", flat=True)),
        "attempts": list(booking.conference_attempts.order_by("pk").values_list("outcome", flat=True)),
        "step": meeting.state if meeting else "",
        "leased": bool(meeting and meeting.lease_owner),
    }


def bookings(act: Act) -> dict[str, Any]:
    """Tell which bookings and holds there are."""
    found = list(Booking.objects.order_by("pk").values("pk", "token", "status"))
    return {"bookings": found, "holds": Hold.objects.count(), "work": Work.objects.exclude(key="every").count()}


ACTS = (connect, receive, expire, create, elapse, deliver, grant, delivery, bookings)
racer.ACTS.update({act.__name__: act for act in ACTS})

if __name__ == "__main__":
    racer.main(int(sys.argv[1]))
