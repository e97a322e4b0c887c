"""From printed lines to paragraphs: which line goes on where the one before it stopped.

A line was broken by the printer, and not by its author, if there was no room
left for what comes next. Whether the next line begins a paragraph is told by
its indent, its size, the gap above it, and a number in front of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from vectorstore.readers.blocks.blocks import PAGE_START
from vectorstore.readers.printed.page import PrintedLine, is_wide, units

_CLOSING = "，。、；：！？）》】〕」』”’…,.;:!?)"
_OPENING = "（《【〔「『“‘([<"
_SENTENCE_END = "。！？；!?;：:）)】”"  # with what can follow it
_LABEL = re.compile(
    r"第[零〇一二三四五六七八九十百千\d]{1,6}[编章节条]|[（(]?[一二三四五六七八九十百]{1,4}[）)、]|"
    r"[（(]\d{1,3}[）)]|\d{1,3}[.．、](?!\d)|[①-⑳★☆●■◆▲•]|附\s?件\s*\d*\s*[:：]?|【[^】]{1,24}】\s*$|(?:抄送|分送|主送|报|送)\s*[:：]"
)
_LEADER = re.compile(r"(?:[.．…·]\s?){4,}\s*[\divxIVX]+$")  # a line of a table of contents
_WORD = re.compile(r"[\w%‰.,:/@+-]*[A-Za-z0-9%‰]", re.ASCII)
_INDENT = 0.8  # em by which a line must be off to be indented
_ROOM = 0.35  # em that measuring can be wrong
_FAR = 6.0  # em from the left from where a line stands on the right
_GAP = 1.45  # times the usual distance of lines that parts paragraphs
_SIZE = 0.12  # difference in size that parts paragraphs


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the text stands: its left and right edge, the usual em, and the distance of lines in em."""

    left: float
    right: float
    em: float
    pitch: float


def measure(lines: Sequence[PrintedLine]) -> Frame:
    """The frame of these lines, all of pages of one width."""
    long = [line for line in lines if units(line.text) >= 10] or list(lines)
    # Punctuation at the end of a line can hang over the edge.
    rights = sorted(line.right - (line.em if line.text[-1] in _CLOSING else 0.0) for line in long)
    lefts = sorted(line.left for line in long)
    pitches = [
        (below.middle - above.middle) / above.em
        for above, below in pairwise(lines)
        if 0 < below.middle - above.middle < 4 * above.em
    ]
    # Single lines stick out; from both sides the first place that several share is the edge.
    return Frame(
        left=lefts[len(lefts) // 20],
        right=rights[-1 - len(rights) // 50],
        em=median(line.em for line in long),
        pitch=median(pitches) if pitches else 2.0,
    )


class Joiner:
    """Joins lines to paragraphs, over page breaks too. Feed ``add``; each paragraph comes when it is over."""

    def __init__(self) -> None:
        self._lines: list[PrintedLine] = []
        self._text = ""
        self._pages = ""

    def begin_page(self) -> None:
        """What comes next stands on a new page."""
        self._pages += PAGE_START

    def add(self, line: PrintedLine, frame: Frame) -> Iterable[str]:
        """Take a line. Gives the paragraph before it, if this line begins another."""
        if self._lines and self._goes_on(line, frame):
            self._text += joint(self._text, line.text) + self._pages + line.text
            self._lines.append(line)
            self._pages = ""
            return ()
        done = self.finish()
        self._text, self._pages = self._pages + line.text, ""
        self._lines = [line]
        return done

    def finish(self) -> list[str]:
        """The paragraph under way; empty if there is none."""
        done = [self._text] if self._lines else []
        self._lines, self._text = [], ""
        return done

    def take_pages(self) -> str:
        """Page starts that no text has followed yet."""
        pages, self._pages = self._pages, ""
        return pages

    def _goes_on(self, line: PrintedLine, frame: Frame) -> bool:
        last = self._lines[-1]
        if _differ_in_size(last, line) or _LEADER.search(last.text):
            return False
        if not self._pages and line.middle - last.middle > _GAP * frame.pitch * last.em:
            return False
        if _LABEL.match(line.text) and last.text[-1] in _SENTENCE_END:
            return False
        if _is_title(last, frame) and _is_centred(line, frame):
            return not _has_room(last.width + frame.left, line, frame)
        return not _has_room(last.right, line, frame) and self._stands_right(line, frame)

    def _stands_right(self, line: PrintedLine, frame: Frame) -> bool:
        """Whether the line begins where the next line of this paragraph would."""
        first, last = self._lines[0], self._lines[-1]
        near = _INDENT * line.em
        if first.left - frame.left > _FAR * first.em:  # a signature or a date, on the right
            return False
        if len(self._lines) > 1:
            return abs(line.left - last.left) < near
        if line.left - frame.left < near:
            return True
        if line.left > first.left + near:  # a hanging indent, behind a number
            return bool(_LABEL.match(first.text)) and not _LABEL.match(line.text)
        return line.left < first.left - near


def _has_room(right: float, following: PrintedLine, frame: Frame) -> bool:
    """Whether the beginning of the next line would have fitted behind ``right``."""
    return right + _first_unit(following.text) * following.em < frame.right - _ROOM * following.em


def _first_unit(text: str) -> float:
    """The width in em of what a line can't begin with less of: a word or a character, with its marks."""
    end = 0
    while end < len(text) - 1 and text[end] in _OPENING:
        end += 1
    word = _WORD.match(text, end)
    end = word.end() if word else end + 1
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    return units(text[:end])


def _differ_in_size(one: PrintedLine, other: PrintedLine) -> bool:
    comparable = any(map(is_wide, one.text)) and any(map(is_wide, other.text))
    return comparable and abs(one.em - other.em) > _SIZE * max(one.em, other.em)


def _is_centred(line: PrintedLine, frame: Frame) -> bool:
    left, right = line.left - frame.left, frame.right - line.right
    return abs(left - right) < line.em and left > line.em


def _is_title(line: PrintedLine, frame: Frame) -> bool:
    """Whether a line is in the middle, or fills the width in larger type."""
    larger = line.em > (1 + _SIZE) * frame.em
    return _is_centred(line, frame) or (
        larger and abs(line.left - frame.left - frame.right + line.right) < line.em
    )


def joint(before: str, after: str) -> str:
    """What stands between two lines that are joined: a space between Latin words alone."""
    if not before or not after or is_wide(before[-1]) or is_wide(after[0]):
        return ""
    return "" if before.endswith("-") else " "


def join_cell(lines: Sequence[PrintedLine], left: float, right: float) -> str:
    """The text of a ruled cell: lines that its width broke are joined, others stay lines."""
    text = ""
    for above, line in zip([None, *lines], lines, strict=False):
        if above is None:
            text = line.text
            continue
        room = right - left - above.width > (_first_unit(line.text) + 1.2) * line.em
        begins = _LABEL.match(line.text) and above.text[-1] in _SENTENCE_END
        text += ("\n" if room or begins else joint(text, line.text)) + line.text
    return text
