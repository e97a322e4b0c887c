"""A printed page: pieces of text and ruled lines in their places, and the lines of text that they form.

Shared by PDF, OFD and recognised scans. Lengths are points; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

_WIDE_GAP = 0.9  # em between Chinese characters that is more than their spacing
_NARROW_GAP = 0.15  # em between Latin letters that is a space
_SAME_LINE = 0.5  # of the lower height by which two pieces share a line


@dataclass(frozen=True, slots=True)
class Run:
    """A character, a word or a whole line of text. ``em`` is 0 where only the width tells it."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    em: float = 0.0

    @property
    def middle(self) -> float:
        """The height at which it stands."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruled line, horizontal or vertical."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPage:
    """One page."""

    width: float
    height: float
    runs: Sequence[Run]
    rules: Sequence[Rule] = ()


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of text; ``em`` is the width of a Chinese character in it."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    em: float

    @property
    def middle(self) -> float:
        """The height at which it stands."""
        return (self.top + self.bottom) / 2

    @property
    def width(self) -> float:
        """From its first character to its last."""
        return self.right - self.left


def is_wide(char: str) -> bool:
    """Whether a character takes a full square, as Chinese ones and their punctuation do."""
    return char > "\u2e80" or char in "“”‘’…—①②③④⑤⑥⑦⑧⑨⑩●■◆★☆"


def units(text: str) -> float:
    """The width of a text in em, about."""
    return sum(1.0 if is_wide(char) else 0.5 for char in text)


def form_lines(runs: Iterable[Run]) -> list[PrintedLine]:
    """The lines that these pieces form, from top to bottom. Blank ones are left out."""
    formed = (_form(sorted(line, key=lambda run: run.left)) for line in group_lines(runs))
    return [line for line in formed if line.text]


def group_lines(runs: Iterable[Run]) -> list[list[Run]]:
    """The pieces that stand on one height, from top to bottom."""
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: run.middle):
        if lines and _shares_line(lines[-1], run):
            lines[-1].append(run)
        else:
            lines.append([run])
    return lines


def _shares_line(line: Sequence[Run], run: Run) -> bool:
    last = line[-1]
    height = min(last.bottom - last.top, run.bottom - run.top)
    return abs(run.middle - last.middle) < _SAME_LINE * height


def _form(runs: Sequence[Run]) -> PrintedLine:
    em = _em(runs)
    pieces: list[str] = []
    right = runs[0].left
    for run in runs:
        pieces.append(_gap(pieces[-1] if pieces else " ", run, right, em) + run.text)
        right = max(right, run.right)
    inked = [run for run in runs if run.text.strip()] or runs
    return PrintedLine(
        text=" ".join("".join(pieces).split()),
        left=min(run.left for run in inked),
        top=min(run.top for run in inked),
        right=max(run.right for run in inked),
        bottom=max(run.bottom for run in inked),
        em=em,
    )


def _em(runs: Sequence[Run]) -> float:
    wide = [run.em or (run.right - run.left) / units(run.text) for run in runs if any(map(is_wide, run.text))]
    if wide:
        return max(median(wide), 1.0)
    return max(median((run.bottom - run.top) / 1.2 for run in runs), 1.0)


def _gap(before: str, run: Run, right: float, em: float) -> str:
    """A space, if there is room for one between a piece and what stands before it."""
    if not run.text or before[-1:].isspace() or run.text[0].isspace():
        return ""
    wide = is_wide(before[-1]) or is_wide(run.text[0])
    return " " if run.left - right > em * (_WIDE_GAP if wide else _NARROW_GAP) else ""
