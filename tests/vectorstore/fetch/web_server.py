"""A server on the loopback that sends the very bytes that a test gives it, right or wrong.

with WebServer({"/a.txt": answer(b"text")}) as server:
    fetch(server.url("/a.txt"), folder)
    server.requests[0]  # as it came
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

Answer = bytes | Iterable[bytes]

_EVERY = 0.005  # seconds between two looks at whether the test is over


def answer(
    body: bytes = b"", *headers: str | bytes, status: str = "200 OK", length: int | None = None
) -> bytes:
    """An answer that is right, unless ``length`` says otherwise."""
    lines = [header.encode() if isinstance(header, str) else header for header in headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}".encode())
    return b"\r\n".join([f"HTTP/1.1 {status}".encode(), *lines, b"", body])


def redirect(to: str | bytes, *headers: str) -> bytes:
    """A redirect to that address."""
    location = b"Location: " + (to if isinstance(to, bytes) else to.encode())
    return answer(b"", location, *headers, status="302 Found")


class WebServer:
    """Serves until the end of its ``with``; then every thread is gone."""

    def __init__(
        self, answers: dict[str, Answer] | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        self.answers = answers or {}
        self.context = context
        self.requests: list[str] = []
        self.connections = 0
        self.reads = True
        self.closing = threading.Event()
        self._tcp = _Server(self)
        self.port = int(self._tcp.server_address[1])
        self._thread = threading.Thread(target=self._tcp.serve_forever, args=(_EVERY,))
        self._thread.start()

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        """The address of a path here."""
        return f"{scheme}://{host}:{self.port}{path}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._tcp.shutdown()
        self._thread.join()
        self._tcp.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False  # so that closing waits for them
    allow_reuse_address = True

    def __init__(self, owner: WebServer) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        self.owner.connections += 1
        super().process_request(request, client_address)


class _Handler(socketserver.BaseRequestHandler):
    server: _Server
    request: socket.socket

    def handle(self) -> None:
        with suppress(OSError):  # the client went away
            self.request.settimeout(5)
            if not self.server.owner.reads:
                self.server.owner.closing.wait(5)
                return
            if self.server.owner.context:
                self.request = self.server.owner.context.wrap_socket(self.request, server_side=True)
            with self.request:
                self._talk()

    def _talk(self) -> None:
        owner = self.server.owner
        head = b""
        while b"\r\n\r\n" not in head:
            if not (received := self.request.recv(65_536)):
                return
            head += received
            if not head.startswith(b"GET "[: len(head)]):
                self.request.sendall(answer(status="400 Bad Request"))
                return
        owner.requests.append(head.decode("latin-1"))
        path = owner.requests[-1].split(" ")[1].partition("?")[0]
        sent = owner.answers.get(path, answer(status="404 Not Found"))
        for piece in [sent] if isinstance(sent, bytes) else sent:
            if owner.closing.is_set():
                return
            self.request.sendall(piece)
