"""TLS is spoken with the host's name, whatever address was connected to."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sivient.ports import guarded
from sivient.ports.errors import TryLater
from sivient.ports.http import Patience


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for calendar.test that nobody but its own signs."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "calendar.test")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName("calendar.test")])
    signed = built.add_extension(names, critical=False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file = tmp_path / "certificate.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """The port of a server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, context), daemon=True).start()
        yield server.getsockname()[1]


def _serve(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(connection, server_side=True) as safe:
                safe.recv(65536)
                safe.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except OSError:
            continue


def ask(host: str, port: int) -> bytes:
    patience = Patience(connect=2, answer=2)
    url = f"https://{host}:{port}/"
    return guarded.send("GET", url, networks=("127.0.0.0/8",), who="Server", patience=patience).body


def test_the_certificate_has_to_be_that_of_the_name(
    certificate: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(guarded, "_tls", lambda: trusting)
    monkeypatch.setattr(guarded, "resolve", lambda host, port, **more: [(0, 0, 0, "", ("127.0.0.1", port))])
    assert ask("calendar.test", port) == b"ok"
    with pytest.raises(TryLater, match="no valid certificate"):
        ask("other.test", port)


def test_a_certificate_that_nobody_signed_is_not_accepted(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "resolve", lambda host, port, **more: [(0, 0, 0, "", ("127.0.0.1", port))])
    with pytest.raises(TryLater, match="no valid certificate"):
        ask("calendar.test", port)
