"""Files as servers send them, right and wrong."""

from __future__ import annotations

import gzip
import socket
from pathlib import Path

import pytest

from tests.vectorstore.fetch.network import PUBLIC, Network, fetched, refusal
from tests.vectorstore.fetch.web_server import WebServer, answer
from vectorstore.errors import UnreadableFile
from vectorstore.fetch import fetch


def test_a_file_is_what_the_server_sends(server: WebServer, tmp_path: Path) -> None:
    server.answers["/files/a.pdf"] = answer(b"%PDF-1.7 \x00\xff")
    got = fetch(server.url("/files/a.pdf?x=1#page=2"), tmp_path)
    assert got.name == got.path.name == "a.pdf"
    assert got.path.read_bytes() == b"%PDF-1.7 \x00\xff"
    assert tmp_path in got.path.parents
    assert server.requests[0].startswith("GET /files/a.pdf?x=1 HTTP/1.1\r\n")
    assert "policy-assistant" in server.requests[0]
    assert f"Host: 127.0.0.1:{server.port}\r\n" in server.requests[0]


def test_two_files_of_one_name_stay_two(server: WebServer, tmp_path: Path) -> None:
    server.answers |= {"/1/a.txt": answer(b"one"), "/2/a.txt": answer(b"two")}
    first, second = (fetch(server.url(f"/{i}/a.txt"), tmp_path) for i in (1, 2))
    assert (first.path.read_bytes(), second.path.read_bytes()) == (b"one", b"two")


def test_an_empty_file_is_left_to_the_readers(server: WebServer, tmp_path: Path) -> None:
    server.answers |= {
        "/a.txt": answer(),
        "/a.html": answer(b"", "Content-Type: text/html; charset=gbk", "Content-Encoding: gzip"),
    }
    assert fetched(server.url("/a.txt"), tmp_path) == b""
    assert fetched(server.url("/a.html"), tmp_path) == b""


def test_a_body_that_ends_with_its_connection(server: WebServer, tmp_path: Path) -> None:
    server.answers["/a.txt"] = b"HTTP/1.0 200 OK\r\n\r\ntext"
    assert fetched(server.url("/a.txt"), tmp_path) == b"text"


def test_a_body_in_chunks(server: WebServer, tmp_path: Path) -> None:
    server.answers["/a.txt"] = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n3\r\nand\r\n0\r\n\r\n"
    )
    assert fetched(server.url("/a.txt"), tmp_path) == b"textand"


def test_packed_answers_are_unpacked(server: WebServer, tmp_path: Path) -> None:
    text = bytes(range(256)) * 20_000
    server.answers |= {
        "/one": answer(gzip.compress(text), "Content-Encoding: GZIP"),
        "/two": answer(gzip.compress(text) + gzip.compress(b"end"), "Content-Encoding: x-gzip"),
        "/none": answer(b"text", "Content-Encoding: identity"),
    }
    assert fetched(server.url("/one"), tmp_path) == text
    assert fetched(server.url("/two"), tmp_path) == text + b"end"
    assert fetched(server.url("/none"), tmp_path) == b"text"


def test_more_than_declared_is_not_read(server: WebServer, tmp_path: Path) -> None:
    server.answers["/a"] = answer(b"text and more", length=4)
    assert fetched(server.url("/a"), tmp_path) == b"text"


def test_proxies_of_the_environment_are_not_asked(
    server: WebServer, inside: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, inside.url())
    server.answers["/a.txt"] = answer(b"text")
    assert fetched(server.url("/a.txt"), tmp_path) == b"text"
    assert inside.connections == 0


@pytest.mark.parametrize(
    ("status", "zh", "en"),
    [
        ("404 Not Found", "没有这个网页", "no such page"),
        ("410 Gone", "已被删除", "removed"),
        ("401 Unauthorized", "需要登录或不允许访问", "a login is needed"),
        ("403 Forbidden", "需要登录或不允许访问", "a login is needed"),
        ("429 Too Many Requests", "太频繁", "too many"),
        ("500 Internal Server Error", "对方服务器出错", "failed"),
        ("503 Service Unavailable", "对方服务器出错", "failed"),
        ("418 I'm a teapot", "没有给出文件", "no file"),
        ("204 No Content", "没有给出文件", "no file"),
        ("206 Partial Content", "没有给出文件", "no file"),
        ("300 Multiple Choices", "没有给出文件", "no file"),
        ("302 Found", "没有给出文件", "no file"),
    ],
)
def test_another_status_has_its_reason(
    status: str, zh: str, en: str, server: WebServer, tmp_path: Path
) -> None:
    server.answers["/a"] = answer(status=status)
    error = refusal(server.url("/a"), tmp_path)
    assert zh in error.message.zh
    assert en in error.message.en
    assert status[:3] in error.message.zh
    assert status[:3] in error.message.en


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = refusal(f"http://127.0.0.1:{unused.getsockname()[1]}/", tmp_path)
    assert "连接不上服务器 127.0.0.1" in error.message.zh


def test_the_next_address_of_a_host_is_tried(server: WebServer, tmp_path: Path, network: Network) -> None:
    network.names["school.example"] = [[PUBLIC, "127.0.0.1"]]
    server.answers["/"] = answer(b"text")
    assert fetched(server.url(host="school.example"), tmp_path) == b"text"


@pytest.mark.parametrize(
    "sent",
    [
        answer(b"ten bytes!", length=1_000),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\ntext\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntextmore\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"",
        answer(b"no gzip", "Content-Encoding: gzip"),
        answer(gzip.compress(b"text" * 99)[:-9], "Content-Encoding: gzip"),
        answer(b"\x1f", "Content-Encoding: gzip"),
        answer(b"text", "Content-Encoding: br"),
        answer(gzip.compress(gzip.compress(b"text")), "Content-Encoding: gzip, gzip"),
    ],
)
def test_a_broken_answer_is_refused(sent: bytes, server: WebServer, tmp_path: Path) -> None:
    server.answers["/a"] = sent
    error = refusal(server.url("/a"), tmp_path)
    assert "中断，或服务器的回答有误" in error.message.zh
    assert "broke off" in error.message.en


def test_a_folder_that_is_gone(server: WebServer, tmp_path: Path) -> None:
    server.answers["/a"] = answer(b"text")
    with pytest.raises(UnreadableFile, match="存不下来"):
        fetch(server.url("/a"), tmp_path / "gone")
