"""The lines of a document that are not blank."""

from __future__ import annotations

from dataclasses import dataclass

from vectorstore.text import trim

_TERMINAL = "。！？；!?;：:…"
_CLOSING = "”’」』》）)】]〕*"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank; ``start`` and ``end`` leave out its outer white space.

    ``blanks`` counts the blank lines before it; ``level`` is that of a heading
    which the file marks up, 0 for any other line.
    """

    start: int
    end: int
    text: str
    blanks: int
    level: int = 0


def read_lines(text: str) -> list[Line]:
    """The lines of ``text`` that are not blank, in order."""
    lines: list[Line] = []
    position = blanks = 0
    for raw in text.split("\n"):
        start, end = trim(text, position, position + len(raw))
        position += len(raw) + 1
        if start == end:
            blanks += 1
            continue
        lines.append(Line(start, end, text[start:end], blanks))
        blanks = 0
    return lines


def ends_sentence(text: str) -> bool:
    """Whether a line's words are over, so that the next line can begin something new."""
    bare = text.rstrip().rstrip(_CLOSING)
    return not bare or bare[-1] in _TERMINAL or text.rstrip()[-1] in "）)】〕》”*"
