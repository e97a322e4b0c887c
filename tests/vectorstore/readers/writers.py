"""Makes files as people have them: by LibreOffice, and by libraries where there is one."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

_PACKAGES = "libreoffice-writer-nogui libreoffice-calc-nogui fonts-noto-cjk"
OFFICE = f"apt-get install -y --no-install-recommends {_PACKAGES}"
_POINT = 25.4 / 72  # in millimetres


def convert(folder: Path, form: str, *sources: Path) -> list[Path]:
    """Save files in another format by LibreOffice; where it is missing, skip and say how to get it."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip(f"needs LibreOffice: {OFFICE}")
    command = [
        office,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        form,
    ]
    command += ["--outdir", str(folder), *map(str, sources)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    suffix = form.partition(":")[0]
    made = [folder / f"{source.stem}.{suffix}" for source in sources]
    assert all(file.stat().st_size for file in made)
    return made


def scan(pdf: Path, target: Path, pages: Iterable[int], *, quarters: int = 0) -> Path:
    """Pages of a PDF as a PDF of pictures, as a copier makes it, turned by quarters of a circle."""
    with pypdfium2.PdfDocument(pdf) as document:
        pictures = [
            document[number]
            .render(scale=150 / 72, grayscale=True)
            .to_pil()
            .rotate(90 * quarters, expand=True)
            for number in pages
        ]
    pictures[0].save(target, save_all=True, append_images=pictures[1:], resolution=150)
    return target


def ofd_by_easyofd(pdf: Path, target: Path) -> Path:
    """A PDF as OFD by easyofd, in a process of its own: it leaves files where it runs, and logs."""
    code = (
        "import sys, easyofd; data = open(sys.argv[1], 'rb').read();"
        "open(sys.argv[2], 'wb').write(easyofd.OFD().pdf2ofd(data, optional_text=True))"
    )
    command = [sys.executable, "-c", code, str(pdf), str(target)]
    subprocess.run(
        command, check=True, capture_output=True, timeout=120, cwd=target.parent, env=dict(os.environ)
    )
    return target


def ofd_by_standard(pdf: Path, target: Path) -> Path:
    """A PDF as OFD by the letter of GB/T 33190: each line a text object with a step for each character."""
    with pypdfium2.PdfDocument(pdf) as document, ZipFile(target, "w", ZIP_DEFLATED) as package:
        sizes = [document.get_page_size(number) for number in range(len(document))]
        listed = "".join(
            f'<ofd:Page ID="{number + 1}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
            for number in range(len(sizes))
        )
        package.writestr(
            "OFD.xml", _xml("OFD", "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>")
        )
        box = f"<ofd:PhysicalBox>0 0 {sizes[0][0] * _POINT:.3f} {sizes[0][1] * _POINT:.3f}</ofd:PhysicalBox>"
        common = f"<ofd:CommonData><ofd:PageArea>{box}</ofd:PageArea></ofd:CommonData>"
        package.writestr("Doc_0/Document.xml", _xml("Document", f"{common}<ofd:Pages>{listed}</ofd:Pages>"))
        for number, (_, height) in enumerate(sizes):
            drawn = "".join((*_lines(document[number], height), *_rules(document[number], height)))
            content = _xml("Page", f'<ofd:Content><ofd:Layer ID="1">{drawn}</ofd:Layer></ofd:Content>')
            package.writestr(f"Doc_0/Pages/Page_{number}/Content.xml", content)
    return target


def _xml(root: str, inner: str) -> str:
    return f'<?xml version="1.0"?><ofd:{root} xmlns:ofd="http://www.ofdspec.org/2016">{inner}</ofd:{root}>'


def _lines(page: pypdfium2.PdfPage, height: float) -> Iterator[str]:
    text = page.get_textpage()
    line: list[tuple[str, float, float, float]] = []  # character, left, baseline, size
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(text.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(text, index))
        pdfium.FPDFText_GetCharOrigin(text, index, x, y)
        size = pdfium.FPDFText_GetFontSize(text, index)
        near = line and abs(line[-1][2] - y.value) < 1 and 0 < x.value - line[-1][1] < 1.6 * size
        if line and (not near or not char.strip()):
            yield _text_object(line, height)
            line = []
        if char.strip():
            line.append((char, x.value, y.value, size))
    if line:
        yield _text_object(line, height)


def _text_object(line: list[tuple[str, float, float, float]], height: float) -> str:
    _, left, baseline, size = line[0]
    words = "".join(char for char, *_ in line).replace("&", "&amp;").replace("<", "&lt;")
    steps = " ".join(f"{(b[1] - a[1]) * _POINT:.3f}" for a, b in pairwise(line))
    top = height - baseline - size
    box = (left, top, line[-1][1] - left + size, size)
    boundary = " ".join(f"{length * _POINT:.3f}" for length in box)
    height_of_type = f"{size * _POINT:.3f}"
    return (
        f'<ofd:TextObject ID="2" Font="1" Size="{height_of_type}" Boundary="{boundary}">'
        f'<ofd:TextCode X="0" Y="{height_of_type}" DeltaX="{steps}">{words}</ofd:TextCode></ofd:TextObject>'
    )


def _rules(page: pypdfium2.PdfPage, height: float) -> Iterator[str]:
    for path in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = path.get_bounds()
        box = f"{left * _POINT:.3f} {(height - top) * _POINT:.3f}"
        wide, high = (right - left) * _POINT, (top - bottom) * _POINT
        data = f"M 0 0 L {wide:.3f} 0 L {wide:.3f} {high:.3f} L 0 {high:.3f} C"
        yield (
            f'<ofd:PathObject ID="3" Boundary="{box} {wide:.3f} {high:.3f}" Stroke="false" Fill="true">'
            f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
        )
