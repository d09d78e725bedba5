"""Several schedules: adding, naming, duplicating and deleting them."""

import pytest
from django.test import Client

from sivient.accounts.models import User
from sivient.scheduling.models import EventType, Schedule
from sivient.scheduling.schedules import MOST_SCHEDULES

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/availability"
EVENINGS = {"name": "Evenings", "timezone": "Asia/Tokyo", "from-0": "18:00", "to-0": "22:00"}


def names() -> list[str]:
    """The names of all schedules."""
    return list(Schedule.objects.order_by("pk").values_list("name", flat=True))


def text(browser: Client, address: str) -> str:
    """The page there."""
    return browser.get(address).content.decode()


@pytest.fixture
def evenings(browser: Client) -> Schedule:
    """A second schedule of the host."""
    browser.post(f"{PAGE}/new", EVENINGS)
    return Schedule.objects.get(name="Evenings")


def test_a_host_with_one_schedule_sees_no_names_and_no_choice(browser: Client) -> None:
    page = text(browser, PAGE)
    assert 'name="name"' not in page
    assert 'aria-label="Schedules"' not in page
    assert "Delete schedule" not in page
    assert "Add schedule" in page
    browser.post(PAGE, {"timezone": "UTC"})
    assert names() == ["Working hours"]


def test_a_second_schedule_is_added_and_then_there_is_a_choice(browser: Client) -> None:
    answer = browser.post(f"{PAGE}/new", EVENINGS)
    evenings = Schedule.objects.get(name="Evenings")
    assert answer["Location"] == f"{PAGE}/{evenings.pk}"
    assert list(evenings.hours.values_list("weekday", "start", "end")) == [(0, 1080, 1320)]
    page = text(browser, f"{PAGE}/{evenings.pk}")
    assert "Choose it in the event types that are to use it." in page
    assert f'<a href="{PAGE}">Working hours</a>' in page
    assert f'<a href="{PAGE}/{evenings.pk}" aria-current="page">Evenings</a>' in page
    assert "No event type uses it yet." in page
    assert f'<a href="{PAGE}" aria-current="page">Working hours</a>' in text(browser, PAGE)


def test_a_new_schedule_begins_with_office_hours(browser: Client) -> None:
    page = text(browser, f"{PAGE}/new")
    assert page.count('value="09:00"') == page.count('value="17:00"') == 5
    assert 'name="from-5"' not in page


def test_adding_shows_what_is_missing_and_keeps_what_was_typed(browser: Client) -> None:
    answer = browser.post(f"{PAGE}/new", EVENINGS | {"name": "\x00 ", "to-0": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter a name." in page
    assert "Monday: Enter both times" in page
    assert 'value="18:00"' in page
    assert '<option value="Asia/Tokyo" selected>' in page
    assert names() == ["Working hours"]


def test_a_row_is_added_to_a_new_schedule_without_saving_it(browser: Client) -> None:
    page = browser.post(f"{PAGE}/new", EVENINGS | {"add": "1"}).content.decode()
    assert 'value="Evenings"' in page
    assert 'name="from-1"' in page
    assert names() == ["Working hours"]


def test_a_schedule_is_renamed_and_a_name_is_one_line_of_text(browser: Client, evenings: Schedule) -> None:
    typed = EVENINGS | {"name": " Late \n <b>"}
    assert browser.post(f"{PAGE}/{evenings.pk}", typed)["Location"] == f"{PAGE}/{evenings.pk}"
    assert names() == ["Working hours", "Late <b>"]
    assert "Late &lt;b&gt;" in text(browser, f"{PAGE}/{evenings.pk}")
    browser.post(PAGE, {"name": "Days", "timezone": "UTC"})
    assert names() == ["Days", "Late <b>"]


def test_a_copy_has_the_same_hours(browser: Client, evenings: Schedule) -> None:
    answer = browser.post(f"{PAGE}/{evenings.pk}/duplicate")
    copy = Schedule.objects.order_by("pk").last()
    assert copy is not None
    assert answer["Location"] == f"{PAGE}/{copy.pk}"
    assert copy.timezone == "Asia/Tokyo"
    assert list(copy.hours.values_list("weekday", "start", "end")) == [(0, 1080, 1320)]
    assert browser.get(f"{PAGE}/{evenings.pk}/duplicate").status_code == 405


def test_a_schedule_is_deleted_after_a_question(browser: Client, evenings: Schedule) -> None:
    assert "No event type uses it." in text(browser, f"{PAGE}/{evenings.pk}/delete")
    assert names() == ["Working hours", "Evenings"]
    assert browser.post(f"{PAGE}/{evenings.pk}/delete")["Location"] == PAGE
    assert names() == ["Working hours"]


def test_a_schedule_in_use_stays_and_the_page_names_what_uses_it(browser: Client, evenings: Schedule) -> None:
    EventType.objects.update(schedule=evenings)
    assert "30 minute meeting" in text(browser, f"{PAGE}/{evenings.pk}")
    for answer in (browser.get(f"{PAGE}/{evenings.pk}/delete"), browser.post(f"{PAGE}/{evenings.pk}/delete")):
        page = answer.content.decode()
        assert "“Evenings” cannot be deleted" in page
        assert "30 minute meeting" in page
        assert 'class="btn danger"' not in page
    assert answer.status_code == 409
    assert names() == ["Working hours", "Evenings"]


def test_the_last_schedule_stays(browser: Client) -> None:
    EventType.objects.all().delete()
    only = Schedule.objects.get()
    answer = browser.post(f"{PAGE}/{only.pk}/delete")
    assert answer.status_code == 409
    assert "It is your only schedule." in answer.content.decode()
    assert names() == ["Working hours"]


def test_schedules_of_somebody_else_do_not_exist(browser: Client, other: User) -> None:
    theirs = Schedule.objects.create(host=other, name="Secret", timezone="UTC")
    for number in (theirs.pk, 10**30):
        address = f"{PAGE}/{number}"
        assert browser.get(address).status_code == 404
        assert browser.post(address, EVENINGS).status_code == 404
        assert browser.post(f"{address}/duplicate").status_code == 404
        assert browser.post(f"{address}/delete").status_code == 404
    theirs.refresh_from_db()
    assert theirs.name == "Secret"


def test_there_are_only_as_many_schedules_as_the_verb_allows(browser: Client, host: User) -> None:
    Schedule.objects.bulk_create(Schedule(host=host, timezone="UTC") for _ in range(MOST_SCHEDULES - 1))
    first = Schedule.objects.order_by("pk")[0]
    page = text(browser, PAGE)
    assert "Add schedule" not in page
    assert "Duplicate" not in page
    assert browser.get(f"{PAGE}/new")["Location"] == PAGE
    assert browser.post(f"{PAGE}/new", EVENINGS)["Location"] == PAGE
    assert browser.post(f"{PAGE}/{first.pk}/duplicate")["Location"] == PAGE
    assert Schedule.objects.count() == MOST_SCHEDULES


def test_a_host_who_has_no_schedule_gets_one_by_saving(browser: Client) -> None:
    EventType.objects.all().delete()
    Schedule.objects.all().delete()
    page = text(browser, PAGE)
    assert "as saved" not in page
    assert '<option value="Europe/Berlin" selected>' in page
    assert browser.post(PAGE, {"timezone": "UTC", "from-0": "18:00", "to-0": "22:00"})["Location"] == PAGE
    assert names() == ["Working hours"]


def test_a_name_that_is_too_long_is_refused_and_kept_whole(browser: Client) -> None:
    before = Schedule.objects.count()
    answer = browser.post("/availability/new", {"name": "x" * 80, "timezone": "Europe/Berlin"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A name has up to 60 characters." in page
    assert f'value="{"x" * 80}"' in page
    assert Schedule.objects.count() == before
