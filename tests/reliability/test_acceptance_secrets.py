"""Acceptance test 12 of the Zoom contract's chapter 13: a link that starts a meeting as its host is kept nowhere.

Zoom tells one with each meeting. Database, logs at their most talkative, mails and pages are searched for all of them.
"""

import logging
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from sivient.booking.services import cancel, reschedule
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.emulator.app import PRODUCT_SCOPES
from tests.delivery.conftest import Post
from tests.factories import MONDAY_10, make_event_type
from tests.reliability.living import book, connected_host, link_of, work_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
MORE = ("meeting:update:meeting", "meeting:delete:meeting", "meeting:read:list_meetings")
HOURS = [MONDAY_10.replace(hour=hour) for hour in (8, 9, 10, 11, 12, 13)]


@pytest.mark.parametrize("scopes", [PRODUCT_SCOPES, (*PRODUCT_SCOPES, *MORE)], ids=["two scopes", "all scopes"])
def test_acceptance_12_no_start_url_is_in_the_database_a_log_a_mail_or_a_page(
    scopes: tuple[str, ...], zoom: ZoomEmulator, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    zoom.switch(scopes=list(scopes))
    host = connected_host(zoom)
    event_type = make_event_type(host, window_days=90)
    faults = ("without-join-url", "create-answer-lost", "personal-id", "gzip-body", "answers-200")
    for nth, fault in enumerate(faults, 1):
        zoom.inject(fault, route="POST /v2/users/me/meetings", nth=nth)
    bookings = [book(event_type, start, email=f"ada{n}@guest.example") for n, start in enumerate(HOURS)]
    work_on(rounds=4)
    reschedule(bookings[0], HOURS[0].replace(minute=30), by="guest", now=timezone.now())
    cancel(bookings[1], by="host", now=timezone.now())
    work_on(rounds=3)
    browser = Client()
    browser.force_login(host)
    pages = [f"/b/{each.token}" for each in bookings] + [f"/bookings/{each.pk}" for each in bookings]
    pages = [browser.get(page, follow=True).content.decode() for page in [*pages, "/bookings"]]
    said = [everything_stored(), caplog.text, *(mail.as_string() for mail in post.all()), *pages]
    said += [str(part.get_payload(decode=True)) for mail in post.all() for part in mail.walk()]
    assert len(zoom.injections) == len(faults)
    secrets = {secret for meeting in zoom.meetings for secret in parts_of(meeting["start_url"])}
    assert len(secrets) >= 2 * len(HOURS)
    assert [secret for secret in secrets if any(secret in each for each in said)] == []
    link = link_of(bookings[5])
    assert link in everything_stored(), "the search finds what is there"
    assert any(link in each for each in said[1:])


def parts_of(start_url: str) -> set[str]:
    """Return the address, and the key in it that makes somebody the host."""
    return {start_url.partition("?")[0], parse_qs(urlsplit(start_url).query)["zak"][0]}


def everything_stored() -> str:
    """Return all rows of all tables as text."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            rows.append(str(cursor.fetchall()))
    return "\n".join(rows)
