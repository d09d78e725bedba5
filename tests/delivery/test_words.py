"""What the mails about a booking say of its time, and which pages they lead to."""

from datetime import UTC, datetime, timedelta

import pytest

from sivient.booking.models import Booking
from sivient.core.moments import city
from sivient.delivery import mails
from sivient.delivery.edition import Edition, Told
from sivient.delivery.readers import Reader, guest, host, others
from sivient.delivery.words import subject, when
from tests.delivery.conftest import html_of, text_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RESCHEDULE, CANCEL = "/reschedule", "/cancel"


def invite(booking: Booking, reader: Reader, at: datetime) -> str:
    """All that the invite says in words, if it leaves at that moment."""
    mail = mails.invite(booking, None, Edition(0, False, at), reader=reader, told=Told())
    return text_of(mail) + html_of(mail)


def test_an_end_after_midnight_names_its_day() -> None:
    booking = make_booking(make_event_type(make_host()))
    late = datetime(2026, 11, 29, 23, 45, tzinfo=UTC)
    assert when(booking, late, "UTC", 24).end == "00:15 on Monday"
    assert when(booking, late - HOUR, "UTC", 24).end == "23:15"


def test_subjects_are_in_the_zone_of_their_reader_and_name_the_one_that_is_guessed() -> None:
    event_type = make_event_type(make_host(timezone="Europe/Berlin"), most_others=1)
    booking = make_booking(event_type, timezone="Asia/Tokyo", others=("bo@guest.example",))
    assert subject(booking, host(booking)).endswith(f"{MONDAY_10.year} 10:00")
    assert subject(booking, guest(booking)).endswith(f"{MONDAY_10.year} 18:00")
    (other,) = others(booking)
    assert subject(booking, other).endswith(f"18:00 ({city('Asia/Tokyo')}, UTC+9)")


def test_an_invite_leads_to_no_page_where_nothing_can_be_done_any_more() -> None:
    event_type = make_event_type(make_host(), reschedule_notice=2 * DAY, cancel_notice=DAY)
    booking = make_booking(event_type)

    def leads_to(before: timedelta) -> tuple[bool, bool]:
        said = invite(booking, guest(booking), MONDAY_10 - before)
        assert f"/b/{booking.token}" in said
        return booking.token + RESCHEDULE in said, booking.token + CANCEL in said

    assert leads_to(3 * DAY) == (True, True)
    assert leads_to(DAY) == (False, True)
    assert leads_to(HOUR) == (False, False)
    event_type.delete()
    booking.refresh_from_db()
    assert leads_to(3 * DAY) == (False, True)
