"""Where a redirect may lead."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.vectorstore.fetch.network import PUBLIC, PUBLIC_TOO, Network, fetched, refusal
from tests.vectorstore.fetch.web_server import WebServer, answer, redirect
from vectorstore.fetch import fetch

NAME = "关于做好2026年工作的通知"


def test_redirects_on_the_same_server(server: WebServer, tmp_path: Path) -> None:
    server.answers |= {
        "/a": redirect("b"),
        "/b": redirect(f"//127.0.0.1:{server.port}/c?x=1"),
        "/c": redirect(server.url("/d/file.txt")),
        "/d/file.txt": answer(b"text"),
    }
    got = fetch(server.url("/a"), tmp_path)
    assert (got.name, got.path.read_bytes()) == ("file.txt", b"text")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_redirect_in_chinese_is_followed_byte_for_byte(
    encoding: str, server: WebServer, tmp_path: Path
) -> None:
    path = f"/{quote(NAME, encoding=encoding)}.txt"
    server.answers |= {"/a": redirect(f"/{NAME}.txt".encode(encoding)), path: answer(b"text")}
    assert fetch(server.url("/a"), tmp_path).name == f"{NAME}.txt"


def test_a_cookie_is_brought_back(server: WebServer, tmp_path: Path) -> None:
    server.answers |= {"/a": redirect("/b", "Set-Cookie: session=1; Path=/"), "/b": answer(b"text")}
    fetch(server.url("/a"), tmp_path)
    assert "session=1" in server.requests[1]


def test_as_many_redirects_as_are_allowed(server: WebServer, tmp_path: Path) -> None:
    server.answers |= {f"/{i}": redirect(f"/{i + 1}") for i in range(5)} | {"/5": answer(b"text")}
    assert fetched(server.url("/0"), tmp_path) == b"text"


def test_a_circle_of_redirects(server: WebServer, tmp_path: Path) -> None:
    server.answers |= {"/a": redirect("/b"), "/b": redirect("/a")}
    error = refusal(server.url("/a"), tmp_path)
    assert "跳转次数太多" in error.message.zh
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "0",
    ],
)
def test_a_redirect_to_another_server_inside_is_refused(
    host: str, server: WebServer, inside: WebServer, tmp_path: Path
) -> None:
    server.answers["/a"] = redirect(inside.url(host=host))
    began = time.monotonic()
    error = refusal(server.url("/a"), tmp_path)
    assert "内部网络" in error.message.zh or "有效" in error.message.zh or "找不到" in error.message.zh
    assert time.monotonic() - began < 10
    assert inside.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/", "http://100.100.100.200/", "https://10.0.0.1/", "http://[::1]/",
        "http://192.168.1.1:8080/", "http://[fe80::1]/", "http://[64:ff9b::10.0.0.1]/", "http://[::ffff:10.0.0.1]/",
    ],
)  # fmt: skip
def test_a_redirect_into_any_network_inside_is_refused(
    url: str, server: WebServer, tmp_path: Path, network: Network
) -> None:
    server.answers["/a"] = redirect(url)
    error = refusal(server.url("/a"), tmp_path)
    assert "跳转到了内部网络的地址" in error.message.zh
    assert "internal network" in error.message.en
    assert network.connected == [("127.0.0.1", server.port)]


@pytest.mark.parametrize(
    "to", ["ftp://a.cn/x", "file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)"]
)
def test_a_redirect_to_another_scheme_is_refused(to: str, server: WebServer, tmp_path: Path) -> None:
    server.answers["/a"] = redirect(to)
    error = refusal(server.url("/a"), tmp_path)
    assert "跳转" in error.message.zh
    assert "不是 http 或 https 网址" in error.message.zh


@pytest.mark.parametrize("to", ["http://", "http://[", "http://a:b/", "http://xn--/", b"http://\xff/"])
def test_a_redirect_to_nowhere_is_refused(to: str | bytes, server: WebServer, tmp_path: Path) -> None:
    server.answers["/a"] = redirect(to)
    error = refusal(server.url("/a"), tmp_path)
    assert "跳转" in error.message.zh or "找不到服务器" in error.message.zh


def test_a_redirect_with_credentials_is_refused(server: WebServer, tmp_path: Path) -> None:
    server.answers["/a"] = redirect(f"http://user:secret@127.0.0.1:{server.port}/")
    error = refusal(server.url("/a"), tmp_path)
    assert "用户名或密码" in error.message.zh
    assert "secret" not in str(error)
    assert server.connections == 1


def test_a_redirect_to_a_public_address_is_followed(
    server: WebServer, inside: WebServer, tmp_path: Path, network: Network
) -> None:
    """And connects to the address that was judged, under the name of the host."""
    network.names["public.example"] = [[PUBLIC]]
    network.routes[PUBLIC, 80] = inside.port
    server.answers["/a"] = redirect("http://public.example/")
    assert fetched(server.url("/a"), tmp_path) == b"secret"
    assert "Host: public.example\r\n" in inside.requests[0]
    assert network.connected[1:] == [(PUBLIC, 80)]


def test_a_host_that_becomes_internal_after_it_was_judged(
    server: WebServer, inside: WebServer, tmp_path: Path, network: Network
) -> None:
    network.names["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
    server.answers["/a"] = redirect(inside.url(host="rebinding.example"))
    assert "连接不上" in refusal(server.url("/a"), tmp_path).message.zh
    assert network.connected[1:] == [(PUBLIC, inside.port)]
    assert inside.connections == 0


def test_a_public_host_that_becomes_internal_between_redirects(
    server: WebServer, inside: WebServer, tmp_path: Path, network: Network
) -> None:
    """Also the host that was typed: it is asked for only once."""
    network.names["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
    network.routes[PUBLIC, inside.port] = server.port
    server.answers |= {"/a": redirect("/b"), "/b": answer(b"text")}
    assert fetched(inside.url("/a", host="rebinding.example"), tmp_path) == b"text"
    assert inside.connections == 0


def test_one_internal_address_among_public_ones_is_enough(
    server: WebServer, inside: WebServer, tmp_path: Path, network: Network
) -> None:
    network.names["mixed.example"] = [[PUBLIC, "10.0.0.1", PUBLIC_TOO]]
    server.answers["/a"] = redirect("http://mixed.example/")
    assert "内部网络" in refusal(server.url("/a"), tmp_path).message.zh
    assert len(network.connected) == 1


def test_a_host_that_is_typed_may_be_internal(server: WebServer, tmp_path: Path, network: Network) -> None:
    network.names["school.example"] = [["127.0.0.1"]]
    server.answers |= {"/a": redirect(server.url("/b", host="SCHOOL.example")), "/b": answer(b"text")}
    assert fetched(server.url("/a", host="school.example"), tmp_path) == b"text"
