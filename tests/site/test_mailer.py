"""A mail is given up only when the server refuses the recipient or the mail itself, and is never sent twice."""

from email.message import EmailMessage

import pytest
from pytest_django import Settings

from sivient.ports.errors import IntegrationError, Rejected, TryLater
from sivient.site import mailer
from tests.site.mail_servers import DROP, PlayedServer, mail_server


def send(settings: Settings, server: PlayedServer, *, user: str = "") -> None:
    """Send one mail through the server, in clear."""
    settings.SMTP_URL = f"smtp+plain://{user}127.0.0.1:{server.port}"
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.MAIL_FROM, "ada@guest.example", "Hello"
    message.set_content("A mail.")
    mailer.send(message, to="ada@guest.example")


def trouble(settings: Settings, answers: dict[str, str], *, user: str = "") -> IntegrationError:
    """Return what is raised when the server answers like this; the text and the cause name nobody."""
    with mail_server(answers) as server, pytest.raises(IntegrationError) as caught:
        send(settings, server, user=user)
    assert server.accepted == []
    assert "ada@" not in str(caught.value)
    assert "ada@" not in repr(caught.value.__cause__)
    return caught.value


def test_a_mail_reaches_the_server(settings: Settings) -> None:
    with mail_server() as server:
        send(settings, server)
    assert [b"Subject: Hello" in mail for mail in server.accepted] == [True]
    assert server.commands[-1].upper() == "QUIT"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"greeting": "554 not today"}, 554),
        ({"AUTH": "535 wrong password"}, 535),
        ({"MAIL": "550 who are you"}, 550),
        ({"MAIL": "530 sign in first"}, 530),
        ({"RCPT": "530 sign in first"}, 530),
    ],
)
def test_a_refusal_of_us_is_no_refusal_of_the_mail(settings: Settings, answers: dict[str, str], code: int) -> None:
    error = trouble(settings, answers, user="user:password@")
    assert isinstance(error, TryLater)
    assert str(error) == f"The mail server did not accept us ({code})."


@pytest.mark.parametrize("answers", [{"RCPT": "550 nobody here"}, {"DATA": "554 no"}, {"message": "554 spam"}])
def test_a_refusal_of_the_recipient_or_of_the_mail_is_final(settings: Settings, answers: dict[str, str]) -> None:
    assert isinstance(trouble(settings, answers), Rejected)


@pytest.mark.parametrize(
    "answers",
    [
        {"greeting": "421 busy"},
        {"AUTH": "454 directory away"},
        {"MAIL": "451 later"},
        {"RCPT": "451 greylisted"},
        {"RCPT": "421 closing"},
        {"message": "452 disk full"},
    ],
)
def test_a_server_that_asks_for_patience_gets_it(settings: Settings, answers: dict[str, str]) -> None:
    error = trouble(settings, answers, user="user:password@")
    assert isinstance(error, TryLater)
    assert "try later" in str(error)


@pytest.mark.parametrize("step", ["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "message"])
def test_a_connection_cut_before_the_mail_is_accepted_means_again(settings: Settings, step: str) -> None:
    assert isinstance(trouble(settings, {step: DROP}, user="user:password@"), TryLater)


@pytest.mark.parametrize(
    "answers",
    [{"message": f"250 kept{DROP}"}, {"QUIT": DROP}, {"QUIT": "554 no"}, {"QUIT": "421 late"}, {"QUIT": "what"}],
)
def test_an_accepted_mail_is_sent_whatever_comes_afterwards(settings: Settings, answers: dict[str, str]) -> None:
    with mail_server(answers) as server:
        send(settings, server)
    assert len(server.accepted) == 1


def test_a_server_that_never_answers_the_goodbye_is_not_waited_for_long(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "FAREWELL", 0.05)
    with mail_server({"QUIT": ""}) as server:
        send(settings, server)
    assert len(server.accepted) == 1


def test_a_server_that_is_not_there_is_asked_again(settings: Settings) -> None:
    with mail_server() as server:
        pass
    with pytest.raises(TryLater, match="did not answer"):
        send(settings, server)
