"""Serve an emulator's `handle` over real HTTP, so that redirects, consent pages and webhooks cross a socket."""

import errno
import logging
import socket
import socketserver
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Handle = Callable[[httpx.Request], httpx.Response]

BODY_LIMIT = 1024 * 1024
DISCARD_LIMIT = 16 * BODY_LIMIT  # what is read of a body that is refused, so that the refusal arrives
IDLE_SECONDS = 60  # how long a kept-alive connection may be silent
POLL_SECONDS = 0.05  # how late the accepting thread notices that it shall stop

# These describe one connection; we write our own (RFC 9110 7.6.1). A body is sent as it is, with its length.
OWN_HEADERS = {"connection", "keep-alive", "transfer-encoding", "content-length", "date"}

logger = logging.getLogger(__name__)


class Server:
    """A running server on its own threads. `port` is the real one, also where 0 was asked for."""

    def __init__(self, inner: "_ThreadingServer") -> None:
        self._inner = inner
        self.host = str(inner.server_address[0])
        self.port = int(inner.server_address[1])
        self.url = f"http://{self.host}:{self.port}"
        self._thread = threading.Thread(
            target=inner.serve_forever, args=(POLL_SECONDS,), name=f"httpd-{self.port}", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening and cut every connection, without waiting for answers under way."""
        self._inner.shutdown()
        self._inner.server_close()
        self._inner.cut_connections()
        self._thread.join()


def serve(handle: Handle, *, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Serve `handle` on its own threads until `close()`; port 0 takes a free one.

    A HEAD reaches `handle` as GET, and its body is not sent. An exception of `handle` becomes a plain 500 and a log
    line. An `httpx.TransportError` cuts the connection without an answer: so an emulator spells "the answer was lost"
    the same way here and under `httpx.MockTransport`.
    Raise OSError, with a sentence, if the port cannot be had.
    """
    try:
        return Server(_ThreadingServer((host, port), handle))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise OSError(errno.EADDRINUSE, f"Port {port} on {host} is already in use") from error
        raise OSError(error.errno, f"Cannot listen on {host}:{port}: {error.strerror}") from error


class _ThreadingServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handle: Handle) -> None:
        self.handle_exchange = handle
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Connection)

    def server_bind(self) -> None:
        # The stdlib looks the host's name up here, which can take seconds on a machine without a resolver.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut_connections(self) -> None:
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that went away is no news; anything else was logged where it happened.
        logger.debug("connection from %s ended early", client_address, exc_info=True)


class _Refused(Exception):
    """The request cannot be passed on; it is answered with this status, and the connection ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Connection(BaseHTTPRequestHandler):
    server: _ThreadingServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one piece

    def _answer(self) -> None:
        try:
            request = self._request()
        except _Refused as refused:
            self.close_connection = True
            self._write(_plain(refused.status))
            return
        try:
            response = self.server.handle_exchange(request)
        except httpx.TransportError:
            self.close_connection = True
            return
        except Exception:  # the door of a server: whatever an emulator does wrong, the next request is served
            logger.exception("%s %s failed", self.command, request.url.path)
            response = _plain(500)
        self._write(response)

    def _request(self) -> httpx.Request:
        if not self.path.startswith("/"):
            raise _Refused(400)
        body = self._body()
        method = "GET" if self.command == "HEAD" else self.command
        address = f"http://{self.headers.get('Host', self.server.server_name)}{self.path}"
        try:
            return httpx.Request(method, address, headers=self.headers.items(), content=body)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise _Refused(400) from error

    def _body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            raise _Refused(411)
        declared = self.headers.get("Content-Length", "0")
        if not (declared.isascii() and declared.isdigit()):
            raise _Refused(400)
        length = int(declared)
        if length > BODY_LIMIT:
            self._discard(min(length, DISCARD_LIMIT))
            raise _Refused(413)
        return self.rfile.read(length)

    def _discard(self, length: int) -> None:
        while length > 0 and (chunk := self.rfile.read(min(length, 64 * 1024))):
            length -= len(chunk)

    def _write(self, response: httpx.Response) -> None:
        # The stream holds the bytes as given; `content` would undo a Content-Encoding that the client asked for.
        body = b"".join(response.stream) if isinstance(response.stream, httpx.SyncByteStream) else response.content
        self.send_response_only(response.status_code, response.reason_phrase)
        self.send_header("Date", self.date_time_string())
        for name, value in response.headers.multi_items():
            if name.lower() not in OWN_HEADERS:
                self.send_header(name, value)
        if response.status_code >= 200 and response.status_code not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer
    do_PROPFIND = do_PROPPATCH = do_REPORT = do_MKCALENDAR = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: the demo's terminal belongs to the person."""


def _plain(status: int) -> httpx.Response:
    words = httpx.codes.get_reason_phrase(status)
    return httpx.Response(status, text=f"{status} {words}\n")
