"""What a download is called."""

from __future__ import annotations

import time
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.vectorstore.fetch.web_server import WebServer, answer
from vectorstore.fetch import fetch

NAME = "关于做好2026年工作的通知"
PDF = f"{NAME}.pdf"


def in_base64(name: str, encoding: str) -> str:
    return f"=?{encoding}?B?{b64encode(name.encode(encoding)).decode()}?="


@pytest.mark.parametrize(
    "given",
    [
        f"filename*=UTF-8''{quote(PDF)}",
        f"filename=\"a.pdf\"; filename*=utf-8'zh-CN'{quote(PDF)}",
        f"filename*=UTF-8''{quote(PDF)}; filename=a.pdf",
        f"filename*=GBK''{quote(PDF, encoding='gbk')}",
        f"filename*=nonsense''{quote(PDF)}",
        f"filename* = \"UTF-8''{quote(PDF)}\"",
        f'filename="{quote(PDF)}"',
        f"filename={quote(PDF)}",
        f'filename="{quote(PDF, encoding="gbk")}"',
        f'filename="{PDF}"',
        f"FileName={PDF} ; size=3",
        f'filename="{PDF}"'.encode("gbk"),
        f"filename={PDF}".encode("gbk"),
        f'filename="{in_base64(PDF, "utf-8")}"',
        f'filename="{in_base64(PDF, "gb2312")}"',
        f'filename="C:\\文件\\{PDF}"',
        f'filename="../../文件/{PDF}"',
        f'filename="..%2f..%2F{quote(PDF)}"',
        f"filename*=UTF-8''..%2F..%5C{quote(PDF)}%00",
        f"filename*=''; filename=\"{PDF}\"",
        f"filename*=UTF-8''..; filename=\"..{PDF}..\"",
        f'filename="\u202e{PDF}\u200b"',
    ],
)
def test_the_name_in_every_spelling(given: str | bytes, server: WebServer, tmp_path: Path) -> None:
    raw = given.encode() if isinstance(given, str) else given
    server.answers["/download.jsp"] = answer(b"text", b"Content-Disposition: attachment; " + raw)
    assert fetch(server.url("/download.jsp"), tmp_path).name == PDF


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"/a/{NAME}.html", f"{NAME}.html"),
        (f"/a/{quote(NAME)}.html?id=/b/c.doc", f"{NAME}.html"),
        (f"/a/{quote(NAME, encoding='gbk')}.doc", f"{NAME}.doc"),
        ("/a%2Fb%5Cc.doc", "c.doc"),
        ("/%2e%2e%2f..", "127.0.0.1.txt"),
        ("/a%00%0a%1b%5B2J.doc", "a[2J.doc"),
        ("/.htaccess.doc", "htaccess.doc"),
        ("/a%3Ab%2A%3Fc%22.doc", "a_b__c_.doc"),
        ("/CON", "_CON.txt"),
        ("/nul.doc", "_nul.doc"),
        ("/com1 .doc", "_com1.doc"),
        ("/console.doc", "console.doc"),
        ("/", "127.0.0.1.txt"),
        ("/a/", "127.0.0.1.txt"),
        ("/%20.%20", "127.0.0.1.txt"),
        ("/a", "a.txt"),
        ("/教育部令第2.1号", "教育部令第2.1号.txt"),
        ("/download.jsp", "download.jsp.txt"),
        ("/show.ASPX", "show.ASPX.txt"),
        ("/a.doc", "a.doc"),
        ("/" + "长" * 99 + ".docx", "长" * 48 + ".docx"),
        ("/" + "长" * 99, "长" * 48 + ".txt"),
        ("/" + "a" * 9_999 + ".doc", "a" * 146 + ".doc"),
        ("/" + "." * 9_999 + "doc", "doc.txt"),
    ],
)
def test_the_name_by_the_address(path: str, name: str, server: WebServer, tmp_path: Path) -> None:
    url = httpx.URL(server.url(path))
    sent = answer(b"text", "Content-Type: text/plain")
    server.answers[url.raw_path.decode().partition("?")[0]] = sent
    got = fetch(server.url(path), tmp_path)
    assert got.name == name
    assert len(got.name.encode()) <= 150
    assert got.path.parent.parent == tmp_path


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        ("text/html", ".html"),
        ("Text/HTML; charset=utf-8", ".html"),
        ("application/pdf", ".pdf"),
        ("application/ofd", ".ofd"),
        ("application/msword", ".doc"),
        ("application/vnd.ms-excel", ".xls"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
        ("application/zip", ".zip"),
        ("application/octet-stream", ""),
        ("", ""),
    ],
)
def test_a_suffix_by_the_content_type(kind: str, suffix: str, server: WebServer, tmp_path: Path) -> None:
    server.answers["/通知"] = answer()
    server.answers["/%E9%80%9A%E7%9F%A5"] = answer(b"", f"Content-Type: {kind}")
    assert fetch(server.url("/通知"), tmp_path).name == f"通知{suffix}"


@pytest.mark.parametrize(
    "given",
    [
        '"' + "\\" * 50_000,
        "filename=" * 9_000,
        '"' + "=?a?q?" * 9_000,
        "a" + " " * 50_000 + "a",
        "filename*='" * 9_000,
    ],
)
def test_a_name_that_means_to_keep_us_busy(given: str, server: WebServer, tmp_path: Path) -> None:
    server.answers["/a"] = answer(b"", f"Content-Disposition: attachment; filename={given}")
    began = time.monotonic()
    assert fetch(server.url("/a"), tmp_path).name
    assert time.monotonic() - began < 10  # of minutes
