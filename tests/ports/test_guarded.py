"""No address that somebody typed leads into the networks around the server; none of the forbidden is connected to."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sivient.ports import guarded
from sivient.ports.errors import IntegrationError, OutcomeUnknown, Rejected, TooLong, TryLater
from sivient.ports.http import Answer, Patience

PATIENCE = Patience(connect=1, answer=1)
HERE = ("127.0.0.0/8",)

# Whatever a machine would connect to with one of these, it is not the internet.
FORMS = (Path(__file__).parent / "forbidden_addresses.txt").read_text("utf-8").splitlines()

Connections = list[object]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Connections:
    """Every connection that is made, or would be."""
    made: Connections = []

    def connect(self: socket.socket, address: object) -> None:
        made.append(address)
        raise OSError("nothing is connected to in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return made


def means(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let names mean these addresses, one after the other, the last for ever; return the names that are asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, **more: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(0, 0, 0, "", (answers[min(len(asked), len(answers)) - 1], port))]

    monkeypatch.setattr(guarded, "resolve", resolve)
    return asked


def ask(url: str, networks: tuple[str, ...] = (), **more: object) -> Answer:
    return guarded.send("GET", url, networks=networks, who="Server", patience=PATIENCE, **more)  # type: ignore[arg-type]


def test_there_are_enough_forms() -> None:
    assert len(set(FORMS)) >= 80


@pytest.mark.parametrize("url", [*FORMS, "", "https://calendar\n.test/"])
def test_no_form_of_a_forbidden_address_is_connected_to(url: str, connected: Connections) -> None:
    with pytest.raises((Rejected, TryLater)) as caught:
        ask(url)
    assert connected == []
    assert "127" not in str(caught.value)


def test_a_public_address_is_connected_to(connected: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, "93.184.216.34")
    with pytest.raises(TryLater):
        ask("https://calendar.test/")
    assert connected == [("93.184.216.34", 443)]


@pytest.mark.parametrize("number", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "::ffff:10.0.0.1", "fe80::1%2"])
def test_a_name_that_means_a_forbidden_address_is_refused(
    number: str, connected: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, number)
    with pytest.raises(Rejected, match="private network"):
        ask("https://calendar.test/")
    assert connected == []


def test_a_name_that_changes_its_meaning_is_asked_for_once(
    connected: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = means(monkeypatch, "93.184.216.34", "127.0.0.1")
    with pytest.raises(TryLater):
        ask("https://calendar.test/")
    assert asked == ["calendar.test"]
    assert connected == [("93.184.216.34", 443)]


def test_plain_http_goes_to_allowed_networks_alone(connected: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, "93.184.216.34")
    with pytest.raises(Rejected, match="https"):
        ask("http://calendar.test/", HERE)
    means(monkeypatch, "127.0.0.1")
    with pytest.raises(TryLater):
        ask("http://calendar.test/", HERE)
    assert connected == [("127.0.0.1", 80)]


def test_plain_http_into_a_private_network_is_refused_for_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, "10.1.2.3")
    with pytest.raises(Rejected, match="private network"):
        ask("http://calendar.test/", HERE)
    means(monkeypatch, "93.184.216.34")
    with pytest.raises(Rejected, match="others on the way could read"):
        ask("http://calendar.test/", HERE)


def test_a_resolver_that_hangs_ends_with_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "resolve", lambda *names, **more: time.sleep(3))
    began = time.monotonic()
    with pytest.raises(TryLater, match="could not be found"):
        guarded.send("GET", "https://x.test/", networks=(), who="Server", patience=Patience(connect=0.2, answer=0.2))
    assert time.monotonic() - began < 2


@pytest.fixture
def served() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Return what starts a server that does one thing with each connection, and gives its address."""
    servers: list[socket.socket] = []

    def start(answer: Callable[[socket.socket], None]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=_serve, args=(server, answer), daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield start
    for server in servers:
        server.close()


def _serve(server: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = server.accept()
            connection.recv(65536)
            with connection:
                answer(connection)
        except OSError:
            return


def says(text: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(text)


def drips(text: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(text)
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize("begin", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b""])
def test_an_answer_that_drips_is_cut_wherever_it_is(begin: bytes, served: Callable[..., str]) -> None:
    began = time.monotonic()
    with pytest.raises(IntegrationError):
        guarded.send("GET", served(drips(begin)), networks=HERE, who="Server", patience=Patience(0.2, 0.3))
    assert time.monotonic() - began < 2


def test_a_redirect_to_the_metadata_service_is_not_followed(served: Callable[..., str]) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n"
    answer = ask(served(says(moved)), HERE)
    assert answer.status == 302
    with pytest.raises(Rejected):
        ask(answer.headers["location"], HERE)


@pytest.mark.parametrize("encoding", [b"gzip, gzip", b"br", b"zstd"])
def test_what_is_packed_in_other_ways_is_not_unpacked(encoding: bytes, served: Callable[..., str]) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: " + encoding + b"\r\n\r\nabc"
    with pytest.raises(OutcomeUnknown):
        ask(served(says(head)), HERE)


def test_an_answer_of_more_than_5_mb_is_too_long(served: Callable[..., str]) -> None:
    with pytest.raises(TooLong):
        ask(served(says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 6_000_000)), HERE)


def test_pieces_can_be_kept_elsewhere(served: Callable[..., str]) -> None:
    kept: list[bytes] = []
    answer = ask(served(says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 6_000_000)), HERE, keep=kept.append)
    assert (answer.body, sum(map(len, kept))) == (b"", 6_000_000)


@pytest.mark.parametrize(
    ("typed", "other", "same"),
    [
        ("https://dav.test/", "https://dav.test:443/x", True),
        ("https://dav.test:8443/", "https://DAV.test:8443/x", True),
        ("http://dav.test/", "https://dav.test/", True),
        ("https://dav.test/", "https://dav.test:8443/x", False),
        ("http://dav.test:5232/", "https://dav.test/", False),
        ("https://dav.test/", "https://p7.dav.test/", False),
        ("https://dav.test/", "https://dav.test:x/", False),
        ("https://caldav.icloud.com/", "https://p42-caldav.icloud.com:8443/1/", False),
        ("https://caldav.icloud.com/", "https://p42-caldav.icloud.com:443/1/", True),
        ("https://dav.test/", "https://test/", False),
        ("https://dav.test/", "https://evildav.test/", False),
        ("https://dav.example.co.uk/", "https://evil.co.uk/", False),
        ("https://caldav.icloud.com/", "https://evilicloud.com/", False),
        ("https://dav.test/", "http://dav.test/", False),
        ("https://dav.test/", "https://dav.test@evil.test/", False),
    ],
)
def test_a_password_stays_in_its_house(typed: str, other: str, same: bool) -> None:
    assert guarded.same_house(typed, other) is same
