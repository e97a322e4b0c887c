"""PDF files drawn by reportlab, line by line, as office programs and print systems draw them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
SIZE = 16
LEFT, RIGHT, TOP, PITCH = 72, 72 + 28 * SIZE, 760, 28


def canvas(path: Path, *, password: str = "") -> Canvas:
    """An empty document of A4 pages with a Chinese font."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    encryption = StandardEncryption(password, canPrint=1) if password else None
    made = Canvas(str(path), pagesize=A4, encrypt=encryption)
    made.setFont(FONT, SIZE)
    return made


def paragraph(text: str, indent: int = 2) -> list[tuple[float, str]]:
    """The lines of a paragraph set in 28 characters a line: where each begins, and its words."""
    lines = [(float(LEFT + indent * SIZE), text[: 28 - indent])]
    rest = text[28 - indent :]
    lines.extend((float(LEFT), rest[at : at + 28]) for at in range(0, len(rest), 28))
    return lines


def draw(pdf: Canvas, lines: Sequence[tuple[float, str]], top: float = TOP) -> float:
    """Draw lines from ``top`` down; where the next would stand."""
    for left, text in lines:
        pdf.drawString(left, top, text)
        top -= PITCH
    return top


def table(
    pdf: Canvas, rows: Sequence[Sequence[str]], widths: Sequence[int], top: float, height: int = 30
) -> None:
    """A table with all its lines ruled, a line of text in each cell ("|" begins another)."""
    left = float(LEFT)
    edges = [left + sum(widths[:index]) for index in range(len(widths) + 1)]
    for index in range(len(rows) + 1):
        pdf.line(edges[0], top - index * height, edges[-1], top - index * height)
    for edge in edges:
        pdf.line(edge, top, edge, top - len(rows) * height)
    for index, row in enumerate(rows):
        for edge, text in zip(edges, row, strict=False):
            for number, line in enumerate(text.split("|")):
                pdf.drawString(edge + 4, top - index * height - 14 - 12 * number, line)
