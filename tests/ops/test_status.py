"""/status and `sivient status`: for whoever holds the token, without personal data."""

import base64
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from sivient.integrations.models import Grant, WebhookHealth
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.ops import status
from sivient.ops.models import Alarm
from tests.factories import connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TOKEN = "status-token-0123456789"


@pytest.fixture(autouse=True)
def token(settings: Settings) -> None:
    """The operator has set one."""
    settings.STATUS_TOKEN = TOKEN


def ask(client: Client, authorization: str = f"Bearer {TOKEN}", **query: str) -> Any:
    """Open the page."""
    return client.get("/status", query, headers={"Authorization": authorization})


def basic(password: str) -> str:
    """What a browser sends."""
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


def figures(client: Client) -> dict[str, Any]:
    """What a program reads."""
    found: dict[str, Any] = ask(client, format="json").json()
    return found


def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client, settings: Settings) -> None:
    settings.STATUS_TOKEN = ""
    for authorization in ("", "Bearer ", basic("")):
        assert ask(client, authorization).status_code == 404


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer wrong", f"Bearer {TOKEN}x", f"Digest {TOKEN}", basic("wrong"), "Basic !", "Bearer \xff"],
)
def test_who_does_not_have_the_token_is_asked_for_it_and_sees_nothing(client: Client, authorization: str) -> None:
    answer = ask(client, authorization)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic realm=")
    assert b"SIVIENT_STATUS_TOKEN" in answer.content


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer {TOKEN}", basic(TOKEN)])
def test_the_token_opens_it_for_programs_and_for_browsers(client: Client, authorization: str) -> None:
    answer = ask(client, authorization)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"].startswith("text/html")
    told = client.get("/status", headers={"Authorization": authorization, "Accept": "application/json"})
    assert told.json()["fine"] is True
    assert "no-store" in told["Cache-Control"]


def test_a_quiet_server_is_fine(client: Client) -> None:
    found = figures(client)
    assert found["worker"] | {"waiting": []} == found["worker"]
    assert (found["worker"]["due"], found["worker"]["oldest_due_seconds"]) == (0, 0)
    assert (found["connections"], found["alarms"], found["webhooks"]) == ([], [], [])
    assert abs(found["clock_difference_seconds"]) < 1
    assert "Nothing waits" in ask(client).content.decode()


def test_it_says_how_long_the_oldest_due_work_has_waited(client: Client) -> None:
    enqueue("demo.late", key="1", run_at=timezone.now() - timedelta(seconds=90))
    enqueue("demo.late", key="2", run_at=timezone.now() - timedelta(seconds=10))
    enqueue("demo.later", key="3", run_at=timezone.now() + timedelta(hours=1))
    found = figures(client)
    assert found["worker"]["due"] == 2
    assert 90 <= found["worker"]["oldest_due_seconds"] < 120
    assert found["worker"]["waiting"] == [
        {"kind": "demo.late", "trouble": "", "count": 2},
        {"kind": "demo.later", "trouble": "", "count": 1},
    ]
    assert found["fine"] is False


def test_work_whose_lane_is_busy_is_not_late(client: Client) -> None:
    enqueue("demo.late", key="1", run_at=timezone.now() - timedelta(seconds=90), lane="zoom:1")
    running = enqueue("demo.running", key="2", run_at=timezone.now() - timedelta(seconds=90), lane="zoom:1")
    Work.objects.filter(pk=running.pk).update(lease_until=timezone.now() + timedelta(seconds=30), lease_owner="w")
    assert figures(client)["worker"]["due"] == 0


def test_it_counts_what_is_parked_and_what_was_given_up_within_a_day(client: Client) -> None:
    now, states = timezone.now(), Work.State
    for key, state, trouble, ended in (
        ("1", states.PARKED, "bug", None),
        ("2", states.FAILED, "rejected", now - timedelta(hours=1)),
        ("3", states.FAILED, "rejected", now - timedelta(hours=30)),
        ("4", states.DONE, "", now),
    ):
        work = enqueue("demo.kind", key=key)
        Work.objects.filter(pk=work.pk).update(state=state, trouble=trouble, done_at=ended)
    found = figures(client)
    assert found["worker"]["parked"] == [{"kind": "demo.kind", "trouble": "bug", "count": 1}]
    assert found["worker"]["failed_last_day"] == [{"kind": "demo.kind", "trouble": "rejected", "count": 1}]
    assert found["fine"] is False


def test_connections_of_another_app_than_the_present_one_are_counted_apart(client: Client) -> None:
    for client_id in ("zoom-client", "the-app-before"):
        connect_zoom(make_host(), client_id=client_id)
    found = {each["state"]: each["count"] for each in figures(client)["connections"]}
    assert found == {"connected": 1, "of_another_app": 1}


def test_it_counts_connections_by_state_and_renewals_that_failed(client: Client) -> None:
    connect_zoom(make_host(), refresh_failures=2)
    connect_zoom(make_host())
    connect_zoom(make_host(), state=Grant.State.NEEDS_RECONNECT)
    found = figures(client)
    assert Counter((each["state"], each["count"]) for each in found["connections"]) == Counter(
        [("connected", 2), ("needs_reconnect", 1)]
    )
    assert found["refresh_failures"] == 1


def test_it_says_when_the_vendor_was_last_heard(client: Client) -> None:
    now = timezone.now()
    WebhookHealth.objects.create(vendor="zoom", last_event_at=now, last_refused_at=now, refused=2)
    (health,) = figures(client)["webhooks"]
    assert health["last_event_at"].startswith(f"{now:%Y-%m-%d}")
    assert (health["last_validation_at"], health["refused"]) == (None, 2)
    assert "never" in ask(client).content.decode()


def test_alarms_stand_with_their_sentence_and_since_when(client: Client) -> None:
    now = timezone.now()
    Alarm.objects.create(key="zoom:client", sentence="Zoom <refuses> the app.", first_at=now, last_at=now, times=3)
    (alarm,) = figures(client)["alarms"]
    assert (alarm["sentence"], alarm["times"]) == ("Zoom <refuses> the app.", 3)
    page = ask(client).content.decode()
    assert "Zoom &lt;refuses&gt; the app." in page
    assert f"Since {now.day} {now:%B}" in page
    assert figures(client)["fine"] is False


def test_nobody_is_named(client: Client) -> None:
    booking = make_booking(make_event_type())
    connect_zoom(booking.host)
    told = ask(client).content.decode() + ask(client, format="json").content.decode() + status.as_text(status.status())
    for canary in (booking.guest_name, booking.guest_email, booking.host.email, booking.token, "access-canary"):
        assert canary not in told


def test_the_number_of_questions_does_not_grow_with_the_work(client: Client) -> None:
    counts = []
    for number in range(2):
        for each in range(number * 30):
            enqueue("demo.kind", key=f"{each}", run_at=timezone.now() - timedelta(minutes=5))
        with CaptureQueriesContext(connection) as queries:
            figures(client)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


def test_the_text_for_a_terminal_says_the_same() -> None:
    enqueue("demo.late", key="1", run_at=timezone.now() - timedelta(seconds=90))
    text = status.as_text(status.status())
    assert "Due and not begun: 1, the oldest for 9" in text
    assert "Work: 1 demo.late waiting\n" in text
    assert text.endswith("`sivient doctor` says what to do.")
