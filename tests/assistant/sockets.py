"""Requests written by hand, over sockets."""

from __future__ import annotations

import re
import socket
from contextlib import suppress

GOOD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
HALF = GOOD + b"X-Half: "
QUESTION = {"question": "图书角不少于多少册？"}


def connect(port: int, *, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    come = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            come += piece
    return come


def sent(port: int, data: bytes) -> bytes:
    """What a connection gets that sends just that, to its end."""
    with connect(port) as connection:
        with suppress(ConnectionError):
            connection.sendall(data)
        return rest(connection)


def heartbeat(port: int, name: str) -> socket.socket:
    """The stream that an open page holds, once it has begun."""
    connection = connect(port)
    path = f"/gradio_api/heartbeat/{name}".encode()
    connection.sendall(b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path)
    return connection


def begun(stream: socket.socket) -> bytes:
    """What a stream begins with, up to its first event."""
    come = b""
    while not re.search(rb"\ndata: |\"error\"", come):  # a header speaks of data: too
        piece = stream.recv(65536)
        assert piece, come
        come += piece
    return come


def post_of(body: bytes, *headers: bytes, path: bytes = b"/api/ask") -> bytes:
    """The head of a request that posts that JSON."""
    lines = (
        b"POST %b HTTP/1.1" % path,
        b"Host: 127.0.0.1",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        *headers,
    )
    return b"\r\n".join((*lines, b"", b""))
