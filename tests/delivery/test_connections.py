"""What a host is told about their connection: once each time, and with what it means for their bookings."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.delivery import services
from sivient.integrations import tokens
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.ports.errors import TryLater
from sivient.site import mailer
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, html_of, pass_time, text_of
from tests.factories import MONDAY_10, connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RECONNECT = "delivery.tell_reconnect"


@pytest.fixture
def host(post: Post) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect_zoom(host)
    return host


def ends() -> None:
    """Let the permission end at Zoom."""
    tokens.end(tokens.read(Grant.objects.get().pk), "Zoom says that the app was removed.")


def mails(post: Post, host: User, word: str) -> list[tuple[str, str]]:
    """Subject and words of the mails to the host that are about this."""
    found = [mail for mail in post.to(host.email) if word in str(mail["Subject"])]
    return [(str(mail["Subject"]), text_of(mail) + html_of(mail)) for mail in found]


@pytest.mark.parametrize(
    ("waiting", "subject", "words"),
    [
        (0, "Reconnect Zoom", "No booking waits for a link yet."),
        (1, "Reconnect Zoom: 1 booking waits for its link", "1 booking waits for a link and gets it by itself"),
        (2, "Reconnect Zoom: 2 bookings wait for their link", "2 bookings wait for a link and get it by themselves"),
    ],
)
def test_the_host_is_asked_to_reconnect_and_told_how_many_bookings_wait(
    host: User, post: Post, waiting: int, subject: str, words: str
) -> None:
    event_type = make_event_type(host)
    for hours in range(waiting):
        make_booking(event_type, start=MONDAY_10 + hours * HOUR)
    ends()
    run_due()
    ((found, text),) = mails(post, host, "Reconnect")
    assert found == subject
    assert text.count(words) == 2, "in both readings"
    assert text.count("Zoom says that the app was removed.") == 2
    assert "/settings/integrations" in text


def test_it_is_said_once_for_each_end_and_not_when_all_is_well_again(host: User, post: Post) -> None:
    ends()
    run_due()
    connection = Connection.objects.get()
    enqueue(RECONNECT, key=f"connection:{connection.pk}", payload={"connection": connection.pk})
    run_due()
    assert len(mails(post, host, "Reconnect")) == 1
    Grant.objects.update(state="connected", state_since=None)
    enqueue(RECONNECT, key=f"connection:{connection.pk}", payload={"connection": connection.pk})
    run_due()
    assert len(mails(post, host, "Reconnect")) == 1
    ends()
    run_due()
    first, second = (mail for mail in post.to(host.email) if "Reconnect" in str(mail["Subject"]))
    assert first["Message-ID"] != second["Message-ID"]


def test_sent_again_it_has_the_same_message_id(host: User, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver = mailer.send

    def lost(message: object, *, to: str) -> None:
        deliver(message, to=to)  # type: ignore[arg-type]
        raise TryLater("The mail server did not answer.")

    monkeypatch.setattr(mailer, "send", lost)
    ends()
    run_due()
    monkeypatch.setattr(mailer, "send", deliver)
    pass_time()
    run_due()
    first, second = post.to(host.email)
    assert first["Message-ID"] == second["Message-ID"]


def test_the_daily_limit_is_told_to_every_host_of_the_zoom_user_once(host: User, post: Post) -> None:
    other = make_host(timezone="America/New_York")
    grant = Grant.objects.get()
    Connection.objects.create(user=other, vendor="zoom", grant=grant, connected_at=timezone.now())
    for _ in range(2):
        enqueue("delivery.tell_limit", key=f"grant:{grant.pk}:2026-11-22", payload={"grant": grant.pk, "used": 90})
        run_due()
    midnight = datetime.now(UTC).date() + DAY
    for each, zone in ((host, "01:00 (Berlin)"), (other, "(New York)")):
        ((subject, text),) = mails(post, each, "90 of 100")
        assert subject == "90 of 100 Zoom meetings of today are used"
        assert text.count(zone) == 2
        assert "your fallback link is used, or you are asked for one" in text
    assert f"{midnight.day} " in mails(post, host, "90 of 100")[0][1]


def test_try_now_asks_for_the_token_at_once_and_for_the_link(
    zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = make_host()
    connect(zoom, host)
    booking = make_booking(make_event_type(host))
    zoom.switch(answers_503=True)
    run_due()
    zoom.switch(answers_503=False)
    Grant.objects.update(refresh_after=timezone.now() + HOUR, expires_at=timezone.now())
    assert services.try_now(booking) == 1
    run_due()
    assert len(zoom.meetings) == 1


def test_try_now_leaves_a_daily_limit_alone(zoom: ZoomEmulator, post: Post) -> None:
    host = make_host()
    connect(zoom, host)
    booking = make_booking(make_event_type(host), start=MONDAY_10 + DAY)
    zoom.inject("meeting-cap", times=5)
    run_due()
    services.try_now(booking)
    run_due()
    assert len(zoom.injections) == 1, "Zoom was not asked again"
    assert Work.objects.get(kind="delivery.conference").trouble == "paused"
