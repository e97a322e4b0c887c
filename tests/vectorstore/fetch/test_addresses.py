"""Which addresses are asked for at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vectorstore.fetch.network import Network, refusal
from tests.vectorstore.fetch.web_server import WebServer, answer
from vectorstore.fetch import fetch, is_url


@pytest.mark.parametrize(
    "text", ["http://a.cn/", "https://a.cn", "HTTP://a.cn", "hTTps://10.1.2.3/通知.html"]
)
def test_an_address_of_the_web(text: str) -> None:
    assert is_url(text)


@pytest.mark.parametrize("text", ["a.pdf", "ftp://a.cn/", "file:///a", "http:/a", "/http://a", "", "https"])
def test_no_address_of_the_web(text: str) -> None:
    assert not is_url(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://", "https://", "http:///a", "http://[", "http://[::1", "http://[zz]/", "http://?a", "http://#a",
        "http://a:b/", "http://127.0.0.1:0/", "http://127.0.0.1:99999/", "http://127.0.0.1:-1/",
        "http://a b/", "http://a\nb/", "http://a/\x00", "http://999.1.1.1/", "http://xn--/", "http://xn--ÿ/",
        "http://" + "a" * 70 + ".cn/", "http://.a.cn/", "http://a..cn/", "http://./", "http://a%00b/",
        "http://通知\ud800/", "http://a/\ud800", "http://-通知-.cn/", "http://\u2003.cn/",
        "http://" + "长" * 99 + ".cn/",
        "http://a.invalid/", "http://a/" + "b" * 70_000, "//a/b", "a", "", "http:a", "://",
    ],
)  # fmt: skip
def test_a_wrong_address_is_refused_with_a_reason(url: str, tmp_path: Path, network: Network) -> None:
    network.names["a"] = [["127.0.0.1"]]
    error = refusal(url, tmp_path)
    assert "有效" in error.message.zh or "找不到服务器" in error.message.zh or "http" in error.message.zh
    assert not network.connected


@pytest.mark.parametrize(
    "url", ["ftp://a.cn/x", "file:///etc/passwd", "javascript:alert(1)", "data:,a", "unix:/x"]
)
def test_only_addresses_of_the_web(url: str, tmp_path: Path) -> None:
    error = refusal(url, tmp_path)
    assert "不是 http 或 https 网址" in error.message.zh
    assert "not an http or https address" in error.message.en


@pytest.mark.parametrize("given", ["user:secret@", "user@", ":secret@"])
def test_credentials_are_refused_and_not_repeated(given: str, server: WebServer, tmp_path: Path) -> None:
    error = refusal(server.url("/", host=f"{given}127.0.0.1"), tmp_path)
    assert "用户名或密码" in error.message.zh
    assert "secret" not in f"{error}{error.message.en}{error.hint.en}"
    assert server.connections == 0


def test_a_wrong_address_does_not_repeat_its_password(tmp_path: Path) -> None:
    assert "secret" not in refusal("http://user:secret@[/", tmp_path).message.zh


def test_a_host_in_chinese_is_asked_for_in_ascii(server: WebServer, tmp_path: Path, network: Network) -> None:
    network.names["xn--wcvs22d.xn--fiqs8s"] = [["127.0.0.1"]]
    server.answers["/"] = answer(b"text", "Content-Type: text/plain")
    assert fetch(server.url("/", host="教育.中国"), tmp_path).name == "教育.中国.txt"
    assert "Host: xn--wcvs22d.xn--fiqs8s:" in server.requests[0]
