"""Archives: each document on its own, what is not wanted refused one by one."""

from __future__ import annotations

import stat
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from vectorstore.errors import UnreadableFile
from vectorstore.readers import Unpacked, read_file, unpack

NAME = "关于课后服务的通知.txt"
TEXT = "一、总体要求。现就做好课后服务工作通知如下。\n"


def pack(path: Path, members: dict[str, bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def unpacked_into(folder: Path, path: Path) -> Unpacked:
    unpacked = unpack(path, folder)
    assert unpacked is not None
    return unpacked


def test_documents_come_out_under_names_of_ours_in_the_order_of_theirs(
    saved: dict[str, Path], tmp_path: Path
) -> None:
    members = {
        "b/" + NAME: TEXT.encode(),
        "a.docx": saved["docx"].read_bytes(),
        "__MACOSX/._a.docx": b"x",
        "b/.DS_Store": b"x",
    }
    unpacked = unpacked_into(tmp_path, pack(tmp_path / "all.zip", members))
    assert unpacked.refused == ()
    assert [name for name, _ in unpacked.files] == ["a.docx", "b/" + NAME]
    assert [path.name for _, path in unpacked.files] == ["1.docx", "2.txt"]
    assert [read_file(path).text for _, path in unpacked.files] == [read_file(saved["docx"]).text, TEXT]


def test_names_that_chinese_windows_wrote_are_read(tmp_path: Path) -> None:
    path = tmp_path / "windows.zip"
    with ZipFile(path, "w") as archive:
        info = ZipInfo("x" * len(NAME.encode("gbk")))
        archive.writestr(info, TEXT)
    path.write_bytes(path.read_bytes().replace(info.filename.encode(), NAME.encode("gbk")))
    assert [name for name, _ in unpacked_into(tmp_path, path).files] == [NAME]


def test_members_that_cannot_be_trusted_are_refused_and_the_others_go_in(tmp_path: Path) -> None:
    inner = pack(tmp_path / "inner.zip", {"a.txt": TEXT.encode()}).read_bytes()
    members = {
        "../../escape.txt": b"x",
        "/etc/absolute.txt": b"x",
        "C:\\win.txt": b"x",
        "inner.zip": inner,
        NAME: TEXT.encode(),
    }
    path = pack(tmp_path / "bad.zip", members)
    link = ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    folder = tmp_path / "out"
    folder.mkdir()
    unpacked = unpacked_into(folder, path)
    assert [name for name, _ in unpacked.files] == [NAME]
    reasons = {name: error.message.zh for name, error in unpacked.refused}
    assert set(reasons) == {"../../escape.txt", "/etc/absolute.txt", "C:/win.txt", "inner.zip", "link.txt"}
    assert "压缩包之外" in reasons["../../escape.txt"]
    assert "压缩包里的压缩包" in reasons["inner.zip"]
    assert "符号链接" in reasons["link.txt"]
    assert not list(tmp_path.parent.glob("escape.txt"))


@pytest.mark.parametrize("members", [{"a.bin": bytes(99_000_000)}, {f"{n}.txt": b"x" for n in range(5_001)}])
def test_a_bomb_is_refused_as_a_whole(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableFile, match="庞大"):
        unpack(pack(tmp_path / "bomb.zip", members), tmp_path)


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "cut.zip", {NAME: TEXT.encode() * 100})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableFile, match="损坏"):
        unpack(path, tmp_path)


def test_a_member_with_a_password_is_refused_by_name(tmp_path: Path) -> None:
    path = pack(tmp_path / "locked.zip", {NAME: TEXT.encode()})
    data = bytearray(path.read_bytes())
    for start, offset in ((data.index(b"PK\x03\x04"), 6), (data.index(b"PK\x01\x02"), 8)):
        data[start + offset] |= 1
    path.write_bytes(data)
    ((name, error),) = unpacked_into(tmp_path, path).refused
    assert name == NAME
    assert "密码" in error.message.zh


@pytest.mark.parametrize("form", ["docx", "txt", "pdf"])
def test_any_other_file_is_no_archive(saved: dict[str, Path], tmp_path: Path, form: str) -> None:
    path = saved[form]
    assert unpack(path, tmp_path) is None


def test_a_document_that_calls_itself_an_archive_is_none(saved: dict[str, Path], tmp_path: Path) -> None:
    renamed = tmp_path / "policy.zip"
    renamed.write_bytes(saved["docx"].read_bytes())
    assert unpack(renamed, tmp_path) is None


def test_reading_an_archive_as_a_document_says_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="压缩包"):
        read_file(pack(tmp_path / "all.zip", {NAME: TEXT.encode()}))
