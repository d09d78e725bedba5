"""Rows of questions: added, dropped and moved by buttons, and nothing is saved or checked by that."""

from typing import Any

import pytest
from django.test import Client

from sivient.scheduling.models import EventType
from tests.console.editing import ASKED, TYPED

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def pressed(browser: Client, button: str, **more: Any) -> str:
    """The page after a button of the editor was pressed, with a title that could not be saved."""
    answer = browser.post(
        "/event-types/new", TYPED | ASKED | {"title": "", "minutes": "many", "question": button} | more
    )
    assert answer.status_code == 200
    page: str = answer.content.decode()
    assert EventType.objects.count() == 1
    assert "to correct" not in page
    assert 'value="many"' in page
    assert "https://nordlicht.example/thanks" in page
    return page


def labels(page: str) -> list[str]:
    """The questions of a page, in order; the one that the reader is left on has a star."""
    found = []
    for row in page.split('name="question-label"')[1:]:
        tag, _, _ = row.partition(">")
        found.append(tag.partition('value="')[2].partition('"')[0] + ("*" if "autofocus" in tag else ""))
    return found


def test_a_row_is_added_at_the_end(browser: Client) -> None:
    assert labels(pressed(browser, "add")) == ["Company", "What is it about?", "*"]


def test_a_row_is_dropped(browser: Client) -> None:
    assert labels(pressed(browser, "drop-0")) == ["What is it about?*"]


def test_after_the_last_row_the_reader_is_on_the_button_that_adds_one(browser: Client) -> None:
    page = pressed(browser, "drop-1")
    assert labels(page) == ["Company"]
    assert 'id="question-add" autofocus' in page


@pytest.mark.parametrize("button", ["up-1", "down-0"])
def test_rows_are_swapped_and_keep_whether_they_are_required(browser: Client, button: str) -> None:
    page = pressed(browser, button)
    assert [label.rstrip("*") for label in labels(page)] == ["What is it about?", "Company"]
    assert 'name="question-required" value="0" checked' in page
    assert 'name="question-required" value="1" checked' not in page


@pytest.mark.parametrize("button", ["up-0", "down-1", "drop-9", "drop--1", "up-x", "dance", "up-99999999999"])
def test_a_button_that_there_is_not_changes_nothing(browser: Client, button: str) -> None:
    assert labels(pressed(browser, button)) == ["Company", "What is it about?"]


def test_rows_left_blank_are_no_questions(browser: Client) -> None:
    blank = {"question-key": ["", ""], "question-label": ["", "Company"], "question-kind": ["short", "short"]}
    blank |= {"question-options": ["", ""], "question-required": ["1"]}
    browser.post("/event-types/new", TYPED | blank)
    assert [(row["key"], row["required"]) for row in EventType.objects.get(title="Design review").questions] == [
        ("company", True)
    ]


def test_options_are_kept_only_for_choices(browser: Client) -> None:
    browser.post("/event-types/new", TYPED | ASKED | {"question-kind": ["long", "number"]})
    questions = EventType.objects.get(title="Design review").questions
    assert [(row["kind"], row["options"]) for row in questions] == [("long", []), ("number", [])]


def test_there_is_an_end_to_adding(browser: Client) -> None:
    names = {f"question-{name}": ["x"] * 20 for name in ("key", "label", "options")} | {"question-kind": ["short"] * 20}
    page = pressed(browser, "add", **names)
    assert len(labels(page)) == 20
    assert "These are as many questions as guests can be asked." in page
    assert 'value="add"' not in page
