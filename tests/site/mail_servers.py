"""A mail server that plays a part: it answers each step of SMTP (RFC 5321) as a test wants it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DROP = "\0"  # at the end of an answer, or in its place: the connection is cut
FRIENDLY = {
    "greeting": "220 here",
    "EHLO": "250-here\r\n250 AUTH PLAIN",
    "STARTTLS": "220 go on",
    "AUTH": "235 welcome",
    "MAIL": "250 sender fine",
    "RCPT": "250 recipient fine",
    "RSET": "250 forgotten",
    "NOOP": "250 here",
    "DATA": "354 write",
    "message": "250 kept",
    "QUIT": "221 bye",
}


class PlayedServer:
    """What the server has heard, for a test to look at."""

    def __init__(self, answers: dict[str, str], tls: ssl.SSLContext | None) -> None:
        self.answers, self.tls = FRIENDLY | answers, tls
        self.commands: list[str] = []
        self.accepted: list[bytes] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]

    def run(self) -> None:
        """Serve one client after the other until the socket is closed."""
        with suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                client.settimeout(10)
                with suppress(OSError):
                    self._serve(client)
                client.close()

    def _serve(self, client: socket.socket) -> None:
        step, lines = "greeting", client.makefile("rb")
        while self._answer(client, step):
            if step == "QUIT":
                return
            if step == "STARTTLS" and self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
                lines = client.makefile("rb")
            if step == "DATA" and self.answers[step].startswith("354"):
                step = self._read_message(lines)
                continue
            command = lines.readline().decode().strip()
            self.commands.append(command)
            step = command.split(" ")[0].upper() or "QUIT"

    def _answer(self, client: socket.socket, step: str) -> bool:
        """Say what was planned; return whether the conversation goes on."""
        words, cut, _ = self.answers[step].partition(DROP)
        if words:
            client.sendall(f"{words}\r\n".encode())
        return not cut

    def _read_message(self, lines: BufferedReader) -> str:
        message = b"".join(iter(lines.readline, b".\r\n"))
        if self.answers["message"].startswith("250"):
            self.accepted.append(message)
        return "message"


@contextmanager
def mail_server(answers: dict[str, str] | None = None, *, tls: ssl.SSLContext | None = None) -> Iterator[PlayedServer]:
    """Run a server on a free port; `answers` replace the friendly ones."""
    server = PlayedServer(answers or {}, tls)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.socket.shutdown(socket.SHUT_RDWR)
        server.socket.close()
        thread.join(timeout=5)


def certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1 with its key, signed by itself, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "certificate.pem"
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, no_password)
    file.write_bytes(private + signed.public_bytes(encoding))
    return file
