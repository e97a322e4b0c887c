"""What a file marks up as headings, such as Word's styles and the # of Markdown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """Words that the file marks up as a heading: their range in its text, and the level, 1 to 9."""

    start: int
    end: int
    level: int
