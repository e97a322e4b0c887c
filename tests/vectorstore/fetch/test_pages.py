"""Web pages, which keep the encoding that their header declares."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.vectorstore.fetch.network import fetched
from tests.vectorstore.fetch.web_server import WebServer, answer
from vectorstore.fetch import fetch
from vectorstore.readers import read_file

PAGE = "<html><body><p>各省、自治区、直辖市教育厅：学校的工作要求如下。</p></body></html>"


@pytest.mark.parametrize(
    "header", ["text/html; charset=gb2312", 'TEXT/HTML;charset="GBK"', "text/html; a=b; Charset=gbk"]
)
def test_the_encoding_that_only_the_header_knows(header: str, server: WebServer, tmp_path: Path) -> None:
    server.answers["/a"] = answer(PAGE.encode("gbk"), f"Content-Type: {header}")
    got = fetch(server.url("/a"), tmp_path)
    saved = got.path.read_bytes()
    assert saved.startswith(b'<meta charset="')
    assert saved.endswith(PAGE.encode("gbk"))
    assert "各省、自治区、直辖市教育厅" in read_file(got.path).text


@pytest.mark.parametrize(
    ("header", "page"),
    [
        ("text/html; charset=utf-8", b"<html><head><META Charset=gbk></head>"),
        ("text/html; charset=utf-8", b"<meta http-equiv='Content-Type' content='text/html; charset=gb2312'>"),
        ("text/html; charset=utf-8", b"\xef\xbb\xbf" + PAGE.encode()),
        ("text/html; charset=utf-16", PAGE.encode("utf-16")),
        ("text/html; charset=utf-16le", PAGE.encode("utf-16-le")),
        ("text/html; charset=nonsense", PAGE.encode()),
        ("text/html; charset=undefined", PAGE.encode()),
        ("text/html; charset=zip", PAGE.encode()),
        ('text/html; charset=""><script>', PAGE.encode()),
        ("text/html", PAGE.encode()),
        ("text/plain; charset=gbk", PAGE.encode("gbk")),
        ("application/pdf; charset=gbk", b"%PDF-1.7"),
        ("", PAGE.encode()),
    ],
)
def test_a_page_that_is_saved_as_it_is(header: str, page: bytes, server: WebServer, tmp_path: Path) -> None:
    server.answers["/a"] = answer(page, f"Content-Type: {header}")
    assert fetched(server.url("/a"), tmp_path) == page


def test_a_declaration_that_comes_too_late_for_the_reader(server: WebServer, tmp_path: Path) -> None:
    page = b"<html>" + b" " * 5_000 + b"<meta charset=gbk>" + b"x" * 100_000
    packed = gzip.compress(page)
    server.answers["/a"] = answer(packed, "Content-Type: text/html; charset=gbk", "Content-Encoding: gzip")
    assert fetched(server.url("/a"), tmp_path) == b'<meta charset="gbk">' + page
