"""A real mail server and an emulated Zoom for the steps of a delivery."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from icalendar import Calendar, Event

from sivient.accounts.models import User
from sivient.demo.mailbox import Mailbox, start_smtp
from sivient.jobs.models import Work
from sivient.ports.errors import TryLater
from sivient.ports.http import mounted
from sivient.site import mailer
from sivient.vendors.zoom.emulator import ZoomApp, ZoomEmulator
from sivient.vendors.zoom.emulator.app import PRODUCT_SCOPES
from tests.factories import connect_zoom, make_host

MOVE, DELETE, FIND = "meeting:update:meeting", "meeting:delete:meeting", "meeting:read:list_meetings"
CALLBACK = "http://testserver/settings/integrations/zoom/callback"


@dataclass
class Post:
    """What has arrived at the mail server, oldest first."""

    folder: Path
    mailbox: Mailbox

    def all(self) -> list[EmailMessage]:
        """Every mail."""
        files = sorted(self.folder.rglob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc]

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one address."""
        return [mail for mail in self.all() if address in str(mail["To"])]

    def refuse(self, answer: str) -> None:
        """Let the server answer `451`, `550`, or `ok` again."""
        request = httpx.Request("POST", "http://mailbox/__ctl/switch", json={"smtp": answer})
        assert self.mailbox.handle(request).is_success

    @contextmanager
    def losing_answers(self) -> Iterator[None]:
        """Every mail arrives meanwhile, and nobody learns of it."""

        def lost(message: EmailMessage, *, to: str) -> None:
            deliver(message, to=to)
            raise TryLater("The mail server did not answer.")

        deliver = mailer.send
        with patch.object(mailer, "send", lost):
            yield


@pytest.fixture
def post(tmp_path: Path, settings: Any) -> Iterator[Post]:
    """A mail server on a free port, which the product uses."""
    box = Mailbox(tmp_path / "mails")
    server = start_smtp(box, 0)
    settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}"
    yield Post(tmp_path / "mails", box)
    server.close()


@pytest.fixture
def zoom() -> Iterator[ZoomEmulator]:
    """An emulated Zoom behind the addresses of the settings."""
    app = ZoomApp(
        client_id=django_settings.ZOOM_CLIENT_ID,
        client_secret=django_settings.ZOOM_CLIENT_SECRET,
        webhook_secret=django_settings.ZOOM_WEBHOOK_SECRETS[0],
        redirect_uris=(CALLBACK,),
    )
    emulator = ZoomEmulator(app)
    transport = httpx.MockTransport(emulator.handle)
    with mounted(transport, django_settings.ZOOM_OAUTH_BASE, django_settings.ZOOM_API_BASE):
        yield emulator
    emulator.close()


def host_allowing(zoom: ZoomEmulator, *scopes: str) -> User:
    """Make a host whose Zoom allows more than to make meetings."""
    zoom.switch(scopes=[*PRODUCT_SCOPES, *scopes])
    host = make_host()
    connect(zoom, host)
    return host


def connect(zoom: ZoomEmulator, host: User, user: str = "mara") -> None:
    """Give the host tokens that this Zoom has issued."""
    http = httpx.Client(transport=httpx.MockTransport(zoom.handle), base_url=django_settings.ZOOM_OAUTH_BASE)
    query = {"response_type": "code", "client_id": django_settings.ZOOM_CLIENT_ID, "redirect_uri": CALLBACK}
    consent = http.get("/oauth/authorize", params=query | {"state": "s", "auto": "allow", "user": user})
    form = {"grant_type": "authorization_code", "code": consent.next_request.url.params["code"]}  # type: ignore[union-attr]
    credentials = (django_settings.ZOOM_CLIENT_ID, django_settings.ZOOM_CLIENT_SECRET)
    answer = http.post("/oauth/token", data=form | {"redirect_uri": CALLBACK}, auth=credentials).json()
    connect_zoom(
        host,
        vendor_user_id=zoom.people.find(user).id,  # type: ignore[union-attr]
        access_token=answer["access_token"],
        refresh_token=answer["refresh_token"],
        scope=answer["scope"],
    )


def event_of(mail: EmailMessage) -> tuple[str, Event]:
    """Return the method and the event of the mail's calendar part; the attachment must be the same bytes."""
    (inline,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    (attached,) = [part for part in mail.walk() if part.get_content_type() == "application/ics"]
    content: Any = inline.get_payload(decode=True)
    assert content == attached.get_payload(decode=True)
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event  # type: ignore[return-value]


def text_of(mail: EmailMessage) -> str:
    """Return the plain words of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content


def html_of(mail: EmailMessage) -> str:
    """Return the words of a mail as HTML."""
    body = mail.get_body(("html",))
    assert body is not None
    content: str = body.get_content()
    return content


def sequence_of(mail: EmailMessage) -> int:
    """Return the SEQUENCE of the mail's event."""
    return int(event_of(mail)[1]["SEQUENCE"])


DEADLINES = ("booking.expire", "delivery.link_due", "delivery.link_late")


def pass_time() -> None:
    """Let everything that waits be due, as if its time had come; deadlines are still ahead."""
    Work.objects.filter(state="waiting").exclude(key="every").exclude(kind__in=DEADLINES).update(
        run_at=timezone.now() - timedelta(seconds=1)
    )


def deadline_comes(kind: str = "delivery.link_due") -> None:
    """Let a deadline be now."""
    Work.objects.filter(kind=kind, state="waiting").update(run_at=timezone.now() - timedelta(seconds=1))
