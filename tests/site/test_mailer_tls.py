"""Nobody on the way reads a password or a mail, unless the operator has said that the way is private."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from sivient.ports.errors import TryLater
from sivient.site import mailer
from sivient.site.mail_server import MailServer, Tls
from tests.site.mail_servers import PlayedServer, certificate, mail_server

OFFERED = "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PlayedServer]:
    """A server that offers STARTTLS with a certificate of its own making."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    with mail_server({"EHLO": OFFERED}, tls=context) as running:
        yield running


def test_a_password_goes_only_through_tls(
    settings: Settings, server: PlayedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    settings.SMTP_URL = f"smtp://user:password@127.0.0.1:{server.port}"
    mailer.probe()
    steps = [command.split(" ")[0].upper() for command in server.commands]
    assert steps == ["EHLO", "STARTTLS", "EHLO", "AUTH", "NOOP", "QUIT"]


def test_a_server_without_tls_never_hears_the_password(settings: Settings) -> None:
    with mail_server() as server:
        settings.SMTP_URL = f"smtp://user:password@127.0.0.1:{server.port}"
        with pytest.raises(TryLater, match="STARTTLS"):
            mailer.probe()
    assert not any("AUTH" in command for command in server.commands)


def test_a_server_that_cannot_prove_who_it_is_never_hears_the_password(
    settings: Settings, server: PlayedServer
) -> None:
    settings.SMTP_URL = f"smtp://user:password@127.0.0.1:{server.port}"
    with pytest.raises(TryLater, match="certificate"):
        mailer.probe()
    assert not any("AUTH" in command for command in server.commands)


def test_in_a_private_network_the_operator_may_say_plain(settings: Settings, server: PlayedServer) -> None:
    settings.SMTP_URL = f"smtp+plain://user:password@127.0.0.1:{server.port}"
    mailer.probe()
    assert not any("STARTTLS" in command for command in server.commands)


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp://mail.example.org", Tls.STARTTLS, 587),
        ("smtp://user:secret@localhost", Tls.STARTTLS, 587),
        ("smtp://localhost", Tls.NONE, 587),
        ("smtp://127.0.0.1:25", Tls.NONE, 25),
        ("smtp://[::1]:25", Tls.NONE, 25),
        ("smtps://mail.example.org", Tls.FROM_START, 465),
        ("smtps://localhost", Tls.FROM_START, 465),
        ("smtp+plain://mail.example.org", Tls.NONE, 25),
    ],
)
def test_the_address_says_how_the_line_is_secured(url: str, tls: Tls, port: int) -> None:
    server = MailServer.of(url)
    assert (server.tls, server.port) == (tls, port)


def test_user_and_password_are_written_as_in_every_address() -> None:
    server = MailServer.of("smtps://bookings%40example.org:p%40ss%2Fword@mail.example.org")
    assert (server.user, server.password) == ("bookings@example.org", "p@ss/word")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org:25",
        "http://mail.example.org",
        "smtp://",
        "smtp://user:secret@:25",
        "smtp://host:port",
        "smtp://user:se/cret@host",
        "smtp://[::1",
        "smtp://user:sécret@host",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError, match=" ") as caught:
        MailServer.of(url)
    assert "cret" not in str(caught.value)
