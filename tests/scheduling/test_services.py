"""The host's verbs: what they keep together, and what they refuse whoever calls them."""

import pytest

from sivient.accounts.handles import HandleTaken
from sivient.accounts.models import Plan, User
from sivient.accounts.plans import PlanTooSmall
from sivient.audit.models import Entry
from sivient.scheduling import platforms, services
from sivient.scheduling.drafts import EventTypeDraft
from sivient.scheduling.event_types import delete_event_type, save_event_type
from sivient.scheduling.models import EventType, Platform, SchedulingPage, Timetable
from sivient.scheduling.schedules import save_schedule
from tests.factories import NOW, connect_zoom, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CALL = EventTypeDraft(title="Call", minutes=30)
ZOOM_CALL = EventTypeDraft(title="Zoom call", minutes=30, platform=Platform.ZOOM)


@pytest.fixture
def host() -> User:
    """A host who has just opened their page."""
    user = User.objects.create(name="Mara", email="mara@nordlicht.example")
    services.open_page(user, name="Mara Lindqvist", handle="mara", timezone="Europe/Berlin", now=NOW)
    return user


def version(host: User) -> int:
    """What the caches of the host's page are keyed by."""
    return Timetable.objects.get(host=host).version


def test_opening_a_page_twice_opens_one(host: User) -> None:
    services.open_page(host, name="Again", handle="again", timezone="UTC", now=NOW)
    host.refresh_from_db()
    assert (host.name, host.handle, host.onboarded_at) == ("Mara Lindqvist", "mara", NOW)
    assert EventType.objects.count() == SchedulingPage.objects.count() == 1
    assert Entry.objects.filter(event="page opened").count() == 1


def test_a_page_opens_whole_or_not_at_all() -> None:
    make_host(handle="taken")
    newcomer = User.objects.create(name="New")
    with pytest.raises(HandleTaken):
        services.open_page(newcomer, name="New", handle="taken", timezone="UTC", now=NOW)
    newcomer.refresh_from_db()
    assert newcomer.onboarded_at is None
    assert not EventType.objects.filter(host=newcomer).exists()


def test_settings_are_saved_both_or_neither(host: User) -> None:
    make_host(handle="taken")
    with pytest.raises(HandleTaken):
        services.save_settings(host, handle="taken", platform="phone", details="+49 30 1234567")
    assert SchedulingPage.objects.get(host=host).platform == ""
    with pytest.raises(platforms.PlatformUnfit):
        services.save_settings(host, handle="mara-l", platform="phone", details="")
    host.refresh_from_db()
    assert host.handle == "mara"


def test_a_pause_is_set_and_taken_away_and_stays_while_nothing_is_said_of_it(host: User) -> None:
    services.save_settings(host, handle="mara", platform="", details="", paused=True, pause_note="Back in\n May. ")
    services.save_settings(host, handle="mara", platform="", details="")
    page = SchedulingPage.objects.get(host=host)
    assert (page.paused, page.pause_note) == (True, "Back in May.")
    services.save_settings(host, handle="mara", platform="", details="", paused=False)
    assert not SchedulingPage.objects.get(host=host).paused


def test_zoom_can_be_chosen_only_while_it_is_connected(host: User) -> None:
    with pytest.raises(platforms.NotConnected):
        services.save_settings(host, handle="mara", platform="zoom", details="")
    with pytest.raises(platforms.NotConnected):
        save_event_type(host, ZOOM_CALL)
    connect_zoom(host)
    services.save_settings(host, handle="mara", platform="zoom", details="")
    save_event_type(host, ZOOM_CALL)


def test_zoom_that_was_chosen_may_stay_after_a_disconnect(host: User) -> None:
    connect_zoom(host)
    services.choose_first_platform(host, "zoom")
    chosen = save_event_type(host, ZOOM_CALL)
    host.connections.all().delete()
    services.save_settings(host, handle="mara", platform="zoom", details="")
    save_event_type(host, ZOOM_CALL, chosen)


def test_zoom_is_part_of_pro(host: User) -> None:
    connect_zoom(host)
    host.plan = Plan.FREE
    with pytest.raises(PlanTooSmall):
        services.save_settings(host, handle="mara", platform="zoom", details="")
    with pytest.raises(PlanTooSmall):
        save_event_type(host, ZOOM_CALL)


def test_the_first_connection_chooses_its_platform_and_a_later_one_does_not(host: User) -> None:
    connect_zoom(host)
    assert services.choose_first_platform(host, "zoom")
    assert not services.choose_first_platform(host, "zoom")
    services.save_settings(host, handle="mara", platform="phone", details="+49 30 1234567")
    assert not services.choose_first_platform(host, "zoom")
    assert SchedulingPage.objects.get().platform == "phone"


def test_each_change_turns_the_caches_of_the_page_over(host: User) -> None:
    seen = [version(host)]
    services.save_settings(host, handle="mara", platform="phone", details="12345")
    seen.append(version(host))
    save_schedule(host, host.schedules.get(), name="Mine", timezone="UTC", hours=[])
    seen.append(version(host))
    call = save_event_type(host, CALL)
    seen.append(version(host))
    delete_event_type(host, call)
    seen.append(version(host))
    assert seen == sorted(set(seen))


def test_what_guests_need_is_never_cut_off(host: User) -> None:
    with pytest.raises(platforms.PlatformUnfit, match="up to 500 characters"):
        services.save_settings(host, handle="mara", platform="own_link", details="https://x.example/" + "x" * 500)
