"""What the editor of event types does not take: a sentence beside the field, everything kept, never a failure."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from sivient.scheduling.models import EventType
from tests.console.editing import ASKED, TYPED

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LONG = "x" * 10_000
WHOLE = "Enter a whole number."
CHOOSE = "Choose one of the list."
DAYS = {"window_kind": "dates"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": " "}, "Enter a title."),
        ({"title": "\x00"}, "Enter a title."),
        ({"title": "x" * 121}, "A title has up to 120 characters."),
        ({"title": LONG}, "A title has up to 120 characters."),
        ({"description": LONG}, "A description has up to 1000 characters."),
        ({"slug": "a b"}, "An address has the letters a to z"),
        ({"slug": LONG}, "An address has up to 60 characters."),
        ({"slug": "30min"}, "Another of your event types has this address."),
        ({"minutes": ""}, "Enter the duration in minutes."),
        ({"minutes": "0"}, "Enter 1 or more."),
        ({"minutes": "-30"}, "Enter 1 or more."),
        ({"minutes": "1441"}, "to 1440 minutes."),
        ({"minutes": "soon"}, WHOLE),
        ({"minutes": "9" * 5000}, WHOLE),
        ({"minutes": "9" * 4000}, "Enter a smaller number."),
        ({"more_minutes": "15; 30"}, "Enter minutes parted by commas"),
        ({"more_minutes": "-15"}, "Enter minutes parted by commas"),
        ({"more_minutes": LONG}, "Enter minutes parted by commas"),
        ({"more_minutes": "1441"}, "to 1440 minutes."),
        ({"more_minutes": ",".join(map(str, range(10, 19)))}, "Guests may choose from up to 8 durations."),
        ({"color": "beige"}, "Choose one of the colours."),
        ({"platform": "phone"}, "Enter the phone number that guests call."),
        ({"minimum_notice": "-5"}, CHOOSE),
        ({"buffer_before": "5000"}, CHOOSE),
        ({"buffer_after": ""}, CHOOSE),
        ({"step_minutes": "7"}, CHOOSE),
        ({"approval_patience": "0"}, CHOOSE),
        ({"cancel_notice": "\x00"}, CHOOSE),
        ({"window_kind": "for ever"}, "Choose one of the three."),
        ({"window_days": ""}, "Enter how many days."),
        ({"window_days": "731"}, "Guests may book from 1 to 730 days ahead."),
        ({"window_kind": "business_days", "window_business_days": "521"}, "from 1 to 520 business days ahead."),
        (DAYS, "Enter the first date."),
        (DAYS | {"first_date": "2999-12-24", "last_date": "2999-12-01"}, "The last date is before the first."),
        (DAYS | {"first_date": "soon", "last_date": "9999-12-31"}, "Enter a date such as 2026-12-24."),
        (DAYS | {"first_date": "0001-01-01", "last_date": "9999-12-31"}, "from the year 1900 to 2999."),
        (DAYS | {"first_date": "2400-01-01", "last_date": "2400-12-31"}, "Guests may book up to 730 days ahead."),
        (DAYS | {"first_date": "0027-01-01", "last_date": "2027-01-31"}, "First date: Enter a date from the year 1900"),
        ({"most_per_day": "101"}, "Offer from 1 to 100 starts a day"),
        ({"day_count": "-1"}, "Enter 1 or more."),
        ({"year_minutes": "1000000"}, "A limit allows from 1 to 600000 minutes."),
        ({"most_others": "6"}, CHOOSE),
        ({"redirect_url": "javascript:alert(1)"}, "Enter a link that begins with https:// or http://."),
        ({"redirect_url": "https://x.example/" + LONG}, "A link has up to 500 characters."),
        ({"state": "asleep"}, "Choose on, paused or off."),
        ({"state": "paused", "pause_note": LONG}, "The sentence has up to 300 characters."),
    ],
)
def test_what_cannot_be_saved_is_named_and_kept(browser: Client, wrong: dict[str, str], sentence: str) -> None:
    answer = browser.post("/event-types/new", TYPED | ASKED | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    kept = {"Bring a prototype.", "https://nordlicht.example/thanks", "What is it about?", "Colour\nType"}
    assert all(words in page or set(wrong) & {"description", "redirect_url"} for words in kept)
    assert EventType.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"question-label": ["Company", " "]}, "Question 2: Enter what you ask."),
        ({"question-label": ["Company", LONG]}, "Question 2: A question has up to 200 characters."),
        ({"question-kind": ["short", "\x00"]}, "Choose a kind from the list."),
        ({"question-options": ["", "Only one"]}, "Question 2: A choice has from 2 to 50 options."),
        ({"question-options": ["", "Same\nSame"]}, "Question 2: Two options are the same."),
        ({"question-options": ["", LONG + "\n" + LONG]}, "Question 2: An option has from 1 to 200 characters."),
        ({"question-key": ["same", "same"]}, "Give each question a key of its own"),
        ({"question-key": ["<b>", ""]}, "Give each question a key of its own"),
    ],
)
def test_a_question_that_cannot_be_asked_is_named_and_kept(
    browser: Client, wrong: dict[str, Any], sentence: str
) -> None:
    sent = ASKED | wrong
    answer = browser.post("/event-types/new", TYPED | sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert '<details class="fold" id="asked" open>' in page
    for words in (*sent["question-label"], *sent["question-options"], *sent["question-key"]):
        assert escape(words) in page


def test_the_summary_names_the_field_of_a_sentence_that_does_not(browser: Client) -> None:
    page = browser.post("/event-types/new", TYPED | {"week_count": "0", "title": ""}).content.decode()
    assert '<a href="#id_week_count">Bookings a week: Enter 1 or more.</a>' in page
    assert '<a href="#id_title">Enter a title.</a>' in page


def test_a_mistake_of_a_question_is_said_once_linked_and_marked(browser: Client) -> None:
    wrong = {"question-label": ["", "What is it about?"], "question-options": ["", "Only one"]}
    page = browser.post("/event-types/new", TYPED | ASKED | wrong | {"question-key": ["a", "b"]}).content.decode()
    assert page.count("A choice has from 2 to 50 options.") == 2  # in the summary and at the field
    assert '<a href="#question-options-1">Question 2: A choice has from 2 to 50 options.</a>' in page
    assert '<a href="#question-label-0">Question 1: Enter what you ask.</a>' in page
    assert 'rows="3" aria-invalid="true" aria-describedby="question-error-1"' in page


def test_all_mistakes_are_named_in_one_round(browser: Client) -> None:
    wrong = {"minutes": "soon", "redirect_url": "ftp://x", "window_kind": "dates", "week_count": "0"}
    dates = {"first_date": "2999-12-24", "last_date": "2999-12-01"}
    options = {"question-options": ["", "Only one"]}
    page = browser.post("/event-types/new", TYPED | ASKED | wrong | dates | options).content.decode()
    summary = page.partition('role="alert"')[2].partition("</ul>")[0]
    assert summary.count("<li>") == 5
    for sentence in (WHOLE, "begins with https://", "before the first", "Enter 1 or more.", "from 2 to 50 options"):
        assert sentence in summary


def test_too_many_questions_are_refused_and_kept(browser: Client) -> None:
    names = [f"Question of the day {number}" for number in range(21)]
    sent = {
        "question-key": [""] * 21,
        "question-label": names,
        "question-kind": ["short"] * 21,
        "question-options": [""] * 21,
    }
    answer = browser.post("/event-types/new", TYPED | sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ask up to 20 questions." in page
    assert all(name in page for name in names)


def test_a_thousand_questions_are_no_form_of_ours(browser: Client) -> None:
    sent = {f"question-{name}": ["x"] * 999 for name in ("key", "label", "kind", "options")}
    assert browser.post("/event-types/new", TYPED | sent).status_code == 400


@pytest.mark.parametrize("typed", ["", "\x00", "-1", "9" * 400, "\u202e", "🎉", "<script>"])
def test_nothing_that_is_typed_everywhere_fails(browser: Client, typed: str) -> None:
    sent: dict[str, Any] = {name: [typed] * 3 for name in (*TYPED, *ASKED)}
    assert browser.post("/event-types/new", sent).status_code == 422


@pytest.mark.parametrize("name", [*TYPED, *ASKED])
def test_nothing_that_is_typed_in_one_field_fails(browser: Client, name: str) -> None:
    assert browser.post("/event-types/new", TYPED | ASKED | {name: "\x00\u202e-1"}).status_code in (302, 422)


def test_an_empty_form_is_named_and_kept(browser: Client) -> None:
    answer = browser.post("/event-types/new", {})
    assert answer.status_code == 422
    assert "Enter a title." in answer.content.decode()


def test_a_date_that_is_hidden_beside_other_days_is_dropped_when_it_cannot_be(browser: Client) -> None:
    sent = TYPED | {"first_date": "0027-01-01", "last_date": "2026-12-31"}
    assert browser.post("/event-types/new", sent).status_code == 302
    saved = EventType.objects.get(title="Design review")
    assert (saved.first_date, str(saved.last_date)) == (None, "2026-12-31")
