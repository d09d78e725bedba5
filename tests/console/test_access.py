"""Who may open what: every address but the guest's, as anybody, as its host, and as the wrong one."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.integrations.models import Connection
from sivient.privacy import services as privacy
from sivient.scheduling.models import DateHours, EventType, SchedulingPage
from tests.console.editing import TYPED
from tests.factories import NOW, make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ROOMS = ("accounts", "integrations", "calendars", "delivery", "console", "privacy", "help", "ops")
SIGN_IN, WELCOME, CLOSING = "/sign-in", "/welcome", "/account/closing"


@dataclass(frozen=True, slots=True)
class Row:
    """What a GET answers: a status, or where it leads. A new address needs a row here."""

    anybody: int | str
    host: int | str
    wrong_host: int | str
    newcomer: int | str
    closing: int | str


OPEN = Row(200, "/", "/", "/", "/")  # the way in leads on who is in already
EVERYBODYS = Row(200, 200, 200, 200, 200)
HOSTS = Row(SIGN_IN, 200, 200, WELCOME, CLOSING)
OWNERS = Row(SIGN_IN, 200, 404, WELCOME, CLOSING)
POST_ONLY = Row(405, 405, 405, 405, 405)
MATRIX = {
    "sign-in": OPEN,
    "login-link": Row(410, 410, 410, 410, 410),  # without a key
    "sign-in-start": POST_ONLY,
    "sign-in-callback": Row(400, 400, 400, 400, 400),  # without a state
    "sign-out": POST_ONLY,
    "sign-out-everywhere": POST_ONLY,
    "handle-check": Row(SIGN_IN, 200, 200, 200, 200),
    "home": Row(200, "/bookings", "/bookings", "/bookings", "/bookings"),
    "welcome": Row(SIGN_IN, "/bookings", "/bookings", 200, CLOSING),
    "welcome-platform": HOSTS,
    "event-types": HOSTS,
    "event-type-new": HOSTS,
    "event-type-edit": OWNERS,
    "event-type-delete": OWNERS,
    "event-type-duplicate": POST_ONLY,
    "event-type-move": POST_ONLY,
    "event-type-times": OWNERS,
    "event-type-links": OWNERS,
    "event-type-link-remove": POST_ONLY,
    "availability": HOSTS,
    "availability-new": HOSTS,
    "availability-schedule": OWNERS,
    "availability-duplicate": POST_ONLY,
    "availability-delete": OWNERS,
    "availability-dates": HOSTS,
    "availability-date-new": HOSTS,
    "availability-date": OWNERS,
    "availability-date-remove": POST_ONLY,
    "availability-time-off": HOSTS,
    "availability-time-off-remove": POST_ONLY,
    "availability-travel": HOSTS,
    "availability-travel-remove": POST_ONLY,
    "availability-holidays": HOSTS,
    "settings-integrations": HOSTS,
    "settings-integrations-connect": POST_ONLY,
    "settings-integrations-callback": Row(
        SIGN_IN, "/settings/integrations", "/settings/integrations", WELCOME, CLOSING
    ),
    "settings-integrations-disconnect": Row(
        SIGN_IN, "/settings/integrations", "/settings/integrations", WELCOME, CLOSING
    ),
    "settings-integrations-disconnect-account": Row(SIGN_IN, "/settings/integrations", 404, WELCOME, CLOSING),
    "settings-integrations-enter": Row(SIGN_IN, 404, 404, WELCOME, CLOSING),  # Zoom has a consent page
    "settings-integrations-blocking": POST_ONLY,
    "settings-integrations-without": POST_ONLY,
    "settings-integrations-read": POST_ONLY,
    "settings-integrations-target": POST_ONLY,
    "settings-scheduling": HOSTS,
    "settings-plan": HOSTS,
    "settings-account": HOSTS,
    "settings-account-theme": POST_ONLY,
    "settings-account-delete": Row(SIGN_IN, 200, 200, 200, CLOSING),
    "account-export": POST_ONLY,
    "account-closing": Row(SIGN_IN, "/", "/", "/", 200),
    "account-restore": POST_ONLY,
    "bookings": HOSTS,
    "booking-detail": OWNERS,
    "booking-cancel": OWNERS,
    "booking-approve": POST_ONLY,
    "booking-decline": OWNERS,
    "booking-reschedule": OWNERS,
    "booking-link": OWNERS,
    "booking-calendar-keep": POST_ONLY,
    "booking-calendar-follow": POST_ONLY,
    "booking-clocks-leave": POST_ONLY,
    "booking-clocks-move": POST_ONLY,
    "booking-try-now": POST_ONLY,
    "booked-invite": EVERYBODYS,  # the secret in the address lets in
    "webhook": POST_ONLY,
    "calendar-push": Row(*[404] * 5),  # Zoom has no calendars; what is pushed is in tests/calendars/test_push.py
    "docs": EVERYBODYS,
    "docs-bare": Row(*["/docs/"] * 5),
    "docs-page": EVERYBODYS,
    "healthz": EVERYBODYS,
    "readyz": EVERYBODYS,
    "status": Row(*[404] * 5),  # the operator has set no token; who has it is in tests/ops/test_status.py
}
# What closes, opens or downloads for whoever is signed in; everybody else's POST ends at the sign-in page.
POSTS = (
    *("sign-out-everywhere", "settings-account-theme", "account-export", "account-restore"),
    *("event-type-delete", "event-type-duplicate", "event-type-move", "event-type-link-remove"),
    *("booking-cancel", "booking-approve", "booking-decline", "booking-reschedule", "booking-try-now"),
    *("booking-link", "booking-calendar-keep", "booking-calendar-follow"),
    *("booking-clocks-leave", "booking-clocks-move"),
    *("availability-duplicate", "availability-delete", "availability-date-remove"),
    *("availability-time-off-remove", "availability-travel-remove"),
    *("settings-integrations-blocking", "settings-integrations-without"),
    *("settings-integrations-read", "settings-integrations-target", "settings-integrations-disconnect-account"),
)
OF_ONE_HOST = (
    *("event-type-edit", "event-type-delete", "event-type-duplicate", "event-type-move"),
    *("event-type-links", "booking-detail", "booking-cancel", "booking-try-now"),
    *("booking-approve", "booking-decline", "booking-reschedule", "booking-link"),
    *("booking-calendar-keep", "booking-calendar-follow"),
    *("booking-clocks-leave", "booking-clocks-move"),
    *("availability-schedule", "availability-duplicate", "availability-delete", "availability-date"),
    "settings-integrations-blocking",
)
SIGNED = ("webhook", "calendar-push")  # the vendor's signature stands for the form's token


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """Every address below some of them."""
    for each in found:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns)
        else:
            yield each


def addresses(booking: Booking) -> dict[str, str]:
    """The addresses of the rooms by name, with arguments filled in."""
    known = {"number": booking.event_type_id, "pk": booking.pk, "token": booking.token, "slug": "zoom", "link": 1}
    known |= {"provider": "google", "vendor": "zoom"}
    of_connection = known | {"number": booking.host.connections.get().pk}
    of_schedule = known | {"number": booking.event_type.schedule_id if booking.event_type else 0}
    found = {}
    for each in (each for room in ROOMS for each in patterns(import_module(f"sivient.{room}.urls").urlpatterns)):
        values = of_schedule if str(each.name).startswith("availability") else known
        values = of_connection if str(each.name).startswith("settings-integrations") else values
        found[str(each.name)] = reverse(
            str(each.name), kwargs={name: values[name] for name in each.pattern.regex.groupindex}
        )
    return found


@dataclass(frozen=True, slots=True)
class People:
    """A browser for each."""

    anybody: Client
    host: Client
    wrong_host: Client
    newcomer: Client
    closing: Client


@pytest.fixture
def booking(host: User) -> Booking:
    """The host's own, of an event type of theirs."""
    SchedulingPage.objects.filter(host=host).update(platform="phone", platform_details="+49 30 901820")
    event_type = make_event_type(User.objects.get(pk=host.pk), platform="zoom")  # whose link can be replaced
    DateHours.objects.create(pk=event_type.schedule_id, schedule=event_type.schedule, date=date(2030, 1, 1))
    booking = make_booking(event_type)
    more = {"vendor_start": booking.start, "created_at": booking.created_at}
    Connection.objects.create(user=host, vendor="zoom", state="disconnected", connected_at=NOW, ended_at=NOW)
    booking.conferences.create(vendor="zoom", external_id="1", join_url="https://zoom.test/j/1", **more)
    return booking


@pytest.fixture
def people(host: User, other: User) -> People:
    """Everybody."""
    leaving = User.objects.create(handle="leaving", onboarded_at=timezone.now())
    privacy.close(leaving, keep_bookings=False, by="host", now=timezone.now())
    users = (host, other, User.objects.create(name="New"), leaving)
    clients = [Client() for _ in users]
    for client, user in zip(clients, users, strict=True):
        client.force_login(user)
        client.get("/handle-check")  # the day's first look at a page is noted in the session
    return People(Client(), *clients)


def answer(browser: Client, address: str) -> int | str:
    """The status, or where it leads."""
    got = browser.get(address)
    return got["Location"].partition("?")[0] if got.status_code == 302 else got.status_code


def test_every_address_has_a_row(booking: Booking) -> None:
    assert set(addresses(booking)) == set(MATRIX)


def test_each_is_led_where_they_may_be_and_looking_writes_nothing(people: People, booking: Booking) -> None:
    found = addresses(booking)
    got = {}
    with CaptureQueriesContext(connection) as queries:
        for name in MATRIX:
            got[name] = Row(*(answer(getattr(people, who.name), found[name]) for who in fields(Row)))
    assert got == MATRIX
    written = [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


@pytest.mark.parametrize("name", POSTS)
def test_a_post_of_nobody_or_of_the_wrong_host_changes_nothing(name: str, people: People, booking: Booking) -> None:
    address = addresses(booking)[name]
    assert people.anybody.post(address)["Location"].startswith(SIGN_IN)
    if name in OF_ONE_HOST:
        assert people.wrong_host.post(address).status_code == 404
    booking.refresh_from_db()
    assert (booking.status, booking.version) == ("confirmed", 1)
    assert EventType.objects.filter(pk=booking.event_type_id).exists()


@pytest.mark.parametrize("name", OF_ONE_HOST)
def test_numbers_that_belong_to_nobody_are_404(people: People, name: str) -> None:
    for number in (0, 999_999_999, 2**63, 2**200):
        assert people.host.get(reverse(name, args=[number])).status_code in (404, 405), number
        assert people.host.post(reverse(name, args=[number])).status_code == 404, number


def test_nobody_acts_for_somebody_else_by_naming_them(people: People, host: User, other: User) -> None:
    naming = {
        **dict.fromkeys(("id", "pk", "user", "user_id", "host", "host_id", "account", "owner"), other.pk),
        "email": other.email,
        "plan": "business",
        "is_active": "",
        "closed_at": "2026-01-01",
        "password": "x",
    }
    before = User.objects.filter(pk=other.pk).values().get()
    mine = {"handle": "mara", "name": "Mara L", "timezone": "UTC", "platform": "phone", "phone": "12345"}
    for address in ("/settings/scheduling", "/settings/account", "/event-types/new", "/availability"):
        assert people.host.post(address, TYPED | naming | mine | {"title": "Mine"}).status_code == 302
    assert User.objects.filter(pk=other.pk).values().get() == before
    host.refresh_from_db()
    assert (host.plan, host.is_active, host.closed_at, host.email) == ("pro", True, None, "mara@nordlicht.example")
    assert not other.event_types.filter(title="Mine").exists()
    assert host.event_types.filter(title="Mine").exists()


def test_every_form_of_a_host_needs_its_token(people: People, host: User, booking: Booking) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(host)
    for name, address in addresses(booking).items():
        answer = strict.post(address)
        assert answer.status_code in ((401, 404) if name in SIGNED else (403, 405)), name


def test_links_are_made_from_the_configured_address_whatever_the_request_says(people: People) -> None:
    page = people.host.get("/settings/scheduling", headers={"X-Forwarded-Host": "evil.example"})
    assert b"evil.example" not in page.content
    elsewhere = people.host.get("/settings/scheduling", headers={"Host": "evil.example"})
    assert elsewhere["Location"] == "http://testserver/settings/scheduling"
