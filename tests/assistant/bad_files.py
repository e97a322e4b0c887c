"""A folder of files that nobody should trust, and of some that are odd but good, by real writers."""

from __future__ import annotations

import os
import stat
import struct
import zlib
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
import msoffcrypto
import openpyxl
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_FONT = "STSong-Light"
_MEGABYTE = 1_000_000
_TITLE = "关于做好{0}工作的通知"
_ARTICLES = "第一条 学校应当做好{0}工作，由教务处负责。\n第二条 {0}工作的经费列入年度预算。\n"


def words(topic: str) -> str:
    """A short document about something."""
    return f"{_TITLE}\n{_ARTICLES}".format(topic)


def word_bytes(topic: str) -> bytes:
    """That document as python-docx saves it."""
    document, saved = docx.Document(), BytesIO()
    for line in words(topic).splitlines():
        document.add_paragraph(line)
    document.save(saved)
    return saved.getvalue()


def sheet_bytes(topic: str) -> bytes:
    """A table of tasks as openpyxl saves it."""
    book, saved = openpyxl.Workbook(), BytesIO()
    for row in (("任务", "单位"), (f"{topic}工作", "教务处"), (f"{topic}经费", "财务处")):
        book.active.append(row)
    book.save(saved)
    return saved.getvalue()


def pdf_bytes(topic: str, *, pages: int = 1, password: str = "") -> bytes:
    """A PDF with text on each page, as reportlab draws it."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    saved = BytesIO()
    encryption = StandardEncryption(password) if password else None
    pdf = Canvas(saved, encrypt=encryption)
    for page in range(pages):
        pdf.setFont(_FONT, 16)
        lines = [f"{topic}学校，"] if page else words(topic).splitlines()
        for number, line in enumerate(
            lines, start=page % 20
        ):  # on one height they would be taken for headers
            pdf.drawString(72, 760 - 28 * number, line)
        pdf.showPage()
    pdf.save()
    return saved.getvalue()


def scan_bytes(pages: int = 1) -> bytes:
    """A PDF whose pages are pictures of text, as a copier makes it."""
    import pypdfium2

    saved = BytesIO()
    pdf = Canvas(saved)
    with pypdfium2.PdfDocument(pdf_bytes("扫描")) as drawn:
        picture = ImageReader(drawn[0].render(scale=100 / 72, grayscale=True).to_pil())
    for _ in range(pages):
        pdf.drawImage(picture, 0, 0, 595, 842)
        pdf.showPage()
    pdf.save()
    return saved.getvalue()


def locked(office: bytes) -> bytes:
    """An office file with a password."""
    saved = BytesIO()
    msoffcrypto.OfficeFile(BytesIO(office)).encrypt("开门", saved)
    return saved.getvalue()


def picture_bytes() -> bytes:
    """A PNG of one white point."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    inner = part(b"IHDR", size) + part(b"IDAT", zlib.compress(b"\0\xff")) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + inner


def program_bytes() -> bytes:
    """How a program for Windows begins."""
    return b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + Random(1).randbytes(50_000)


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """A zip of these members."""
    saved = BytesIO()
    with ZipFile(saved, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return saved.getvalue()


def word_package(body: str, before: str = "") -> bytes:
    """A DOCX with this XML in its body, and this in front of it."""
    main = f'<?xml version="1.0"?>{before}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    relation = '<Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/>'
    return zip_bytes(
        {
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": f"<Relationships>{relation}</Relationships>".encode(),
            "word/document.xml": main.encode(),
        }
    )


def paragraph(text: str) -> str:
    """A paragraph of Word."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def with_macros() -> bytes:
    """A DOCM: a document with the file that holds its macros."""
    saved = BytesIO()
    with ZipFile(BytesIO(word_bytes("宏"))) as plain, ZipFile(saved, "w", ZIP_DEFLATED) as package:
        for name in plain.namelist():
            kind = b"application/vnd.ms-word.document.macroEnabled.main+xml"
            old = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
            package.writestr(name, plain.read(name).replace(old, kind))
        package.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(2_000))
    return saved.getvalue()


def with_large_member() -> bytes:
    """A DOCX with a picture of 300 MB, which are all zeros."""
    saved = BytesIO(word_bytes("炸弹"))
    with (
        ZipFile(saved, "a", ZIP_DEFLATED, compresslevel=1) as package,
        package.open("word/media/picture.bin", "w", force_zip64=True) as member,
    ):
        for _ in range(300):
            member.write(bytes(_MEGABYTE))
    return saved.getvalue()


def boundless_sheet() -> bytes:
    """An XLSX that claims a million rows by 16,384 columns, and merges all of them."""
    saved = BytesIO()
    with ZipFile(BytesIO(sheet_bytes("无边"))) as plain, ZipFile(saved, "w", ZIP_DEFLATED) as package:
        for name in plain.namelist():
            data = plain.read(name)
            if name.endswith("sheet1.xml"):
                merged = b'<mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>'
                data = data.replace(b"</sheetData>", b"</sheetData>" + merged)
                data = data.replace(b'ref="A1:B3"', b'ref="A1:XFD1048576"')
            package.writestr(name, data)
    return saved.getvalue()


def laughs(*, quadratic: bool = False) -> bytes:
    """A DOCX whose entities unfold a billionfold, or one long one a thousandfold."""
    inner = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    if quadratic:
        return word_package(paragraph("&e;" * 20_000), f'<!DOCTYPE w [<!ENTITY e "{"哈" * 50_000}">]>')
    return word_package(paragraph("&e9;"), f'<!DOCTYPE w [<!ENTITY e0 "哈">{inner}]>')


def repeating_page() -> bytes:
    """A page with one long cell beside thousands of rows, each of which it belongs to."""
    rows = "<tr><td>一</td></tr>" * 9_000
    first = f"<tr><td rowspan=9001>{'教育' * 400_000}</td><td>一</td></tr>"
    return f"<html><body><table>{first}{rows}</table></body></html>".encode()


def greedy_page() -> bytes:
    """A page of three million elements, which take far more memory than their letters."""
    return b"<html><body>" + b"<p>a" * 3_000_000


def long_text() -> str:
    """Ten million characters that hardly pack."""
    random = Random(1)
    lines = ["".join(map(chr, random.choices(range(0x4E00, 0x9FA5), k=999))) for _ in range(500)]
    return "".join(f"{random.choice(lines)}\n" for _ in range(10_000))


def escaping_archive() -> bytes:
    """A zip with a good document, and names and links that lead out of it."""
    saved = BytesIO()
    with ZipFile(saved, "w", ZIP_DEFLATED) as archive:
        archive.writestr("good.txt", words("压缩包"))
        for name in ("../../up.txt", "/tmp/absolute.txt", "C:\\windows.txt"):
            archive.writestr(name, words("越界"))
        link = ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/hostname")
        archive.writestr("inner.zip", zip_bytes({"deep.txt": words("套娃").encode()}))
    return saved.getvalue()


def locked_archive() -> bytes:
    """A zip that says its member needs a password."""
    data = bytearray(zip_bytes({"secret.txt": words("密码").encode()}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 0x1
    return bytes(data)


def make(folder: Path) -> None:
    """Write all of them."""
    for name, data in (_readable_at_most() | _hostile()).items():
        (folder / name).write_bytes(data)
    os.mkfifo(folder / "pipe.txt")
    (folder / "dangling.docx").symlink_to(folder / "nowhere.docx")
    outside = folder.with_name("outside.txt")
    outside.write_text(words("外部"), encoding="utf-8")
    (folder / "outside.txt").symlink_to(outside)
    (folder / "upward").symlink_to(folder.parent)
    (folder / os.fsdecode("公文.txt".encode("gbk"))).write_bytes(words("文件名").encode())
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(8_000 * _MEGABYTE)


def _readable_at_most() -> dict[str, bytes]:
    """Good, cut off, locked, or under a wrong name."""
    return {
        "good1.txt": words("阅读").encode(),
        "good2.docx": word_bytes("午餐"),
        "good3.pdf": pdf_bytes("体育"),
        "empty.docx": b"",
        "cut.docx": word_bytes("截断")[:9_000],
        "cut.xlsx": sheet_bytes("截断")[:2_000],
        "cut.pdf": pdf_bytes("截断")[:900],
        "cut.zip": zip_bytes({"a.txt": words("截断").encode() * 50})[:-30],
        "locked.docx": locked(word_bytes("密码")),
        "locked.xlsx": locked(sheet_bytes("密码")),
        "locked.pdf": pdf_bytes("密码", password="开门"),
        "locked.zip": locked_archive(),
        "word.pdf": word_bytes("改名"),
        "printed.docx": pdf_bytes("改名"),
        "picture.pdf": picture_bytes(),
        "program.docx": program_bytes(),
    }


def _hostile() -> dict[str, bytes]:
    """Far more than it seems, or what tries to be."""
    text = long_text()
    return {
        "macros.docm": with_macros(),
        "500pages.pdf": pdf_bytes("长篇", pages=500),
        "utf16.txt": words("编码").encode("utf-16-le"),
        "bomb.docx": with_large_member(),
        "bomb.zip": zip_bytes({"zeros.txt": bytes(60 * _MEGABYTE)}),
        "escape.zip": escaping_archive(),
        "laughs.docx": laughs(),
        "quadratic.docx": laughs(quadratic=True),
        "laughs.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "deep.docx": word_package("<w:sdt>" * 100_000 + paragraph("深") + "</w:sdt>" * 100_000),
        "deep.html": ("<html><body>" + "<div>" * 100_000 + words("深层") + "</div>" * 100_000).encode(),
        "deep.xml": ('<?xml version="1.0"?>' + "<a>" * 100_000 + "深" + "</a>" * 100_000).encode(),
        "boundless.xlsx": boundless_sheet(),
        "repeating.html": repeating_page(),
        "greedy1.html": greedy_page(),
        "greedy2.html": greedy_page(),
        "charset.html": ('<html><head><meta charset="undefined"></head><body>' + words("网页")).encode(),
        "long.txt": text.encode(),
        "long.docx": word_package("".join(map(paragraph, text.splitlines()))),
        "scan.pdf": scan_bytes(),
    }
