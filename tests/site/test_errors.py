"""Error pages: a sentence and a way on, without the database."""

import logging
from collections.abc import Callable

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from sivient.site import errors

PAGES: list[tuple[Callable[[HttpRequest], HttpResponse], int]] = [
    (errors.bad_request, 400),
    (errors.forbidden, 403),
    (errors.csrf_failure, 403),
    (errors.not_found, 404),
    (errors.wrong_method, 405),
    (errors.too_large, 413),
    (errors.server_error, 500),
]


@pytest.mark.parametrize(("page", "status"), PAGES)
def test_each_has_a_heading_a_sentence_and_a_way_on_and_asks_no_database(
    page: Callable[[HttpRequest], HttpResponse], status: int
) -> None:
    answer = page(RequestFactory().get("/somewhere"))
    text = answer.content.decode()
    assert answer.status_code == status
    assert "<h1>" in text
    assert "<p>" in text
    assert 'class="btn" href="/' in text


def test_what_never_was_and_what_is_hidden_look_alike(client: Client) -> None:
    one, other = (errors.not_found(RequestFactory().get(f"/schedule/{handle}")) for handle in ("nobody", "secret"))
    assert one.content == other.content


def test_a_guest_who_is_lost_is_led_to_the_host(client: Client) -> None:
    text = errors.not_found(RequestFactory().get('/schedule/mara"><b>/lost')).content.decode()
    assert 'href="/schedule/mara%22%3E%3Cb%3E"' in text


def test_the_code_on_the_500_page_finds_the_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        try:
            raise RuntimeError("canary")
        except RuntimeError:
            text = errors.server_error(RequestFactory().post("/schedule/mara/intro/confirm")).content.decode()
    (record,) = caplog.records
    assert record.__dict__["reference"] in text
    assert record.exc_info
    assert "canary" not in text
    assert 'href="/schedule/mara"' in text


@pytest.mark.parametrize("error", [OperationalError("canary"), InterfaceError("canary")])
def test_a_database_that_is_away_is_a_break_and_no_bug(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        try:
            raise error
        except type(error):
            answer = errors.server_error(RequestFactory().post("/schedule/mara/intro/confirm"))
    text = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert caplog.records[0].__dict__["reference"] in text
    assert "canary" not in text
    assert 'href="/schedule/mara"' in text


def test_a_page_that_failed_can_be_tried_again() -> None:
    text = errors.server_error(RequestFactory().get("/bookings?view=past")).content.decode()
    assert 'href="/bookings?view=past">Try again' in text


def test_an_old_form_leads_back_to_itself_but_never_to_a_stranger() -> None:
    here, elsewhere = "http://testserver/settings/account", "http://evil.example/settings"
    assert f'href="{here}"' in errors.csrf_failure(RequestFactory().post("/x", HTTP_REFERER=here)).content.decode()
    assert "evil" not in errors.csrf_failure(RequestFactory().post("/x", HTTP_REFERER=elsewhere)).content.decode()
