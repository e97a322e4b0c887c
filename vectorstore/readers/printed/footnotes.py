"""Footnotes of a printed page: told behind the paragraph that they interrupt, and not inside of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from vectorstore.readers.printed.page import PrintedLine, units

_SMALLER = 0.85  # of the text's size
_LONG = 8.0  # em of a line that shows how large the text is
_MARK = re.compile(r"[①-⑳⑴-⒇*＊]|[\[［〔(（]?\d{1,2}[\]］〕)）]?\s*(?=[\u4e00-\u9fff“《])")


def split_footnotes(lines: Sequence[PrintedLine]) -> tuple[list[PrintedLine], list[str]]:
    """The lines of a page without the smaller ones at its foot that a mark begins, and those as notes."""
    em = median([line.em for line in lines if units(line.text) >= _LONG] or [0.0])
    first, least = len(lines), len(lines) // 2
    while first > least and lines[first - 1].em < _SMALLER * em:
        first -= 1
    while first < len(lines) and not _MARK.match(lines[first].text):
        first += 1
    notes: list[str] = []
    for line in lines[first:]:
        if _MARK.match(line.text):
            notes.append(line.text)
        else:
            notes[-1] += line.text
    return list(lines[:first]), notes
