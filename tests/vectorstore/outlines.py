"""Outlines as text, one section a line, for comparing and reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import dedent

from tests.vectorstore.guarantees import check, understood
from vectorstore.types import Heading, Section


def outline(text: str, headings: Sequence[Heading] = ()) -> str:
    """The outline of a text, whose guarantees are checked first."""
    document = understood(text, headings=headings)
    check(document)
    return sketch(document.sections)


def sketch(sections: Sequence[Section]) -> str:
    """Sections as lines: kind, label, title and marks, indented by depth."""
    return "\n".join(_lines(sections, ""))


def expected(text: str) -> str:
    """An outline as it is written in a test."""
    return dedent(text).strip("\n")


def _lines(sections: Sequence[Section], indent: str) -> Iterator[str]:
    for section in sections:
        marks = [f"!{mark.value}" for mark in section.marks]
        yield indent + " ".join(filter(None, [section.kind.value, section.label, section.title, *marks]))
        yield from _lines(section.children, indent + "  ")
