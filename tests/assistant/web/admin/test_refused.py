"""What is not taken from a browser: programs, unknown kinds, too much, and names that are more than names."""

from __future__ import annotations

import socket

import pytest

from assistant.setup.settings import Settings
from tests.assistant.web.admin.papers import BUS, DORMITORY
from tests.assistant.web.admin.person import Person


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("大.pdf", b"%PDF-" + bytes(60 * 1024 * 1024), "超过 50 MB"),
        ("程序.exe", b"MZ\x90\0", "是程序"),
        ("通知.docx", b"\x7fELF\x02\x01", "是程序"),
        ("脚本.txt", b"#!/bin/sh\nrm -r /", "是程序"),
        ("照片.jpg", b"\xff\xd8\xff\xe0", "格式不支持"),
        ("目录.toml", b"[[document]]", "格式不支持"),
        ("空.txt", b"", "是空的"),
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(
    person: Person, admin_settings: Settings, name: str, content: bytes, said: str
) -> None:
    page = person.upload((name, content))

    assert page.status_code == 422
    assert f"{name} " in page.text
    assert said in page.text
    assert not any((admin_settings.data_dir / "staging").glob("*/*"))


def test_no_file_and_far_too_much_are_told(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "没有选择文件" in person.upload(("", b"")).text

    monkeypatch.setattr("assistant.web.door.middleware.MAX_UPLOAD_BYTES", 1024)
    page = person.upload(("大.txt", bytes(4096)))
    assert page.status_code == 413
    assert "请分几次上传" in page.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\CON.txt", "_CON.txt"),
        ("/abs/a\u202egnp.txt", "agnp.txt"),
        ("README.md", "_README.md"),
        ("lunch.txt", "lunch-2.txt"),
        ("catalog.toml.txt", "catalog.toml.txt"),
        ("<b>&.txt", "_b_&amp;.txt"),
    ],
)
def test_names_are_only_names(person: Person, admin_settings: Settings, given: str, kept: str) -> None:
    preview = person.upload((given, BUS.encode()))
    if given != kept:
        assert f"将存为 {kept}" in preview.text
        preview = person.wait(person.get(preview.text.split('href="')[-2].split('"')[0]))

    assert f"<span>{kept}</span>" in preview.text
    folder = admin_settings.data_dir / "staging" / preview.url.path.rpartition("/")[2]
    assert len([path for path in folder.iterdir() if path.is_file()]) == 1
    person.post(f"{preview.url.path}/discard")
    assert not folder.exists()


def test_two_files_of_one_name_are_both_kept(person: Person) -> None:
    page = person.upload(("a.txt", BUS.encode()), ("A.txt", DORMITORY.encode()))

    assert "A.txt 将存为 A-2.txt" in page.text


@pytest.mark.parametrize("number", ["nothing", "..", "%2e%2e", "0" * 16, "0" * 15 + "/../x"])
def test_an_upload_that_is_not_there_is_told(person: Person, number: str) -> None:
    for path in (f"/admin/uploads/{number}/save", f"/admin/uploads/{number}/discard"):
        assert person.post(path).status_code in (404, 405)


def test_nothing_is_read_of_an_upload_without_a_session(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    head = "POST /admin/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 403")
