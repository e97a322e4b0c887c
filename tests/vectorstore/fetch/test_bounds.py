"""How much and how long a download may be."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vectorstore.fetch.network import fetched, refusal
from tests.vectorstore.fetch.web_server import WebServer, answer, redirect
from vectorstore import fetch as web
from vectorstore.disk import files
from vectorstore.fetch.body import unpacked

GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


def test_the_bound_is_that_of_the_readers() -> None:
    assert web._MOST_BYTES == files._MOST_BYTES


def endless(piece: bytes, header: bytes = b"", start: bytes = b"") -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n" + header + b"\r\n" + start
    while True:
        yield piece


def bomb() -> Iterator[bytes]:
    """A gzip file without end: every kilobyte stands for a megabyte."""
    yield b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    while True:
        yield packer.compress(bytes(1_000_000))


def test_too_much_is_refused_as_soon_as_it_is_seen(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "_MOST_BYTES", 3_000_000)
    # packed bytes that stand for none
    nothing = endless(b"\0\0\0\xff\xff" * 20_000, b"Content-Encoding: gzip\r\n", GZIP_HEAD)
    server.answers |= {
        "/declared": answer(length=3_000_001),
        "/endless": endless(bytes(100_000)),
        "/chunked": endless(b"186a0\r\n" + bytes(100_000) + b"\r\n", b"Transfer-Encoding: chunked\r\n"),
        "/bomb": bomb(),
        "/small": answer(gzip.compress(bytes(3_000_001)), "Content-Encoding: gzip"),
        "/nothing": nothing,
    }
    for path in ("/declared", "/endless", "/chunked", "/bomb", "/small", "/nothing"):
        error = refusal(server.url(path), tmp_path)
        assert "超过了 3 MB" in error.message.zh
        assert "over 3 MB" in error.message.en


def test_nothing_unfolds_all_at_once() -> None:
    packed = gzip.compress(bytes(20_000_000))
    pieces = [len(piece) for piece in unpacked([packed[:9], packed[9:]], "gzip")]
    assert sum(pieces) == 20_000_000
    assert max(pieces) <= 1_000_000


def test_as_much_as_is_allowed(server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_MOST_BYTES", 1_000)
    server.answers["/a"] = answer(bytes(1_000))
    assert len(fetched(server.url("/a"), tmp_path)) == 1_000


def dripping(server: WebServer, head: bytes) -> Iterator[bytes]:
    yield head
    while not server.closing.wait(0.02):
        yield b"x"


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HT",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + GZIP_HEAD[:3] + b"\x08" + GZIP_HEAD[4:],
    ],
)
def test_a_server_that_drips_is_left_when_the_time_is_up(
    head: bytes, server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "_MOST_SECONDS", 0.2)
    server.answers["/a"] = dripping(server, head)
    began = time.monotonic()
    assert "超时" in refusal(server.url("/a"), tmp_path).message.zh
    assert 0.1 < time.monotonic() - began < 10


def silent(server: WebServer) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n\r\ntext"
    server.closing.wait(5)


def test_a_server_that_falls_silent(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "_READ_SECONDS", 0.1)
    server.answers["/a"] = silent(server)
    assert "超时" in refusal(server.url("/a"), tmp_path).message.zh


def test_the_time_is_for_all_redirects_together(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(to: str) -> Iterator[bytes]:
        server.closing.wait(0.15)
        yield redirect(to)

    monkeypatch.setattr(web, "_MOST_SECONDS", 0.2)
    server.answers |= {"/a": late("/b"), "/b": late("/c"), "/c": answer(b"text")}
    assert "超时" in refusal(server.url("/a"), tmp_path).message.zh
