"""A call outside ends in an answer, or in an error whose class says what to do next."""

import gzip
import socket
import threading
import time
from collections.abc import Callable

import httpx
import pytest

from sivient.ports import http
from sivient.ports.errors import IntegrationError, OutcomeUnknown, Rejected, TryLater
from sivient.ports.http import Answer, Patience

BASE = "https://vendor.test"
PATIENCE = Patience(connect=1, answer=1)


def ask(handler: Callable[[httpx.Request], httpx.Response]) -> dict[str, object]:
    with http.mounted(httpx.MockTransport(handler), BASE):
        return http.request_json(http.client(BASE), "GET", "/x", who="Vendor", patience=PATIENCE, judge=judge)


def judge(answer: Answer) -> IntegrationError:
    return Rejected(f"answer {answer.status}")


def failing(error: httpx.TransportError) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


def test_a_json_object_comes_back() -> None:
    assert ask(lambda request: httpx.Response(201, json={"id": 1})) == {"id": 1}


def test_a_204_has_no_body_and_is_a_success() -> None:
    assert ask(lambda request: httpx.Response(204)) == {}
    assert ask(lambda request: httpx.Response(204, stream=Raw(b"rest"))) == {}


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout(""),
        httpx.ProxyError("403 Forbidden"),
        httpx.UnsupportedProtocol("no scheme"),
    ],
)
def test_a_request_that_was_not_sent_is_tried_again_freely(error: httpx.TransportError) -> None:
    with pytest.raises(TryLater) as caught:
        ask(failing(error))
    assert not isinstance(caught.value, OutcomeUnknown)


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout(""), httpx.ReadError("reset"), httpx.RemoteProtocolError(""), httpx.WriteError("")]
)
def test_a_lost_answer_is_an_unknown_outcome(error: httpx.TransportError) -> None:
    with pytest.raises(OutcomeUnknown):
        ask(failing(error))


@pytest.mark.parametrize(
    "body", [b"", b"<html>ok</html>", b'{"id": 1', b"[1]", b"null", b'"text"', b"[" * 100_000], ids=range(7)
)
def test_a_success_that_says_nothing_is_an_unknown_outcome(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        ask(lambda request: httpx.Response(201, content=body))


def test_a_refusal_goes_to_the_judge_with_whatever_its_body_is() -> None:
    with pytest.raises(Rejected, match="answer 418"):
        ask(lambda request: httpx.Response(418, content=b"\xff\xfe"))


def test_a_redirect_is_not_followed() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return httpx.Response(307, headers={"Location": "https://elsewhere.test/x"})

    with pytest.raises(Rejected, match="answer 307"):
        ask(handler)
    assert len(seen) == 1


def test_a_body_that_never_ends_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1000)
    with pytest.raises(OutcomeUnknown):
        ask(lambda request: httpx.Response(200, content=b" " * 2000 + b"{}"))


def test_compressed_bodies_are_limited_by_what_comes_out_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1000)
    packed = gzip.compress(b" " * 100_000 + b"{}")
    with pytest.raises(OutcomeUnknown):
        ask(lambda request: httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"}))


def test_a_broken_compression_is_an_unknown_outcome() -> None:
    with pytest.raises(OutcomeUnknown):
        ask(lambda request: httpx.Response(200, stream=Raw(b"no gzip"), headers={"Content-Encoding": "gzip"}))


def test_a_refusal_with_a_broken_compression_is_still_a_refusal() -> None:
    with pytest.raises(Rejected, match="answer 401"):
        ask(lambda request: httpx.Response(401, stream=Raw(b"no gzip"), headers={"Content-Encoding": "gzip"}))


def test_a_port_where_nobody_listens_is_a_request_that_was_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(TryLater) as caught:
            http.send(http.client(url), "GET", "/", who="Vendor", patience=PATIENCE)
    assert not isinstance(caught.value, OutcomeUnknown)


@pytest.mark.parametrize("head", [b"Content-Length: 100\r\n\r\n", b"X-Long: "], ids=["body", "header"])
def test_an_answer_that_drips_ends_when_patience_does(head: bytes) -> None:
    """Each byte comes within the read timeout; only the deadline for the whole ends it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server, head), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            http.send(http.client(url), "GET", "/", who="Vendor", patience=Patience(connect=0.3, answer=0.3))
        assert time.monotonic() - began < 2


def test_a_proxy_of_the_environment_is_asked_and_no_longer_than_patience_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server, b"X-Long: "), daemon=True).start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            behind = http.client("https://behind-a-proxy.test")
            http.send(behind, "GET", "/", who="Vendor", patience=Patience(connect=0.3, answer=0.3))
        assert time.monotonic() - began < 2


def test_a_reused_connection_is_never_written_to() -> None:
    """Two calls are two connections: a kept one may be closed by the other side while we write."""
    accepted = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer_all, args=(server, accepted), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        for _ in range(2):
            assert http.send(http.client(url), "GET", "/", who="Vendor", patience=PATIENCE).status == 200
    assert len(accepted) == 2


class Raw(httpx.SyncByteStream):
    """A body that is sent as it is."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __iter__(self):
        yield self.body


def drip(server: socket.socket, head: bytes) -> None:
    connection, _ = server.accept()
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + head)
    for _ in range(60):
        try:
            connection.sendall(b"a")
        except OSError:
            return
        time.sleep(0.05)


def answer_all(server: socket.socket, accepted: list[socket.socket]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        accepted.append(connection)
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}")
