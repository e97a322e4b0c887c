"""Speed of reading, by format, on files that it makes from the seed documents.

Run by ``python -m eval.benchmarks.readers`` with the extra ``dev`` installed, and
LibreOffice for the formats that it alone writes. Times include the start of
the process that reads a file. On a shared machine trust the ratios.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from zipfile import ZIP_DEFLATED, ZipFile

from rich.console import Console
from rich.table import Table

from assistant.setup.settings import load_settings
from vectorstore.readers import read_file
from vectorstore.text import fold, normalise

_ROUNDS = 5
_SIZES = (3_000, 30_000)  # characters of a notice and of a long plan
_SCANNED = 1_200  # two pages
_COLUMNS = 4
_LINE, _LINES = 28, 24  # characters in a printed line, lines on a page
_BY_OFFICE = {"doc": "docx", "xls": "xlsx", "wps": "doc"}


def main() -> None:
    """Prints a table: format, characters of the document, documents and characters a second."""
    console = Console()
    table = Table(title=f"Reading, median of {_ROUNDS}, on {os.cpu_count()} processors")
    for heading in ("format", "characters", "seconds", "documents/s", "characters/s"):
        table.add_column(heading, justify="right")
    with TemporaryDirectory() as folder:
        for size in _SIZES:
            for form, path in _make(Path(folder), _paragraphs(size)):
                table.add_row(form, *_measure(path, _ROUNDS))
        if find_spec("rapidocr"):
            written = _paragraphs(_SCANNED)
            scan = _scan(Path(folder) / "scan.pdf", written)
            table.add_row("pdf, scanned", *_measure(scan, 2))
            table.caption = f"characters of the scan recognised: {_share_found(scan, written):.2%}"
    console.print(table)


def _share_found(path: Path, paragraphs: Sequence[str]) -> float:
    """The share of the characters that are read, in order; white space aside, full width as half."""
    written, read = ("".join(fold(text).split()) for text in ("".join(paragraphs), read_file(path).text))
    blocks = SequenceMatcher(None, written, read, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(written)


def _measure(path: Path, rounds: int) -> tuple[str, ...]:
    seconds: list[float] = []
    characters = 0
    for _ in range(rounds):
        before = perf_counter()
        characters = len(read_file(path).text)
        seconds.append(perf_counter() - before)
    taken = median(seconds)
    return f"{characters:,}", f"{taken:.3f}", f"{1 / taken:,.2f}", f"{characters / taken:,.0f}"


def _paragraphs(size: int) -> list[str]:
    """Paragraphs of the seed documents with this many characters in all, or a little more."""
    files = sorted(load_settings().seeds_dir.glob("*.txt"))
    lines = [
        line.strip()
        for file in files
        for line in normalise(file.read_text(encoding="utf-8", errors="replace")).split("\n")
        if line.strip()
    ]
    taken: list[str] = []
    while sum(map(len, taken)) < size:
        taken.append(lines[len(taken) % len(lines)])
    return taken


def _make(folder: Path, paragraphs: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """The document in every format that can be written here."""
    stem = f"policy{len(paragraphs)}"
    for form, write in _WRITERS.items():
        path = folder / f"{stem}.{form}"
        write(path, paragraphs)
        yield form, path
    office = shutil.which("soffice")
    for form, source in _BY_OFFICE.items() if office else ():
        made = folder / f"{stem}.{form}"
        if form == "wps":  # WPS Writer stores what Word 97 stores
            shutil.copy(folder / f"{stem}.doc", made)
        else:
            command = [str(office), "--headless", "--convert-to", form, "--outdir", str(folder)]
            command += [
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                str(folder / f"{stem}.{source}"),
            ]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - no shell, our own files
        yield form, made


def _write_text(path: Path, paragraphs: Sequence[str]) -> None:
    path.write_text("\n".join(paragraphs), encoding="utf-8")


def _write_gb18030(path: Path, paragraphs: Sequence[str]) -> None:
    path.write_text("\n".join(paragraphs), encoding="gb18030")


def _write_html(path: Path, paragraphs: Sequence[str]) -> None:
    menu = "".join(f'<li><a href="/{number}">栏目{number}</a></li>' for number in range(40))
    body = "".join(f"<p>　　{text}</p>" for text in paragraphs)
    head = '<head><meta charset="utf-8"></head>'
    page = f'<html>{head}<body><ul class="nav">{menu}</ul><div>{body}</div></body></html>'
    path.write_text(page, encoding="utf-8")


def _write_docx(path: Path, paragraphs: Sequence[str]) -> None:
    import docx

    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(path))


def _write_xlsx(path: Path, paragraphs: Sequence[str]) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([f"列{number}" for number in range(_COLUMNS)])
    for at in range(0, len(paragraphs), _COLUMNS):
        sheet.append(list(paragraphs[at : at + _COLUMNS]))
    book.save(path)


def _write_pptx(path: Path, paragraphs: Sequence[str]) -> None:
    import pptx

    deck = pptx.Presentation()
    for at in range(0, len(paragraphs), 8):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.placeholders[1].text_frame.text = "\n".join(paragraphs[at : at + 8])
    deck.save(str(path))


def _pages(paragraphs: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """The lines of each page: how many characters each is indented by, and its words."""
    lines = (
        (0 if at else 2, ("　　" + text)[at : at + _LINE].strip())
        for text in paragraphs
        for at in range(0, len(text) + 2, _LINE)
    )
    while page := list(islice(lines, _LINES)):
        yield page


def _write_pdf(path: Path, paragraphs: Sequence[str]) -> None:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=A4)
    for number, page in enumerate(_pages(paragraphs), start=1):
        canvas.setFont("STSong-Light", 16)
        for line, (indent, text) in enumerate(page):
            canvas.drawString(74 + 16 * indent, 760 - 28 * line, text)
        canvas.drawCentredString(298, 40, f"- {number} -")
        canvas.showPage()
    canvas.save()


def _write_ofd(path: Path, paragraphs: Sequence[str]) -> None:
    name = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    pages = list(_pages(paragraphs))
    listed = "".join(f'<ofd:Page ID="{number}" BaseLoc="{number}.xml"/>' for number in range(len(pages)))
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        root = "<ofd:DocBody><ofd:DocRoot>D/Document.xml</ofd:DocRoot></ofd:DocBody>"
        package.writestr("OFD.xml", f"<ofd:OFD {name}>{root}</ofd:OFD>")
        package.writestr(
            "D/Document.xml", f"<ofd:Document {name}><ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
        )
        for number, page in enumerate(pages):
            drawn = "".join(
                f'<ofd:TextObject Size="5.6" Boundary="{26 + 5.6 * indent} {30 + 10 * line} 158 6">'
                f'<ofd:TextCode X="0" Y="5">{text.replace("&", "&amp;").replace("<", "&lt;")}</ofd:TextCode>'
                "</ofd:TextObject>"
                for line, (indent, text) in enumerate(page)
            )
            content = f"<ofd:Content><ofd:Layer>{drawn}</ofd:Layer></ofd:Content>"
            package.writestr(f"D/{number}.xml", f"<ofd:Page {name}>{content}</ofd:Page>")


def _scan(path: Path, paragraphs: Sequence[str]) -> Path:
    """A PDF of pictures of pages, 150 dots an inch."""
    import pypdfium2

    source = path.with_name("source.pdf")
    _write_pdf(source, paragraphs)
    with pypdfium2.PdfDocument(source) as document:
        pictures = [page.render(scale=150 / 72, grayscale=True).to_pil() for page in document]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], resolution=150)
    return path


_WRITERS: Mapping[str, Callable[[Path, Sequence[str]], None]] = {
    "txt": _write_text,
    "gb.txt": _write_gb18030,
    "md": _write_text,
    "html": _write_html,
    "docx": _write_docx,
    "xlsx": _write_xlsx,
    "pptx": _write_pptx,
    "pdf": _write_pdf,
    "ofd": _write_ofd,
}

if __name__ == "__main__":
    main()
