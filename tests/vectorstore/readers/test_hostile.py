"""What a hostile or broken file does: it is refused with its reason, in bounded time and memory."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from time import monotonic

import msoffcrypto
import openpyxl
import pytest

from tests.vectorstore.readers import policies, printing
from tests.vectorstore.readers.hostile import WORD, paragraphs, refusal, word_package
from vectorstore.errors import UnreadableFile
from vectorstore.readers import ReadFile, read_file
from vectorstore.readers.process import sandbox

FORMATS = ("docx", "doc", "pdf", "ofd")
_BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


def test_an_empty_file_is_refused_as_empty(tmp_path: Path) -> None:
    for name in ("a.txt", "b.docx", "c.pdf"):
        (tmp_path / name).touch()
        assert "是空的" in refusal(tmp_path / name)


@pytest.mark.parametrize("form", ["docx", "doc", "ofd"])
def test_a_file_that_was_cut_off_is_refused_as_damaged(
    saved: dict[str, Path], tmp_path: Path, form: str
) -> None:
    whole = saved[form].read_bytes()
    for share in (0.1, 0.5, 0.95):
        cut = tmp_path / f"cut.{form}"
        cut.write_bytes(whole[: int(len(whole) * share)])
        assert "损坏" in refusal(cut)


@pytest.mark.parametrize("form", FORMATS)
def test_flipped_bytes_never_get_out_of_the_reading_process(
    saved: dict[str, Path], tmp_path: Path, form: str
) -> None:
    random = Random(form)
    whole = saved[form].read_bytes()
    for number in range(6):
        damaged = bytearray(whole)
        for _ in range(4**number):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        path = tmp_path / f"{number}.{form}"
        path.write_bytes(damaged)
        with suppress(UnreadableFile):
            file = read_file(path)
            assert all(
                file.text[c.start : c.end] == c.text for t in file.tables for r in t.rows for c in r.cells
            )


@pytest.mark.parametrize("form", ["docx", "doc", "pdf", "ofd", "html"])
@pytest.mark.parametrize("name", ["policy.txt", "policy.xlsx", "policy"])
def test_the_content_decides_and_not_the_name(
    saved: dict[str, Path], tmp_path: Path, form: str, name: str
) -> None:
    renamed = tmp_path / name
    renamed.write_bytes(saved[form].read_bytes())
    assert read_file(renamed).text == read_file(saved[form]).text


def test_text_that_calls_itself_a_document_is_read_as_text(saved: dict[str, Path], tmp_path: Path) -> None:
    renamed = tmp_path / "policy.docx"
    renamed.write_bytes(saved["txt"].read_bytes())
    assert read_file(renamed) == ReadFile(text=policies.as_text())


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"{\\rtf1\\ansi hello}", "RTF"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "PNG"),
        (b"Rar!\x1a\x07\x00" + b"0" * 99, "RAR"),
    ],
)
def test_a_format_that_nobody_reads_is_named(tmp_path: Path, data: bytes, found: str) -> None:
    path = tmp_path / "policy.doc"
    path.write_bytes(data)
    assert found in refusal(path)


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_office_files_with_a_password_are_refused_as_such(
    saved: dict[str, Path], tmp_path: Path, form: str
) -> None:
    plain = saved["docx"]
    if form == "xlsx":
        plain = tmp_path / "plain.xlsx"
        openpyxl.Workbook().save(plain)
    locked = tmp_path / f"locked.{form}"
    with plain.open("rb") as source, locked.open("wb") as target:
        msoffcrypto.OfficeFile(source).encrypt("开门", target)
    assert "密码" in refusal(locked)


def test_a_word_97_file_with_a_password_is_refused_as_such(saved: dict[str, Path], tmp_path: Path) -> None:
    data = bytearray(saved["doc"].read_bytes())
    start = data.index(b"\xec\xa5")  # the beginning of the stream that says how the file is stored
    data[start + 11] |= 0x01
    locked = tmp_path / "locked.doc"
    locked.write_bytes(data)
    assert "密码" in refusal(locked)


def test_entities_are_refused_before_they_unfold(tmp_path: Path) -> None:
    bomb = f'<!DOCTYPE w [<!ENTITY e0 "ha">{_BOMB}]>'
    assert "实体" in refusal(word_package(tmp_path / "bomb.docx", paragraphs("&e11;"), bomb))
    outside = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    assert "实体" in refusal(word_package(tmp_path / "outside.docx", paragraphs("&x;"), outside))
    late = "<!-- " + "x" * 4_000 + " -->" + outside
    assert "实体" in refusal(word_package(tmp_path / "late.docx", paragraphs("&x;"), late))


def test_a_package_that_unfolds_to_an_enormous_size_is_refused_before_it_does(tmp_path: Path) -> None:
    zeros = {"word/media/a.bin": bytes(99_000_000)}
    assert "庞大" in refusal(word_package(tmp_path / "big.docx", paragraphs("正文"), members=zeros))
    many = {f"word/{number}.xml": b"<a/>" for number in range(6_000)}
    assert "庞大" in refusal(word_package(tmp_path / "many.docx", paragraphs("正文"), members=many))


def test_a_size_that_the_package_lies_about_does_not_matter(tmp_path: Path) -> None:
    path = word_package(tmp_path / "liar.docx", paragraphs("教育" * 2_000_000))
    data = path.read_bytes()
    size = len(f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body></w:body></w:document>'.encode())
    size += len(paragraphs("教育" * 2_000_000).encode())
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little")))
    assert "损坏" in refusal(path)


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = "<w:sdt>" * 100_000 + paragraphs("正文") + "</w:sdt>" * 100_000
    assert "嵌套过深" in refusal(word_package(tmp_path / "deep.docx", deep))


def test_a_document_of_ten_million_characters_is_refused_for_its_length(tmp_path: Path) -> None:
    text = tmp_path / "long.txt"
    text.write_text("教育" * 5_000_000, encoding="utf-8")
    assert "300 万字" in refusal(text)
    random = Random(1)
    words = ["".join(chr(random.randrange(0x4E00, 0x9FA5)) for _ in range(1_000)) for _ in range(500)]
    long = "".join(paragraphs(words[random.randrange(500)]) for _ in range(10_000))
    assert "300 万字" in refusal(word_package(tmp_path / "long.docx", long))
    page = tmp_path / "long.html"
    page.write_text("<html><body>" + f"<p>{'教育' * 1_000}</p>" * 5_000, encoding="utf-8")
    assert "300 万字" in refusal(page)


def test_cells_that_claim_to_span_millions_cost_nothing(tmp_path: Path) -> None:
    page = tmp_path / "wide.html"
    cells = '<td colspan="1000" rowspan="9999">教育</td>' * 30
    page.write_text(f"<html><body><table>{f'<tr>{cells}</tr>' * 300}</table></body></html>", encoding="utf-8")
    started = monotonic()
    assert read_file(page).text.count("教育") == 9_000
    assert monotonic() - started < 20


def test_a_sheet_with_cells_at_its_far_corners_is_lines(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("远角", 0)
    sheet["A1"], sheet["XFD1048576"] = "左上", "右下"
    book.save(tmp_path / "corners.xlsx")
    assert read_file(tmp_path / "corners.xlsx").text == "远角\n左上\n右下\n"


def _looping_pdf() -> bytes:
    """The cross-reference points to itself as to what came before it."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\n"
        b"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 3/Prev 104>>\nstartxref\n104\n%%EOF"
    )


def _dense_pdf() -> bytes:
    """A page whose drawing unfolds a thousandfold."""
    stream = zlib.compress(b"0 0 m 9 9 l S " * 6_000_000, 9)
    body = (
        b"%%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n" % (len(stream), stream)
    )
    return body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"


@pytest.mark.parametrize("make", [_looping_pdf, _dense_pdf, lambda: b"%PDF-1.7\n" + os.urandom(5_000)])
def test_a_hostile_pdf_is_refused(tmp_path: Path, make: Callable[[], bytes]) -> None:
    path = tmp_path / "hostile.pdf"
    path.write_bytes(make())
    assert refusal(path)


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = printing.canvas(tmp_path / "slow.pdf")
    for _ in range(100):
        pdf.setFont(printing.FONT, 8)
        for line in range(90):
            pdf.drawString(72, 800 - 8 * line, "教育" * 25)
        pdf.showPage()
    pdf.save()
    monkeypatch.setattr(sandbox, "_SECONDS", 0.3)
    assert "限制" in refusal(tmp_path / "slow.pdf")


def test_the_reading_process_gets_none_of_the_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "POLICY_ASSISTANT_API_KEYS"):
        monkeypatch.setenv(name, "secret")
    assert "secret" not in sandbox._environment().values()


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert refusal(tmp_path / "pipe.txt")
    assert refusal(tmp_path)
    assert refusal(tmp_path / "missing.docx")


def test_a_code_file_beside_the_document_is_never_run(
    saved: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("lxml", "olefile", "zipfile", "json"):
        (tmp_path / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (tmp_path / "policy.docx").write_bytes(saved["docx"].read_bytes())
    monkeypatch.chdir(tmp_path)
    assert read_file(Path("policy.docx")).text == read_file(saved["docx"]).text
    assert not (tmp_path / "ran").exists()


def test_a_name_with_spaces_quotes_and_chinese_is_a_name_like_others(
    saved: dict[str, Path], tmp_path: Path
) -> None:
    odd = tmp_path / "--help 通知 '\"$(touch x);.docx"
    odd.write_bytes(saved["docx"].read_bytes())
    assert read_file(odd).text == read_file(saved["docx"]).text
