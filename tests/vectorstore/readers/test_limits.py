"""What would take all memory is refused before it does, and files that are read side by side share it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from time import sleep
from zipfile import ZipFile

import openpyxl
import pytest

from tests.vectorstore.readers.hostile import refusal, word_package
from vectorstore.errors import UnreadableFile
from vectorstore.readers import read_file
from vectorstore.readers.process import sandbox


def test_merged_cells_over_a_whole_sheet_are_refused_before_they_are_made(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "教育"
    book.active.merge_cells("A1:C3")
    book.save(tmp_path / "merged.xlsx")
    wide = tmp_path / "wide.xlsx"
    with ZipFile(tmp_path / "merged.xlsx") as source, ZipFile(wide, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'"A1:C3"', b'"A1:XFD1048576"'))
    assert read_file(tmp_path / "merged.xlsx").text == "教育\n"
    assert "合并的单元格" in refusal(wide)


def test_a_long_cell_beside_thousands_of_rows_is_refused_before_it_is_written_out(tmp_path: Path) -> None:
    page = tmp_path / "tall.html"
    rows = "<tr><td>一</td></tr>" * 5_000
    first = f"<tr><td rowspan=5001>{'教育' * 5_000}</td><td>一</td></tr>"
    page.write_text(f"<html><body><table>{first}{rows}</table></body></html>", encoding="utf-8")
    assert "按每行各计一次" in refusal(page)


def test_what_fills_the_memory_is_told_as_such(tmp_path: Path) -> None:
    page = tmp_path / "greedy.html"
    page.write_bytes(b"<html><body>" + b"<p>a" * 3_000_000)
    assert "内存" in refusal(page)
    document = word_package(tmp_path / "greedy.docx", "<w:p/>" * 9_000_000)
    document.write_bytes(_stored(document))
    assert "内存" in refusal(document)


def _stored(package: Path) -> bytes:
    """The package without compression, which hides how much there is in it from no one."""
    saved = BytesIO()
    with ZipFile(package) as source, ZipFile(saved, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return saved.getvalue()


def test_scans_are_recognised_one_at_a_time_and_with_nothing_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = sandbox._Turns()
    held: list[int] = []
    most: list[int] = []

    def take(shares: int) -> None:
        with turns.take(shares):
            held.append(shares)
            most.append(sum(held))
            sleep(0.01)
            held.remove(shares)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(take, [1, 2, 1, 1, 2, 2, 1, 1]))
    assert max(most) == 2
    asked: list[int] = []
    taken = sandbox._turns.take

    def note(shares: int) -> AbstractContextManager[None]:
        asked.append(shares)
        return taken(shares)

    monkeypatch.setattr(sandbox._turns, "take", note)
    for scans in (0, 3):
        with pytest.raises(UnreadableFile):
            sandbox.run("read", Path("nothing.pdf"), scans=scans)
    assert asked == [1, 2]


@pytest.mark.parametrize("head", [b"MZ\x90\0\x03\0", b"\x7fELF\x02\x01"])
def test_a_program_is_called_one_whatever_its_name_says(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "policy.docx"
    path.write_bytes(head + os.urandom(500))
    assert "是程序" in refusal(path)
