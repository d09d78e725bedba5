"""The demo's Google and Microsoft have calendars, and what they mail stands in the demo's mailbox."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sivient.config.env import Env
from sivient.demo import providers, stage
from sivient.demo.mailbox import Mailbox
from sivient.demo.stage import Stage
from sivient.vendors.calendar_emulator import Attendee, CalendarEmulator, Event, Show
from tests.demo.test_break_zoom import NOBODY, tour

GOOGLE, MICROSOFT = "http://127.0.0.1:8002", "http://127.0.0.1:8003"
NAMES = ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET")


def layout(folder: Path, google: str = GOOGLE) -> Stage:
    return Stage(str(folder), "http://127.0.0.1:8000", NOBODY, google, MICROSOFT, NOBODY, 8005)


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails")


@pytest.fixture
def made(tmp_path: Path, mailbox: Mailbox) -> Iterator[list[Any]]:
    env = Env({"SIVIENT_BASE_URL": "http://127.0.0.1:8000"} | dict.fromkeys(NAMES, "given"))
    emulators = providers.make(layout(tmp_path), env, tmp_path, mailbox.take_in)
    yield emulators
    for emulator in emulators:
        emulator.close()


def events(calendars: CalendarEmulator, account: str) -> list[Event]:
    now = calendars.clock.now()
    window = (now - timedelta(days=14), now + timedelta(days=14))
    return calendars.world.listing(calendars.world.primary(account).id, window)


def test_everybody_has_a_fortnight_with_a_series_a_free_day_a_doubt_and_a_refusal(made: list[Any]) -> None:
    for emulator in made:
        for account in emulator.calendars.world.accounts.values():
            found = events(emulator.calendars, account.key)
            assert any(event.series for event in found)
            assert any(event.all_day and event.show is Show.FREE for event in found)
            assert any(event.show is Show.TENTATIVE for event in found)
            assert any(event.answer_of(account.address) == "declined" for event in found)
            assert any(event.private for event in found)


def test_what_is_there_is_not_put_there_again(made: list[Any]) -> None:
    google = made[0].calendars
    before = len(events(google, "mara"))
    google.world.remove(events(google, "mara")[0], notify=False)
    providers.fill(google, "mara")
    assert len(events(google, "mara")) == before - 1


def test_an_invitation_of_the_provider_stands_in_the_mailbox(made: list[Any], mailbox: Mailbox) -> None:
    assert mailbox.entries() == []
    for emulator in made:
        world = emulator.calendars.world
        account = next(iter(world.accounts))
        guest = [Attendee("guest@x.example")]
        now = emulator.calendars.clock.now()
        event = Event("", world.primary(account).id, "", "Intro call", now, now + timedelta(minutes=30))
        world.add(event)
        world.change(event, attendees=guest)
    subjects = [entry.subject for entry in mailbox.entries("guest@x.example")]
    assert subjects == ["Invitation: Intro call"] * 2


def test_the_calendar_page_leads_back_to_the_tour(made: list[Any]) -> None:
    for emulator in made:
        page = emulator.handle(httpx.Request("GET", f"{emulator.base_url}/calendar"))
        assert 'href="http://127.0.0.1:8000/tour"' in page.text
        front = emulator.handle(httpx.Request("GET", f"{emulator.base_url}/"))
        assert 'href="/calendar"' in front.text


def test_the_product_of_the_demo_speaks_to_the_emulated_calendars_and_lets_them_push(tmp_path: Path) -> None:
    settings = stage.settings_of(layout(tmp_path))
    assert (settings["GOOGLE_API_BASE"], settings["GRAPH_BASE"]) == (GOOGLE, f"{MICROSOFT}/v1.0")
    env = Env(settings)
    assert env.calendar_push()
    assert env.private_networks() == ("127.0.0.0/8",)


@pytest.mark.django_db
@pytest.mark.db
def test_the_tour_has_a_station_for_calendars(tmp_path: Path, settings: Any) -> None:
    page = tour(tmp_path, settings, NOBODY)
    assert f'href="{NOBODY}/calendar?account=mara"' in page
    for step, action in (("calendar", "As Mara, open Settings"), ("busy", "Open her calendar"), ("written", "Book")):
        beside = page.partition(f'data-step="{step}"')[2].partition("</li>")[0]
        assert f"<span>{action}" in beside
    assert "on the Free plan; connecting is part of Pro." in page
