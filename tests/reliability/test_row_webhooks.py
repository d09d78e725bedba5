"""Rows 19 to 22 of the table of failures: a permission that ends in Zoom, moves to another user, or is shared."""

from collections.abc import Callable
from itertools import permutations

import httpx
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import reschedule
from sivient.integrations.models import Connection, Grant, WebhookEvent
from sivient.integrations.queries import CardState
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.http import mounted
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.webhook import sign
from tests.delivery.conftest import Post, text_of
from tests.factories import MONDAY_10, make_event_type, make_host
from tests.integrations.zoom import MARAS_ID, connect, deliver, post_event
from tests.reliability.living import (
    CREATE,
    book,
    card_of,
    connected_host,
    grant_of,
    link_of,
    meeting_step,
    states,
    told_by_zoom,
    told_link,
    work_on,
)
from tests.vendors.zoom.emulated import MARA, PRIYA

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_APP = b'{"event":"app_deauthorized","payload":{"user_id":"%b","client_id":"another-app"}}' % MARAS_ID.encode()
Act = Callable[[], object]


def removed(zoom: ZoomEmulator) -> None:
    """The host removes the app in Zoom, and the event arrives and is acted on."""
    zoom.remove_app(MARAS_ID)
    assert deliver(zoom) == 200
    run_due("another-worker")


class Interrupted:
    """A Zoom in which something happens right before, or right after, it makes a meeting for the first time."""

    def __init__(self, zoom: ZoomEmulator, *, before: Act | None = None, after: Act | None = None) -> None:
        self.zoom, self.before, self.after = zoom, before, after

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer as Zoom."""
        making = request.method == "POST" and request.url.path == CREATE
        if making and self.before:
            act, self.before = self.before, None
            act()
        answer = self.zoom.handle(request)
        if making and self.after:
            act, self.after = self.after, None
            act()
        return answer

    def work_on(self) -> None:
        """Do the work that is due, with this Zoom."""
        with mounted(httpx.MockTransport(self.handle), settings.ZOOM_OAUTH_BASE, settings.ZOOM_API_BASE):
            work_on()


def removals(post: Post, host: User) -> int:
    """How often the host was told that Zoom is disconnected."""
    return sum("removed in Zoom" in text_of(mail) for mail in post.to(host.email))


def wait_for_their_host(booking: Booking, host: User) -> None:
    """See that the booking stands without a link, its host is asked, and no token is left."""
    assert (card_of(host), Grant.objects.count()) == (CardState.DEAUTHORIZED, 0)
    assert not booking.conferences.exists()
    assert meeting_step(booking).state == Work.State.PARKED
    assert "needs_you" in states(booking)


def test_row_19_removed_before_the_meeting_is_asked_for_the_booking_waits_for_its_host(
    zoom: ZoomEmulator, post: Post
) -> None:
    host = connected_host(zoom)
    booking = book(make_event_type(host))
    Work.objects.filter(kind="delivery.conference").update(run_at=timezone.now().replace(year=2050))
    removed(zoom)
    work_on(rounds=2)
    wait_for_their_host(booking, host)
    assert zoom.meetings == []
    connect(host, zoom)
    work_on(rounds=2)
    assert told_link(post) == link_of(booking)


def test_row_19_removed_while_zoom_is_asked_the_step_gets_401_and_waits_for_its_host(
    zoom: ZoomEmulator, post: Post
) -> None:
    host = connected_host(zoom)
    booking = book(make_event_type(host))
    Interrupted(zoom, before=lambda: removed(zoom)).work_on()
    work_on()
    wait_for_their_host(booking, host)
    assert zoom.meetings == []
    assert removals(post, host) == 1


def test_row_19_removed_once_zoom_has_acted_the_link_is_kept(zoom: ZoomEmulator, post: Post) -> None:
    host = connected_host(zoom)
    booking = book(make_event_type(host))
    Interrupted(zoom, after=lambda: removed(zoom)).work_on()
    work_on()
    assert card_of(host) == CardState.DEAUTHORIZED
    assert link_of(booking) == zoom.meetings[0]["join_url"]
    assert told_link(post) == link_of(booking)


def test_row_20_what_comes_twice_late_forged_for_another_app_or_in_any_order_ends_nothing(zoom: ZoomEmulator) -> None:
    host = connected_host(zoom)
    sent = [told_by_zoom(zoom, f"webhook-{name}") for name in ("older-authorization", "bad-signature", "unknown-user")]
    events = [(event["body"].encode(), event["headers"]) for event in sent]
    stamp = events[0][1]["x-zm-request-timestamp"]
    signature = sign(settings.ZOOM_WEBHOOK_SECRETS[0], stamp, OTHER_APP)
    events.append((OTHER_APP, {"x-zm-request-timestamp": stamp, "x-zm-signature": signature}))
    for order in permutations(events):
        WebhookEvent.objects.all().delete()
        answers = [post_event(Client(), *event) for event in (*order, *order[:2])]
        run_due()
        assert sorted(set(answers)) == [200, 401]
        assert WebhookEvent.objects.count() == 3
        assert card_of(host) == CardState.CONNECTED


@pytest.mark.parametrize("late", [False, True], ids=["before the others", "after the others"])
def test_row_20_among_them_the_true_removal_is_acted_on_once(late: bool, zoom: ZoomEmulator, post: Post) -> None:
    host = connected_host(zoom)
    old = told_by_zoom(zoom, "webhook-older-authorization")
    zoom.remove_app(MARAS_ID)
    true = zoom.deliveries[-1]
    for event in (old, true, old, true) if late else (true, old, true, old):
        assert post_event(Client(), event["body"].encode(), event["headers"]) == 200
    run_due()
    assert card_of(host) == CardState.DEAUTHORIZED
    assert len(post.to(host.email)) == 1


def test_row_21_another_zoom_user_takes_over_and_the_former_tokens_are_revoked(zoom: ZoomEmulator, post: Post) -> None:
    host = connected_host(zoom, user=MARA)
    event_type = make_event_type(host)
    booking = book(event_type)
    work_on(rounds=2)
    first, tokens = link_of(booking), (grant_of(host).access_token, grant_of(host).refresh_token)
    connect(host, zoom, user=PRIYA)
    work_on()
    assert zoom.calls.count(("POST", "/oauth/revoke")) == 1
    assert Grant.objects.count() == 1
    assert not {grant_of(host).access_token, grant_of(host).refresh_token} & set(tokens)
    assert link_of(booking) == first
    moved = reschedule(booking, MONDAY_10.replace(minute=30), by="host", now=timezone.now())
    work_on(rounds=2)
    assert link_of(moved) == first, "a promised link is kept"
    assert link_of(book_next(event_type)) != first
    assert zoom.meetings[-1]["host_id"] != zoom.meetings[0]["host_id"]


def book_next(event_type: object) -> Booking:
    """Book the time after, and deliver it."""
    booking = book(event_type, MONDAY_10.replace(hour=12))  # type: ignore[arg-type]
    work_on(rounds=2)
    return booking


def test_row_22_two_hosts_share_a_zoom_user_and_its_removal_ends_both(zoom: ZoomEmulator, post: Post) -> None:
    hosts = [connected_host(zoom, platform="zoom"), connected_host(zoom, platform="zoom")]
    alone = make_host()
    connect(alone, zoom, user=PRIYA)
    assert Grant.objects.filter(vendor_user_id=MARAS_ID).count() == 1
    bookings = [book(make_event_type(host)) for host in hosts]
    work_on(rounds=2)
    assert len({link_of(booking) for booking in bookings}) == 2
    removed(zoom)
    assert [card_of(host) for host in hosts] == [CardState.DEAUTHORIZED] * 2
    assert card_of(alone) == CardState.CONNECTED
    assert list(Connection.objects.filter(user__in=hosts).values_list("grant", flat=True)) == [None, None]
    assert [removals(post, host) for host in hosts] == [1, 1]
    assert len({link_of(booking) for booking in bookings}) == 2, "links that were promised are kept"
