"""A question and a passage as one row of pieces, which the cross-encoder reads; in training as in use.

``<s> question </s></s> title › headings ： ▁sentence ▁sentence … </s>``: each sentence, or cell with its
header, begins with the mark of a space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vectorstore.types import Chunk, Head

QUESTION, HEADINGS, LONGEST = 64, 48, 320  # pieces at most: of a question, of headings, of all


class Cutter(Protocol):
    """What cuts text into pieces of the model's vocabulary."""

    begin: int
    end: int
    space: int

    def encode(self, text: str, *, leading: bool = True) -> list[int]:
        """Ids of the pieces; ``leading``: with the mark of a space in front."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Ids of pieces; ``places`` are where each sentence starts, at its mark, and ends."""

    ids: list[int]
    places: list[tuple[int, int]]


def pair(cutter: Cutter, question: str, headings: str, sentences: Sequence[str]) -> Pair:
    """As many of the sentences as there is room for; a first one that is longer than that is cut."""
    ids = [cutter.begin, *cutter.encode(question)[:QUESTION], cutter.end, cutter.end]
    ids += cutter.encode(headings)[:HEADINGS] + cutter.encode("：", leading=False) if headings else []
    places: list[tuple[int, int]] = []
    for sentence in sentences:
        own = [cutter.space, *cutter.encode(sentence, leading=False)]
        if places and len(ids) + len(own) >= LONGEST:
            break
        first = len(ids)
        ids += own[: LONGEST - first - 1]
        places.append((first, len(ids)))
    return Pair([*ids, cutter.end], places)


def headings_of(head: Head, path: Sequence[str]) -> str:
    """What stands over a passage: its document's title, with the place if that has none, and its headings."""
    title = head.title if head.region in head.title else f"{head.region} {head.title}"
    return " › ".join((title.strip(), *path))


def sentence_of(chunk: Chunk, start: int, end: int) -> str:
    """A sentence's words, or a cell's with its header, by offsets into the document."""
    text = chunk.text[start - chunk.start : end - chunk.start]
    header = next((cell.header for cell in chunk.cells if cell.start == start), "")
    return f"{header}：{text}" if header else text
