"""Scans: read by optical recognition where that is installed, refused or told where it is not."""

from __future__ import annotations

from bisect import bisect_right
from difflib import SequenceMatcher
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.vectorstore.readers import policies, printing, writers
from tests.vectorstore.readers.watching import watched
from vectorstore import readers
from vectorstore.errors import UnreadableFile
from vectorstore.readers import read_file

SENTENCE = "健全教师交流轮岗制度，推动优质学校与薄弱学校结对帮扶，切实缩小校际差距。"
needs_recognition = pytest.mark.skipif(
    find_spec("rapidocr") is None, reason="needs the extra: pip install 'policy-assistant[ocr]'"
)


@pytest.fixture(scope="module")
def scanned(saved: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first page of the policy, and that with the table."""
    target = tmp_path_factory.mktemp("scan") / "scan.pdf"
    file = read_file(saved["pdf"])
    return writers.scan(saved["pdf"], target, (0, bisect_right(file.pages, file.tables[0].start) - 1))


@needs_recognition
def test_a_scan_is_recognised_with_its_table_and_pages(scanned: Path) -> None:
    with watched() as peak:
        file = read_file(scanned)
    assert (peak[0] > 0) is Path("/proc/self").exists()
    assert peak[0] < 1_900_000_000
    assert len(file.pages) == 2
    found = "".join(file.text[: file.pages[1]].split())
    written = "".join(policies.LINES)[: len(found)]
    assert SequenceMatcher(None, found, written, autojunk=False).ratio() > 0.99
    (table,) = file.tables
    assert table.header == policies.HEADER[1:]
    assert [tuple(cell.text for cell in row.cells) for row in table.rows] == [
        row[1:] for row in policies.ROWS
    ]
    assert all(file.text[cell.start : cell.end] == cell.text for row in table.rows for cell in row.cells)


@needs_recognition
@pytest.mark.parametrize("quarters", [1, 2])
def test_a_page_on_its_side_or_its_head_is_turned(tmp_path: Path, quarters: int) -> None:
    pdf = printing.canvas(tmp_path / "source.pdf")
    printing.draw(pdf, printing.paragraph(SENTENCE))
    pdf.save()
    turned = writers.scan(tmp_path / "source.pdf", tmp_path / "turned.pdf", (0,), quarters=quarters)
    assert read_file(turned).text == SENTENCE + "\n"


def test_without_recognition_a_scan_is_refused_and_the_extra_named(
    scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "_RECOGNISER", "not_installed_anywhere")
    with pytest.raises(UnreadableFile) as caught:
        read_file(scanned)
    assert "扫描件" in caught.value.message.zh
    assert "policy-assistant[ocr]" in caught.value.hint.zh


def test_without_recognition_scans_among_pages_of_text_are_told(
    saved: dict[str, Path], scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pypdfium2

    mixed = tmp_path / "mixed.pdf"
    with pypdfium2.PdfDocument(saved["pdf"]) as text, pypdfium2.PdfDocument(scanned) as pictures:
        text.import_pages(pictures)
        text.save(str(mixed))
    monkeypatch.setattr(readers, "_RECOGNISER", "not_installed_anywhere")
    file = read_file(mixed)
    assert file.text == read_file(saved["pdf"]).text
    assert "2 页是扫描图像" in file.notices[0].zh
    assert len(file.pages) == len(read_file(saved["pdf"]).pages) + 2


def test_more_scans_than_can_be_recognised_in_time_are_refused(
    scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "_RECOGNISER", "json")
    with pytest.raises(UnreadableFile, match="1 页扫描图像"):
        read_file(scanned, most_scans=1)
