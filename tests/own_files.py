"""A document that people bring to ask in, made for the tests."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from docx import Document

from tests.vectorstore.readers import printing

SCHOOL = """云山市第三小学午餐管理细则

云山三小〔2025〕2号

云山市第三小学 2025年2月10日

第一条 午餐补助由学校总务处负责发放。
第二条 学生每人每天补助8元，按月发放。
第三条 家长委员会每月检查一次食堂，检查结果三日内公布。
第四条 本细则自2025年3月1日起施行。
"""
"""In the small library the same allowance is 5元, and nothing is told of parents and kitchens."""


def as_docx(text: str = SCHOOL) -> bytes:
    """The same as a Word file."""
    document = Document()
    for line in filter(None, text.split("\n")):
        document.add_paragraph(line)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def as_pdf(text: str = SCHOOL, *, password: str = "") -> bytes:
    """The same as a PDF, a line of it a line on paper."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.pdf"
        pdf = printing.canvas(path, password=password)
        printing.draw(pdf, [(float(printing.LEFT), line) for line in text.split("\n")])
        pdf.save()
        return path.read_bytes()
