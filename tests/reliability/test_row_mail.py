"""Rows 28 and 30 of the table of failures: a mail server that is away, and changes that meet a delivery."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.services import cancel, reschedule
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due, run_once
from sivient.ports.http import mounted
from sivient.site import mailer
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, event_of, sequence_of
from tests.delivery.living_calendars import living
from tests.factories import MONDAY_10, make_event_type
from tests.reliability.living import CREATE, GUEST, book, connected_host, link_of, states, told_link, work_on

pytestmark = pytest.mark.django_db(transaction=True)
LATER = MONDAY_10 + timedelta(hours=2)
Change = Callable[[Booking], object]


def move(booking: Booking) -> None:
    """The host moves it."""
    reschedule(booking, LATER, by="host", now=timezone.now())


def end(booking: Booking) -> None:
    """The guest cancels it."""
    cancel(booking, by="guest", now=timezone.now())


def move_and_end(booking: Booking) -> None:
    """Both, one after the other."""
    move(booking)
    end(booking)


def invites(booking: Booking) -> Work:
    """Return the step that invites the guest."""
    return Work.objects.get(kind="delivery.invite", key=f"booking:{booking.pk}:1")


def test_row_28_a_mail_server_that_is_away_or_greylists_gets_the_mail_later_and_once(
    zoom: ZoomEmulator, post: Post
) -> None:
    booking = book(make_event_type(connected_host(zoom)))
    post.refuse("451")
    work_on(rounds=3)
    assert (invites(booking).state, post.to(GUEST)) == (Work.State.WAITING, [])
    assert "trying" in states(booking)
    post.refuse("ok")
    work_on(rounds=3)
    assert len(post.to(GUEST)) == 1
    assert told_link(post) == link_of(booking)


def test_row_28_after_three_days_the_mail_is_given_up_and_the_host_sees_it(zoom: ZoomEmulator, post: Post) -> None:
    booking = book(make_event_type(connected_host(zoom)))
    post.refuse("451")
    work_on(rounds=2)
    Work.objects.filter(kind="delivery.invite").update(asked_at=timezone.now() - timedelta(days=2, hours=23))
    work_on()
    assert invites(booking).state == Work.State.WAITING
    Work.objects.filter(kind="delivery.invite").update(asked_at=timezone.now() - timedelta(days=3, minutes=1))
    work_on()
    assert invites(booking).state == Work.State.FAILED
    assert "needs_you" in states(booking)


def test_row_28_an_address_that_is_refused_is_told_to_the_host_and_not_tried_again(
    zoom: ZoomEmulator, post: Post
) -> None:
    booking = book(make_event_type(connected_host(zoom)))
    post.refuse("550")
    work_on(rounds=3)
    assert invites(booking).state == Work.State.FAILED
    assert "needs_you" in states(booking)
    tries = invites(booking).attempt
    work_on(rounds=2)
    assert invites(booking).attempt == tries


def test_row_28_where_the_calendar_invites_the_guest_needs_no_mail_server(
    zoom: ZoomEmulator, post: Post, settings: Any, tmp_path: Path
) -> None:
    host = connected_host(zoom)
    post.refuse("451")
    with living("google", host, settings, tmp_path) as calendar:
        booking = book(make_event_type(host))
        work_on(rounds=3)
        assert [method for method, _ in calendar.mailed(GUEST)] == ["REQUEST"]
        assert link_of(booking)
        assert "trying" in states(booking), "the host's mail waits"
        post.refuse("ok")
        work_on(rounds=2)
    assert post.to(GUEST) == []
    assert len(post.to(host.email)) == 1


def test_row_28_a_mail_that_is_sent_twice_is_the_same_mail(
    zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies once the server has the mail: the copy merges with it in every mail program and calendar."""
    booking = book(make_event_type(connected_host(zoom)))
    send = mailer.send

    def then_die(*arguments: object, **more: object) -> None:
        send(*arguments, **more)  # type: ignore[arg-type]
        monkeypatch.undo()
        raise RuntimeError("power cut")

    run_once("meeting")
    monkeypatch.setattr(mailer, "send", then_die)
    Work.objects.filter(kind="delivery.invite").update(run_at=timezone.now() - timedelta(hours=1))
    work_on(rounds=3)
    first, second = post.to(GUEST)[:2]
    assert first["Message-ID"] == second["Message-ID"]
    assert sequence_of(first) == sequence_of(second)
    assert event_of(first)[1]["UID"] == event_of(second)[1]["UID"] == booking.uid


@pytest.mark.parametrize(("change", "moment"), list(product([move, end, move_and_end], range(5))))
def test_row_30_a_change_at_any_moment_of_a_delivery_ends_with_one_last_word(
    change: Change, moment: int, zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before everything; while Zoom is asked; when it has answered; while a mail is sent; after everything."""
    booking = book(make_event_type(connected_host(zoom)))
    run_due() if moment == 4 else None
    if moment in (0, 4):
        work_on(rounds=2 * (moment == 4))
        change(booking)
    if moment == 3:
        before_the_first_mail(lambda: change(booking), monkeypatch)
    interrupting(zoom, lambda: change(booking) if moment in (1, 2) else None, after=moment == 2)
    work_on(rounds=3)
    booking.refresh_from_db()
    words = [mail for mail in post.to(GUEST) if mail.get_content_type() == "multipart/mixed"]
    numbers = [sequence_of(mail) for mail in words]
    assert numbers == sorted(set(numbers)), "no calendar is told an older word after a newer one"
    if change is move:
        assert event_of(words[-1])[1]["DTSTART"].dt == LATER
        assert told_link(post) == link_of(booking)
    else:
        assert not booking.stands
        assert str(post.to(GUEST)[-1]["Subject"]).startswith("Cancelled:")
    assert len(zoom.meetings) <= 1


def interrupting(zoom: ZoomEmulator, change: Callable[[], object], *, after: bool) -> None:
    """Do the work, with a change while the first meeting is asked for."""
    changes = [change]

    def handle(request: httpx.Request) -> httpx.Response:
        making = request.method == "POST" and request.url.path == CREATE
        if making and changes and not after:
            changes.pop()()
        answer = zoom.handle(request)
        if making and changes:
            changes.pop()()
        return answer

    with mounted(httpx.MockTransport(handle), settings.ZOOM_OAUTH_BASE, settings.ZOOM_API_BASE):
        work_on(rounds=2)


def before_the_first_mail(change: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the change come while the first mail is being sent."""
    send, changes = mailer.send, [change]

    def sending(*arguments: object, **more: object) -> None:
        if changes:
            changes.pop()()
        send(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(mailer, "send", sending)
