"""What a host is told about their connection: once each time, and with what it means for their bookings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.delivery import services
from sivient.integrations import limits, tokens
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.ports.errors import Rejected
from sivient.privacy.erasure import erase
from sivient.site import mailer
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, html_of, text_of
from tests.factories import MONDAY_10, connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RECONNECT, LIMIT = "delivery.tell_reconnect", "delivery.tell_limit"


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


def nearly_used(host: User) -> Connection:
    """Let the 90th meeting of the day be made now; return the host's connection."""
    grant = Grant.objects.get()
    Grant.objects.update(changes=89, changes_on=timezone.now().astimezone(UTC).date())
    limits.count(grant.pk)
    return grant.connections.get(user=host)


def shared_with() -> User:
    """Another host who uses the same Zoom user, in New York."""
    other = make_host(timezone="America/New_York")
    Connection.objects.create(user=other, vendor="zoom", grant=Grant.objects.get(), connected_at=timezone.now())
    return other


def test_the_daily_limit_is_told_to_every_host_of_the_zoom_user_once_a_day(host: User, post: Post) -> None:
    other = shared_with()
    connection = nearly_used(host)
    run_due()
    limits.count(connection.grant_id)  # type: ignore[arg-type]  # the 91st
    run_due()
    midnight = datetime.now(UTC).date() + DAY
    for each, zone in ((host, "01:00 (Berlin)"), (other, "(New York)")):
        ((subject, text),) = mails(post, each, "90 of 100")
        assert subject == "90 of 100 Zoom meetings of a day are used"
        assert text.count(zone) >= 2, each
        assert "your fallback link is used, or you are asked for one" in text
    assert f"{midnight.day} " in mails(post, host, "90 of 100")[0][1]


def test_a_limit_that_is_told_late_names_the_day_of_the_count(host: User, post: Post) -> None:
    connection = Connection.objects.get()
    told = {"connection": connection.pk, "used": 90, "at": "2026-11-22T22:30:00+00:00"}
    for _ in range(2):
        enqueue(LIMIT, key=f"connection:{connection.pk}", payload=told)
        run_due()
    ((_, text),) = mails(post, host, "90 of 100")
    assert text.count("90 were used on Sunday 22 November 2026, 23:30 (Berlin)") == 2
    assert text.count("begins anew on Monday 23 November 2026, 01:00 (Berlin)") == 2


def test_one_address_that_is_refused_keeps_the_limit_from_nobody_else(
    host: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver, other = mailer.send, shared_with()

    def send(message: Any, *, to: str) -> None:
        if to == host.email:
            raise Rejected("The mail server refused the address.")
        deliver(message, to=to)

    monkeypatch.setattr(mailer, "send", send)
    nearly_used(host)
    run_due()
    assert len(mails(post, other, "90 of 100")) == 1


def test_nothing_about_the_limit_is_left_of_an_account_that_was_erased(host: User, post: Post) -> None:
    nearly_used(host)
    erase(host.pk)
    assert not Work.objects.filter(kind=LIMIT).exists()


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
