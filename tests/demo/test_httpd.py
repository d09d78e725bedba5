"""The small server that puts an emulator on a port."""

import gzip
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from sivient.demo import httpd

Serve = Callable[[httpd.Handle], httpd.Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[httpd.Server] = []

    def start(handle: httpd.Handle) -> httpd.Server:
        servers.append(httpd.serve(handle))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def echo(request: httpx.Request) -> httpx.Response:
    """Answer with what arrived."""
    said = {"method": request.method, "url": str(request.url), "body": request.read().decode()}
    return httpx.Response(200, json={**said, "signature": request.headers.get("x-signature")})


def raw(server: httpd.Server, request: bytes) -> bytes:
    """Send bytes as they are, and return everything that comes back until the server hangs up."""
    with socket.create_connection((server.host, server.port), timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def test_a_request_arrives_whole_and_the_answer_too(serve: Serve) -> None:
    server = serve(echo)
    answer = httpx.post(f"{server.url}/a%2Fb?x=1&x=2", content="größe", headers={"X-Signature": "v0=abc"})
    assert answer.json() == {
        "method": "POST",
        "url": f"{server.url}/a%2Fb?x=1&x=2",
        "body": "größe",
        "signature": "v0=abc",
    }


def test_one_connection_carries_many_requests(serve: Serve) -> None:
    server = serve(echo)
    with httpx.Client(base_url=server.url) as client:
        assert [client.get(f"/{n}").status_code for n in range(5)] == [200] * 5
        assert len(server._inner._open) == 1


def test_head_has_the_length_but_not_the_body(serve: Serve) -> None:
    server = serve(lambda request: httpx.Response(200, text=f"{request.method} was asked"))
    answer = httpx.head(f"{server.url}/")
    assert answer.headers["content-length"] == str(len("GET was asked"))
    assert answer.content == b""


def test_several_headers_of_one_name_and_a_redirect_pass_through(serve: Serve) -> None:
    cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Location", "http://other.example/")]
    answer = httpx.get(serve(lambda _: httpx.Response(302, headers=cookies)).url)
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["location"] == "http://other.example/"


def test_a_compressed_answer_stays_as_the_emulator_packed_it(serve: Serve) -> None:
    packed = gzip.compress(b'{"ok": true}')
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    server = serve(lambda _: httpx.Response(200, content=packed, headers=headers))
    assert httpx.get(server.url).json() == {"ok": True}
    assert packed in raw(server, b"GET / HTTP/1.0\r\n\r\n")


def test_a_body_over_the_limit_is_refused_and_never_reaches_the_emulator(serve: Serve) -> None:
    seen: list[httpx.Request] = []

    def remember(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    server = serve(remember)
    assert httpx.post(server.url, content=b"x" * (httpd.BODY_LIMIT + 1)).status_code == 413
    assert seen == []
    assert httpx.post(server.url, content=b"x" * httpd.BODY_LIMIT).status_code == 200


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"GET http://elsewhere/ HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: [::\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Name: \xc3\xa4\r\n\r\n", b"400"),
        (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", b"501"),
    ],
)
def test_a_request_that_cannot_be_passed_on_is_refused(serve: Serve, request_bytes: bytes, status: bytes) -> None:
    assert raw(serve(echo), request_bytes).split()[1] == status


def test_an_exception_becomes_a_plain_500_and_a_log_line(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/broken":
            raise RuntimeError("a secret of the inside")
        return httpx.Response(200)

    server = serve(broken)
    with caplog.at_level(logging.ERROR), httpx.Client(base_url=server.url) as client:
        answer = client.get("/broken?code=secret-code")
        assert (answer.status_code, answer.text) == (500, "500 Internal Server Error\n")
        assert client.get("/").status_code == 200
    assert "GET /broken failed" in caplog.messages
    assert "secret-code" not in caplog.text


def test_a_transport_error_of_the_emulator_cuts_the_connection(serve: Serve) -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("the answer is lost")

    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(serve(lost).url)


def test_closing_is_quick_even_with_a_silent_connection_and_an_answer_under_way() -> None:
    asked, release = threading.Event(), threading.Event()

    def slow(request: httpx.Request) -> httpx.Response:
        asked.set()
        release.wait(10)
        return httpx.Response(200)

    server = httpd.serve(slow)
    with (
        socket.create_connection((server.host, server.port)) as silent,
        socket.create_connection((server.host, server.port)) as waiting,
    ):
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert asked.wait(5)
        started = time.monotonic()
        server.close()
        assert time.monotonic() - started < 0.5
        silent.settimeout(1)
        assert silent.recv(1) == b""
    release.set()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((server.host, server.port), timeout=1)


def test_a_port_in_use_is_said_in_a_sentence_and_a_freed_one_is_had_again(serve: Serve) -> None:
    server = serve(echo)
    httpx.get(server.url)
    with pytest.raises(OSError, match=f"Port {server.port} on 127.0.0.1 is already in use"):
        httpd.serve(echo, port=server.port)
    server.close()
    again = httpd.serve(echo, port=server.port)
    again.close()


def test_nothing_is_written_to_the_terminal(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    server = serve(echo)
    httpx.get(f"{server.url}/missing")
    raw(server, b"NONSENSE\r\n\r\n")
    assert capfd.readouterr() == ("", "")


def test_requests_are_answered_side_by_side(serve: Serve) -> None:
    both = threading.Barrier(2, timeout=5)

    def meet(request: httpx.Request) -> httpx.Response:
        both.wait()
        return httpx.Response(200, json=json.loads(request.read()))

    server = serve(meet)
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(httpx.post(server.url, json=n).json())) for n in (1, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [1, 2]
