"""Two open tabs do not undo each other unseen."""

from dataclasses import replace

import pytest

from sivient.accounts.models import FormerHandle
from sivient.scheduling import services
from sivient.scheduling.editions import ChangedMeanwhile, edition_of, settings_edition
from sivient.scheduling.event_types import move_event_type, save_event_type
from sivient.scheduling.models import EventType, SchedulingPage
from tests.factories import make_event_type, make_host
from tests.scheduling.test_event_types import EVERYTHING

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def saved() -> EventType:
    """An event type with something in every field."""
    return save_event_type(make_host(), EVERYTHING)


def test_what_was_saved_in_another_tab_is_not_undone(saved: EventType) -> None:
    seen = edition_of(saved)
    save_event_type(saved.host, replace(EVERYTHING, paused=False), saved, seen=seen)
    with pytest.raises(ChangedMeanwhile) as error:
        save_event_type(saved.host, replace(EVERYTHING, title="Renamed"), saved, seen=seen)
    stored = EventType.objects.get()
    assert (stored.title, stored.paused) == ("Everything", False)
    assert error.value.edition == edition_of(stored)
    save_event_type(saved.host, replace(EVERYTHING, title="Renamed"), saved, seen=error.value.edition)
    assert EventType.objects.get().title == "Renamed"


def test_a_button_that_is_pressed_twice_saves_once(saved: EventType) -> None:
    seen = edition_of(saved)
    for _ in range(2):
        save_event_type(saved.host, replace(EVERYTHING, title="Renamed"), saved, seen=seen)


def test_another_place_in_the_list_is_no_other_edition(saved: EventType) -> None:
    make_event_type(saved.host)
    seen = edition_of(saved)
    move_event_type(saved.host, saved, by=1)
    assert edition_of(EventType.objects.get(pk=saved.pk)) == seen


def test_settings_that_were_saved_in_another_tab_are_not_undone() -> None:
    host = make_host(handle="mara", platform="phone", platform_details="+49 30 1234")
    phone = {"platform": "phone", "details": "+49 30 1234"}
    seen = settings_edition(SchedulingPage.objects.get(host=host), "mara")
    services.save_settings(host, handle="mara", **phone, paused=True, seen=seen)
    with pytest.raises(ChangedMeanwhile) as error:
        services.save_settings(host, handle="mara-l", **phone, paused=False, seen=seen)
    host.refresh_from_db()
    assert (host.handle, host.page.paused) == ("mara", True)
    services.save_settings(host, handle="mara-l", **phone, paused=False, seen=error.value.edition)
    services.save_settings(host, handle="mara-l", **phone, paused=False, seen=error.value.edition)


def test_a_handle_given_up_in_another_tab_keeps_leading_to_the_page() -> None:
    host = make_host(handle="mara", platform="phone", platform_details="+49 30 1234")
    stale = type(host).objects.get(pk=host.pk)
    for each, handle in ((host, "mara-two"), (stale, "mara-three")):
        services.save_settings(each, handle=handle, platform="", details="")
    assert set(FormerHandle.objects.values_list("handle", flat=True)) == {"mara", "mara-two"}
