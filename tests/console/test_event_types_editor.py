"""The editor of event types: what is typed is saved, and what cannot be saved is named and kept."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.scheduling.models import EventType, Schedule
from tests.console.editing import ASKED, TYPED
from tests.factories import connect_zoom

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_everything_that_is_typed_is_saved(browser: Client) -> None:
    assert browser.post("/event-types/new", TYPED | ASKED)["Location"] == "/event-types"
    saved = EventType.objects.get(title="Design review")
    assert (saved.slug, saved.durations, saved.color) == ("design-review", [15, 60, 90], "amber")
    assert (saved.buffer_before, saved.buffer_after) == (timedelta(minutes=10), timedelta(minutes=15))
    assert (saved.minimum_notice, saved.window_days, saved.step_minutes) == (timedelta(days=1), 30, 20)
    assert (saved.most_per_day, saved.most_others, saved.requires_approval) == (4, 3, True)
    assert saved.approval_patience == timedelta(hours=12)
    assert (saved.reschedule_notice, saved.cancel_notice) == (timedelta(hours=2), timedelta(days=1))
    assert saved.redirect_url == "https://nordlicht.example/thanks"
    assert saved.limits == [
        {"per": "day", "count": 3, "minutes": None},
        {"per": "week", "count": None, "minutes": 600},
    ]
    assert [(row["key"], row["required"], row["options"]) for row in saved.questions] == [
        ("company", False, []),
        ("what-is-it-about", True, ["Colour", "Type"]),
    ]


def test_what_is_saved_stands_in_the_editor_and_saving_it_again_changes_nothing(browser: Client) -> None:
    browser.post("/event-types/new", TYPED | ASKED)
    saved = EventType.objects.get(title="Design review")
    page = browser.get(f"/event-types/{saved.pk}").content.decode()
    for shown in ('value="15, 90"', 'value="company"', "?q-company=", "Colour\nType", 'value="amber" checked'):
        assert shown in page
    kept = {"question-key": ["company", "what-is-it-about"]}
    browser.post(f"/event-types/{saved.pk}", TYPED | ASKED | kept)
    again = EventType.objects.get(pk=saved.pk)
    fields = [field.attname for field in EventType._meta.concrete_fields]
    assert [getattr(again, name) for name in fields] == [getattr(saved, name) for name in fields]


def test_a_question_keeps_its_key_when_its_words_change(browser: Client) -> None:
    browser.post("/event-types/new", TYPED | ASKED)
    saved = EventType.objects.get(title="Design review")
    renamed = {"question-key": ["company", "what-is-it-about"], "question-label": ["Your firm", "Topic"]}
    browser.post(f"/event-types/{saved.pk}", TYPED | ASKED | renamed)
    saved.refresh_from_db()
    assert [(row["key"], row["label"]) for row in saved.questions] == [
        ("company", "Your firm"),
        ("what-is-it-about", "Topic"),
    ]


def test_an_earlier_address_keeps_leading_here(browser: Client, host: User) -> None:
    event_type = host.event_types.get()
    browser.post(f"/event-types/{event_type.pk}", TYPED | {"slug": "Review"})
    event_type.refresh_from_db()
    assert (event_type.slug, event_type.former_slugs.get().slug) == ("review", "30min")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"window_kind": "days", "window_days": "30", "window_business_days": "9"}, ("days", 30, None)),
        (
            {"window_kind": "business_days", "window_days": "30", "window_business_days": "9"},
            ("business_days", 9, None),
        ),
        ({"window_kind": "dates", "window_days": ""}, ("dates", 56, True)),
    ],
)
def test_the_window_is_one_of_three(browser: Client, typed: dict[str, str], stored: tuple[Any, ...]) -> None:
    today = timezone.now().date()
    dates = {"first_date": today.isoformat(), "last_date": (today + timedelta(days=9)).isoformat()}
    assert browser.post("/event-types/new", TYPED | dates | typed).status_code == 302
    saved = EventType.objects.get(title="Design review")
    assert (saved.window_kind, saved.window_days) == stored[:2]
    if stored[2]:
        assert saved.last_date == today + timedelta(days=9)


def test_what_was_typed_for_another_window_does_not_stand_in_the_way(browser: Client) -> None:
    unread = {"window_business_days": "many", "first_date": "soon"}
    assert browser.post("/event-types/new", TYPED | unread).status_code == 302
    saved = EventType.objects.get(title="Design review")
    assert (saved.window_kind, saved.window_days, saved.first_date) == ("days", 30, None)


@pytest.mark.parametrize(
    ("state", "stored"), [("on", (True, False)), ("paused", (True, True)), ("off", (False, False))]
)
def test_an_event_type_is_on_paused_or_off(browser: Client, state: str, stored: tuple[bool, bool]) -> None:
    browser.post("/event-types/new", TYPED | {"state": state, "pause_note": "Back in May."})
    saved = EventType.objects.get(title="Design review")
    assert (saved.active, saved.paused) == stored
    page = browser.get(f"/event-types/{saved.pk}").content.decode()
    assert f'value="{state}" checked' in page
    assert "Back in May." in page


def test_a_schedule_is_asked_for_only_when_there_are_several(browser: Client, host: User, other: User) -> None:
    assert 'name="schedule"' not in browser.get("/event-types/new").content.decode()
    evening = Schedule.objects.create(host=host, name="Evenings", timezone="Europe/Berlin")
    strange = Schedule.objects.create(host=other, name="Foreign hours", timezone="Asia/Tokyo")
    page = browser.get("/event-types/new").content.decode()
    assert "Evenings" in page
    assert "Foreign hours" not in page
    wrong = browser.post("/event-types/new", TYPED | {"schedule": str(strange.pk)})
    assert "Choose one of your schedules." in wrong.content.decode()
    browser.post("/event-types/new", TYPED | {"schedule": str(evening.pk)})
    assert EventType.objects.get(title="Design review").schedule == evening


def test_the_editor_shows_what_is_stored_also_unusual_lengths(browser: Client) -> None:
    EventType.objects.update(minimum_notice=timedelta(minutes=77), description="Said before")
    page = browser.get(f"/event-types/{EventType.objects.get().pk}").content.decode()
    assert '<option value="77" selected>77 minutes</option>' in page
    assert "Said before" in page


def test_an_event_type_can_have_a_platform_of_its_own(browser: Client) -> None:
    browser.post("/event-types/new", TYPED | {"platform": "own_link", "link": "https://meet.example/mara"})
    saved = EventType.objects.get(title="Design review")
    assert (saved.platform, saved.platform_details) == ("own_link", "https://meet.example/mara")
    page = browser.get(f"/event-types/{saved.pk}").content.decode()
    assert 'value="https://meet.example/mara"' in page
    assert "As in Scheduling settings (not chosen)" in page


def test_zoom_is_offered_for_an_event_type_only_while_connected(browser: Client, host: User) -> None:
    assert 'value="zoom"' not in browser.get("/event-types/new").content.decode()
    assert browser.post("/event-types/new", TYPED | {"platform": "zoom"}).status_code == 422
    connect_zoom(host)
    assert browser.post("/event-types/new", TYPED | {"platform": "zoom"}).status_code == 302


@pytest.mark.parametrize(("kind", "minutes", "warned"), [(1, 41, True), (1, 40, False), (2, 41, False)])
def test_a_basic_zoom_user_is_told_about_forty_minutes(
    browser: Client, host: User, kind: int, minutes: int, warned: bool
) -> None:
    connect_zoom(host, user_type=kind)
    EventType.objects.update(platform="zoom", minutes=15, more_minutes=[minutes])
    for address in (f"/event-types/{host.event_types.get().pk}", "/event-types"):
        assert ("after 40 minutes" in browser.get(address).content.decode()) is warned
    EventType.objects.update(platform="phone", platform_details="+49 30 901820")
    assert "after 40 minutes" not in browser.get("/event-types").content.decode()


def test_a_copy_says_that_it_is_off(browser: Client, host: User) -> None:
    address = browser.post(f"/event-types/{host.event_types.get().pk}/duplicate")["Location"]
    page = browser.get(address).content.decode()
    assert "It is off until you switch it on." in page
    assert 'value="off" checked' in page


def test_dates_of_long_ago_cannot_be_booked(browser: Client) -> None:
    dates = {"window_kind": "dates", "first_date": str(date(2020, 1, 1)), "last_date": str(date(2020, 2, 1))}
    answer = browser.post("/event-types/new", TYPED | dates)
    assert answer.status_code == 422
    assert "These dates are over." in answer.content.decode()


def test_back_and_save_changes_the_event_type_that_the_form_added(browser: Client, host: User) -> None:
    sent = TYPED | ASKED | {"form": "a-key-of-the-form"}
    browser.post("/event-types/new", sent)
    assert browser.post("/event-types/new", sent | {"title": "Design talk"}).status_code == 302
    assert list(host.event_types.values_list("title", "slug")) == [
        ("30 minute meeting", "30min"),
        ("Design talk", "design-review"),
    ]
    answer = browser.post("/event-types/new", sent | {"title": ""})
    assert answer.status_code == 422
    assert 'name="form" value="a-key-of-the-form"' in answer.content.decode()
    host.event_types.filter(slug="design-review").delete()
    browser.post("/event-types/new", sent)
    browser.post("/event-types/new", TYPED | ASKED | {"form": "another"})
    assert host.event_types.count() == 3


def test_each_new_form_has_a_key_of_its_own_and_keeps_it_through_mistakes(browser: Client) -> None:
    keys = {browser.get("/event-types/new").content.decode().partition('name="form" value="')[2][:16] for _ in "ab"}
    assert len(keys) == 2
    page = browser.post("/event-types/new", TYPED | {"title": "", "form": "a-key"}).content.decode()
    assert 'name="form" value="a-key"' in page
