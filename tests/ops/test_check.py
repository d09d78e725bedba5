"""`sivient check` says what an operator has to mend, in sentences."""

import pytest
from pytest_django import Settings

from sivient.ops.check import installation_problems
from tests.site.mail_servers import mail_server

pytestmark = pytest.mark.django_db


def test_an_installation_that_can_deliver_has_no_problems(settings: Settings) -> None:
    with mail_server() as server:
        settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}"
        assert installation_problems() == []


def test_a_mail_server_that_refuses_us_is_told_from_one_that_is_away(settings: Settings) -> None:
    with mail_server({"AUTH": "535 wrong password"}) as server:
        settings.SMTP_URL = f"smtp+plain://user:password@127.0.0.1:{server.port}"
        assert installation_problems() == ["SMTP_URL: The mail server did not accept us (535)."]
    assert installation_problems() == ["SMTP_URL: The mail server did not answer."]


def test_a_password_that_would_go_in_clear_is_named(settings: Settings) -> None:
    with mail_server() as server:
        settings.SMTP_URL = f"smtp://user:password@127.0.0.1:{server.port}"
        (problem,) = installation_problems()
    assert "STARTTLS" in problem
