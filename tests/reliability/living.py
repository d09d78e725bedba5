"""What a host, a guest and a worker do in these tests, each by the door that the product has for them."""

from datetime import datetime, timedelta
from typing import Any

import httpx
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.delivery.timeline import timeline
from sivient.integrations.models import Grant
from sivient.integrations.queries import CardState, card
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.models import EventType
from sivient.site import form_token
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, event_of
from tests.factories import MONDAY_10, make_host
from tests.integrations.zoom import connect
from tests.vendors.zoom.emulated import MARA

CREATE = "/v2/users/me/meetings"
GUEST = "ada@guest.example"
BY_THE_CLOCK = ("booking.expire", "delivery.link_due", "delivery.link_late", "integrations.keep_alive")


def connected_host(zoom: ZoomEmulator, *, user: str = MARA, **fields: Any) -> User:
    """Return a host who has connected with this Zoom over its own pages."""
    host = make_host(**fields)
    connect(host, zoom, user=user)
    return host


def press_book(event_type: EventType, start: datetime = MONDAY_10, **typed: str) -> Any:
    """Send the guest's form, and return the answer."""
    form = {
        "name": "Ada Okafor",
        "email": GUEST,
        "at": f"{start:%Y-%m-%dT%H:%M}Z",
        "tz": "Asia/Tokyo",
        "token": form_token.issue(f"book:{event_type.pk}"),
    }
    return Client().post(f"/schedule/{event_type.host.handle}/{event_type.slug}/confirm", form | typed)


def book(event_type: EventType, start: datetime = MONDAY_10, **typed: str) -> Booking:
    """Book as a guest does, and return the booking."""
    answer = press_book(event_type, start, **typed)
    assert answer.status_code == 303, answer.content.decode()
    return Booking.objects.get(token=answer.headers["Location"].rpartition("/")[2])


def work_on(rounds: int = 1) -> None:
    """Let time pass, so that all that waits is due, and do it; what the clock alone brings stays."""
    for _ in range(rounds):
        waiting = Work.objects.filter(state=Work.State.WAITING).exclude(key="every").exclude(kind__in=BY_THE_CLOCK)
        waiting.update(run_at=timezone.now() - timedelta(seconds=1))
        Grant.objects.update(refresh_after=None)
        run_due()


def told_by_zoom(zoom: ZoomEmulator, fault: str = "", *, user: str = MARA) -> dict[str, Any]:
    """Have Zoom send a removal that did not happen, bent by a fault; return what it has sent."""
    if fault:
        zoom.inject(fault)
    zoom.handle(httpx.Request("POST", "http://zoom/__ctl/event", json={"user": user}))
    return zoom.deliveries[-1]


def expire(host: User) -> None:
    """Let the access token have come to its end."""
    Grant.objects.filter(connections__user=host).update(expires_at=timezone.now() - timedelta(minutes=1))


def grant_of(host: User) -> Grant:
    """Return the host's grant, with its tokens."""
    return Grant.objects.defer(None).get(connections__user=host)


def card_of(host: User) -> CardState:
    """Return what the host's card says about Zoom."""
    return card(host, "zoom", now=timezone.now()).state


def link_of(booking: Booking) -> str:
    """Return the join link of a booking, which must have exactly one."""
    return booking.conferences.get(unused=False).join_url


def told_link(post: Post, address: str = GUEST) -> str:
    """Return where the last invite to somebody says that the meeting is."""
    return str(event_of(post.to(address)[-1])[1]["LOCATION"])


def attempts(booking: Booking) -> list[str]:
    """Return what became of each request for its meeting."""
    return list(booking.conference_attempts.order_by("pk").values_list("outcome", flat=True))


def creates(zoom: ZoomEmulator) -> int:
    """How often Zoom was asked for a meeting."""
    return zoom.calls.count(("POST", CREATE))


def meeting_step(booking: Booking) -> Work:
    """Return the step that makes the meeting."""
    booking.refresh_from_db()
    return Work.objects.get(kind="delivery.conference", key=f"booking:{booking.pk}:{booking.version}")


def states(booking: Booking) -> set[str]:
    """Return the states of the steps that the host sees; each that waits or needs somebody must say why."""
    steps = timeline(Booking.objects.get(pk=booking.pk), timezone.now())
    assert all(step.detail for step in steps if step.state in ("trying", "needs_you"))
    return {step.state for step in steps}
