"""Log lines hold what an operator needs and nothing of anybody's life."""

import json
import logging

import pytest
from django.test import Client

from sivient.ops.logs import JsonLines

pytestmark = pytest.mark.django_db


def line(record: logging.LogRecord) -> dict[str, object]:
    """Format a record as the product does."""
    content: dict[str, object] = json.loads(JsonLines().format(record))
    return content


def record(message: str, *arguments: object, name: str = "sivient", **extra: object) -> logging.LogRecord:
    """Make a record."""
    made = logging.LogRecord(name, logging.INFO, "file.py", 1, message, arguments, None)
    made.__dict__.update(extra)
    return made


def test_fields_that_are_not_allowed_do_not_leave() -> None:
    found = line(record("work deferred", kind="delivery.invite", guest_email="ada@guest.example"))
    assert found["kind"] == "delivery.invite"
    assert "ada@" not in str(found)


def test_an_exception_is_named_by_class_and_place_and_not_by_its_message() -> None:
    try:
        raise ValueError("Key (guest_email)=(ada@guest.example) already exists")
    except ValueError as error:
        made = record("work failed")
        made.exc_info = (ValueError, error, error.__traceback__)
    found = line(made)
    assert found["exception"] == "ValueError"
    assert "test_logs.py" in str(found["where"])
    assert "ada@" not in str(found)


def test_djangos_own_messages_lose_the_path() -> None:
    found = line(record("Not Found: %s", "/b/secret-token", name="django.request"))
    assert found["event"] == "Not Found"
    assert "secret-token" not in str(found)


def test_a_line_break_in_a_message_does_not_start_a_line() -> None:
    text = JsonLines().format(record("one\r\ntwo"))
    assert "\n" not in text


def test_the_access_log_names_the_route_and_not_the_address(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="sivient.access"):
        client.get("/b/a-secret-token?name=Ada")
    (entry,) = [r for r in caplog.records if r.name == "sivient.access"]
    assert entry.__dict__["route"].startswith("b/<")
    assert "a-secret-token" not in str(entry.__dict__["route"]) + str(entry.getMessage())
    assert "Ada" not in JsonLines().format(entry)
