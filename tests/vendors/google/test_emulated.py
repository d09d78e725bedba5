"""The adapter against the emulated Google, each call checked against Google's own description."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sivient.core.interval import Interval
from sivient.ports.calendars import Answer, Busy, Changed, SyncLost, Tombstone
from sivient.ports.errors import Gone, Reconnect, Rejected, TokenRefused
from sivient.vendors.calendar_emulator import Answer as Said
from sivient.vendors.calendar_emulator import Attendee, Show
from sivient.vendors.google.scopes import CALENDARS, EVENTS_OWNED
from tests.vendors.google import adapted
from tests.vendors.google.emulated import CALLBACK, NOW, VERIFIER, Connected, code_of, connected

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DRAFT = replace(adapted.DRAFT, start=START, end=START + HOUR)
GUEST = "guest@example.org"


@pytest.fixture
def google() -> Iterator[Connected]:
    with connected() as it:
        yield it


def mails(google: Connected) -> list[str]:
    return [f"{each.method} {each.to.lower()}" for each in google.emulator.calendars.outbox.of(DRAFT.key)]


class TestConnecting:
    def test_the_account_is_known_and_the_access_is_kept_alive_and_given_back(self, google: Connected) -> None:
        oauth, tokens = google.oauth, google.tokens
        assert set(tokens.scope.split()) >= {EVENTS_OWNED, CALENDARS}
        assert oauth.account(tokens.access_token).email == google.mine
        newer = oauth.refresh(tokens.refresh_token)
        assert (newer.refresh_token, newer.scope) == ("", tokens.scope)
        with pytest.raises(Rejected):
            oauth.exchange("used", redirect_uri=CALLBACK, verifier=VERIFIER)
        oauth.revoke(newer.access_token)
        oauth.revoke(newer.access_token)
        with pytest.raises(TokenRefused):
            oauth.account(newer.access_token)
        with pytest.raises(TokenRefused):
            google.it.list()
        with pytest.raises(Reconnect):
            oauth.refresh(tokens.refresh_token)

    def test_a_code_works_once(self, google: Connected) -> None:
        code = code_of(google.emulator, google.oauth)
        assert google.oauth.exchange(code, redirect_uri=CALLBACK, verifier=VERIFIER).refresh_token
        with pytest.raises(Rejected):
            google.oauth.exchange(code, redirect_uri=CALLBACK, verifier=VERIFIER)

    def test_whoever_does_not_allow_writing_has_calendars_that_are_only_read(self) -> None:
        with connected(untick=EVENTS_OWNED) as google:
            assert [each.writable for each in google.it.list()] == [False]
            google.add("e1", START, START + HOUR)
            assert list(google.sync()) == ["e1"]
            assert google.it.busy([google.mine], window=Interval(START, START + HOUR), zone="UTC")[google.mine]

    def test_whoever_does_not_show_the_list_has_the_primary_calendar(self) -> None:
        with connected(untick=CALENDARS) as google:
            [only] = google.it.list()
            assert (only.external_id, only.writable) == ("primary", True)
            google.add("e1", START, START + HOUR)
            found = google.it.busy(["primary"], window=Interval(START, START + HOUR), zone="UTC")
            assert found == {"primary": [Busy(START, START + HOUR)]}
            assert google.it.create("primary", DRAFT).name == DRAFT.key


class TestReading:
    def test_the_list_names_the_primary_calendar(self, google: Connected) -> None:
        [primary] = [each for each in google.it.list() if each.primary]
        assert (primary.external_id, primary.timezone, primary.writable) == (google.mine, "Europe/Berlin", True)

    def test_a_sync_keeps_up_with_whatever_the_host_does(self, google: Connected) -> None:
        add, world = google.add, google.emulator.calendars.world
        moved, gone = add("moved", START, START + HOUR), add("gone", START, START + HOUR)
        add("free", START, START + HOUR, show=Show.FREE)
        add("day", date(2026, 12, 2), date(2026, 12, 3))
        add("weekly", START, START + HOUR, rule="FREQ=WEEKLY;COUNT=3", zone="Europe/Berlin")
        declined = [Attendee(google.mine, answer=Said.DECLINED)]
        add("declined", START, START + HOUR, attendees=declined, organizer="other@x.example")
        first = google.sync()
        assert len(first) == 6
        assert first["day"].busy == (
            Busy(datetime(2026, 12, 1, 23, tzinfo=UTC), datetime(2026, 12, 2, 23, tzinfo=UTC)),
        )
        assert google.known["free"].start == google.known["declined"].start == START
        world.change(moved, start=START + 3 * HOUR, end=START + 4 * HOUR)
        world.remove(gone)
        then = google.sync()
        assert then.keys() == first.keys() - {"gone"}
        assert then["moved"].busy == (Busy(START + 3 * HOUR, START + 4 * HOUR),)
        assert google.known["gone"].gone
        assert google.sync() == then

    def test_a_lost_cursor_and_a_lost_page_are_told(self, google: Connected) -> None:
        google.add("e1", START, START + HOUR)
        google.sync()
        google.emulator.calendars.inject("sync-lost", times=1)
        with pytest.raises(SyncLost):
            google.sync()
        google.cursor = ""
        assert list(google.sync()) == ["e1"]

    @pytest.mark.parametrize(
        ("fault", "settings"), [("freebusy-error", {"reason": "internalError"}), ("freebusy-missing", {})]
    )
    def test_a_calendar_that_free_busy_does_not_answer_for_is_missing(
        self, google: Connected, fault: str, settings: dict[str, Any]
    ) -> None:
        google.emulator.calendars.inject(fault, settings=settings, times=1)
        window = Interval(NOW, NOW + timedelta(days=5))
        assert google.it.busy([google.mine], window=window, zone="UTC") == {}
        assert google.it.busy([google.mine], window=window, zone="UTC") == {google.mine: []}


class TestWriting:
    def test_a_whole_life_reaches_the_guest_once_each_time(self, google: Connected) -> None:
        made = google.it.create(google.mine, DRAFT)
        assert (made.name, made.uid, made.cancelled) == (DRAFT.key, f"{DRAFT.key}@google.com", False)
        assert mails(google) == [f"REQUEST {GUEST}"]
        quiet = google.it.change(google.mine, made.name, replace(DRAFT, description="x"), etag=made.etag, notify=False)
        moved = replace(DRAFT, start=START + HOUR, end=START + 2 * HOUR)
        now = google.it.change(google.mine, made.name, moved, etag=quiet.etag, notify=True)
        assert (now.start, now.uid) == (START + HOUR, made.uid)
        assert mails(google) == [f"REQUEST {GUEST}"] * 2
        google.it.remove(google.mine, made.name, notify=True)
        google.it.remove(google.mine, made.name, notify=True)
        assert mails(google) == [f"REQUEST {GUEST}"] * 2 + [f"CANCEL {GUEST}"]
        read = google.it.read(google.mine, made.name)
        assert read is not None
        assert read.cancelled
        assert google.it.read(google.mine, "neverthere") is None

    def test_a_key_whose_event_is_deleted_makes_nothing(self, google: Connected) -> None:
        google.emulator.calendars.inject("tombstone", times=1)
        for _ in range(2):
            with pytest.raises(Tombstone):
                google.it.create(google.mine, DRAFT)

    def test_a_join_button_that_google_refuses_is_left_out(self, google: Connected) -> None:
        google.emulator.calendars.inject("conference-refused", times=1)
        assert google.it.create(google.mine, DRAFT).name == DRAFT.key
        assert mails(google) == [f"REQUEST {GUEST}"]

    def test_an_event_that_the_host_changed_is_not_overwritten(self, google: Connected) -> None:
        made = google.it.create(google.mine, DRAFT)
        world = google.emulator.calendars.world
        event = world.find(google.mine, made.name)
        assert event is not None
        world.change(event, start=START + 5 * HOUR, end=START + 6 * HOUR)
        with pytest.raises(Changed):
            google.it.change(google.mine, made.name, DRAFT, etag=made.etag, notify=True)
        assert google.sync()[made.name].start == START + 5 * HOUR

    def test_an_event_that_the_host_deleted_is_gone(self, google: Connected) -> None:
        made = google.it.create(google.mine, DRAFT)
        google.sync()
        google.emulator.calendars.world.remove(google.emulator.calendars.world.events(google.mine)[0])
        with pytest.raises(Gone):
            google.it.change(google.mine, made.name, DRAFT, etag="", notify=True)
        google.sync()
        assert google.known[made.name].gone

    def test_what_the_guest_answers_comes_with_the_sync_and_survives_a_change(self, google: Connected) -> None:
        made = google.it.create(google.mine, DRAFT)
        world = google.emulator.calendars.world
        event = world.find(google.mine, made.name)
        assert event is not None
        world.answer(event, "Guest@Example.org", Said.ACCEPTED)
        assert google.sync()[made.name].answers == {GUEST: Answer.ACCEPTED}
        kept = google.it.change(google.mine, made.name, replace(DRAFT, description="x"), etag="", notify=False)
        assert kept.answers == {GUEST: Answer.ACCEPTED}

    def test_a_link_that_goes_takes_its_join_button_along(self, google: Connected) -> None:
        made = google.it.create(google.mine, DRAFT)
        google.it.change(google.mine, made.name, replace(DRAFT, join_url="", location=""), etag="", notify=False)
        event = google.emulator.calendars.world.find(google.mine, made.name)
        assert event is not None
        assert DRAFT.join_url not in str(event.extra) + event.location


def test_a_channel_is_opened_renewed_and_ended(google: Connected) -> None:
    address = "https://book.example/webhooks/calendars/google"
    first = google.it.watch(google.mine, channel="c-1", secret="s-1", address=address)
    assert first.expires_at == NOW + timedelta(days=7)
    second = google.it.renew(google.mine, first, channel="c-2", secret="s-2", address=address)
    channels = google.emulator.calendars.channels
    assert [each.id for each in channels.living(google.mine)] == ["c-2"]
    google.it.unwatch(second)
    google.it.unwatch(second)
    assert list(channels.living(google.mine)) == []
