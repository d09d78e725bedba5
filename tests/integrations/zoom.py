"""The two sides of a connecting: the emulated Zoom, and a host's browser that goes there and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from django.conf import settings
from django.test import Client

from sivient.accounts.models import User
from sivient.integrations import flow
from sivient.integrations.models import Connection
from sivient.integrations.tokens import IN_WORKER
from sivient.jobs.models import Work
from sivient.ports.http import mounted
from sivient.vendors.zoom.emulator import ZoomApp, ZoomEmulator
from tests.vendors.zoom.emulated import MARA

SESSION = "session-key"
MARAS_ID = "mAraLq7TQd2fHk0xWv3s9A"


def an_app(**changes: Any) -> ZoomApp:
    """Our app, registered with the emulated Zoom as the settings have it."""
    registered: dict[str, Any] = {
        "client_id": settings.ZOOM_CLIENT_ID,
        "client_secret": settings.ZOOM_CLIENT_SECRET,
        "webhook_secret": settings.ZOOM_WEBHOOK_SECRETS[0],
        "redirect_uris": (f"{settings.BASE_URL}/settings/integrations/zoom/callback",),
    }
    return ZoomApp(**registered | changes)


def impatience(seconds: float) -> None:
    """Stand for our own timeouts where nothing really waits: an answer that takes longer never comes."""
    if seconds > IN_WORKER.answer:
        raise httpx.ReadTimeout("slow")


@contextmanager
def emulated(**changes: Any) -> Iterator[ZoomEmulator]:
    """Mount an emulated Zoom; `changes` are the app's. Its slow answers do not wait, see `impatience`."""
    emulator = ZoomEmulator(an_app(**changes), sleep=impatience)
    with mounted(httpx.MockTransport(emulator.handle), settings.ZOOM_OAUTH_BASE, settings.ZOOM_API_BASE):
        yield emulator
    emulator.close()


def consent(zoom: ZoomEmulator, url: str, *, user: str = MARA, auto: str = "allow") -> dict[str, str]:
    """Be the browser on Zoom's pages; return the query with which Zoom sends it back."""
    with httpx.Client(transport=httpx.MockTransport(zoom.handle)) as browser:
        answer = browser.get(f"{url}&auto={auto}&user={user}")
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def back(query: dict[str, str], *, session: str = SESSION) -> flow.Return:
    """What the browser brings back."""
    return flow.Return(query.get("state", ""), query.get("code", ""), query.get("error", ""), session)


def connect(host: User, zoom: ZoomEmulator, *, user: str = MARA) -> Connection:
    """Connect a host with a Zoom user, all the way."""
    url = flow.start(host, "zoom", session_key=SESSION)
    return flow.finish(host, "zoom", back(consent(zoom, url, user=user)))


def deliver(zoom: ZoomEmulator, number: int = -1, *, client: Client | None = None) -> int:
    """Post one of the webhooks that Zoom recorded to our inbox; return the status."""
    sent = zoom.deliveries[number]
    return post_event(client or Client(), sent["body"].encode(), sent["headers"])


def post_event(client: Client, body: bytes, headers: dict[str, str]) -> int:
    """Post an event to our inbox; return the status."""
    answer = client.post("/webhooks/zoom", data=body, content_type="application/json", headers=dict(headers))
    return answer.status_code


def told_operator() -> list[tuple[str, str]]:
    """What the operator is told about us, in order: (ops.alarm or ops.alarm_over, key)."""
    told = Work.objects.filter(kind__startswith="ops.alarm").order_by("asked_at")
    return list(told.values_list("kind", "key"))


def calls(zoom: ZoomEmulator, method: str, path: str) -> int:
    """How often Zoom was asked this."""
    return zoom.calls.count((method, path))
