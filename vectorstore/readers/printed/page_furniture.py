"""Headers, footers and page numbers: what stands on every page and belongs to none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from vectorstore.readers.printed.page import PrintedLine, units

_ZONE = 0.14  # of the page's height, at its top and its bottom
_SHORT = 0.5  # of the page's width: a line with more words is text, even where it comes again
_DEEP = 2  # lines from the edge that can be furniture
_NUMBER = r"(?:\d{1,4}|[一二三四五六七八九十百]{1,4}|[ivxIVX]{1,6})"
_DASH = r"[-—–－―─·•.~]"
_PAGE_NUMBER = re.compile(
    rf"{_DASH}+\s*{_NUMBER}\s*{_DASH}+|第\s*{_NUMBER}\s*页(?:\s*[,，/／]?\s*共\s*{_NUMBER}\s*页)?|"
    rf"{_NUMBER}\s*[/／]\s*{_NUMBER}|(?:page\s*)?{_NUMBER}\s*of\s*{_NUMBER}|共\s*{_NUMBER}\s*页\s*第\s*{_NUMBER}\s*页",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\d{1,3}")
_FIGURES = re.compile(r"\d+")
_OWN = re.compile("附[件表录]")  # begins an annex, on whatever page
_SHARE = 0.4  # of the pages on which a header stands; left and right pages can have one each


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's size, and its lines from top to bottom."""

    width: float
    height: float
    lines: Sequence[PrintedLine]


def without_furniture(pages: Sequence[Sheet]) -> list[list[PrintedLine]]:
    """The lines of each page that belong to the text."""
    edges = [_edge_lines(page) for page in pages]
    counts = Counter(key for page in edges for key in {(edge, _bare(line)) for line, edge in page.items()})
    enough = max(2, ceil(_SHARE * len(pages)))
    repeated = {key for key, count in counts.items() if count >= enough}
    kept: list[list[PrintedLine]] = []
    for page, edge in zip(pages, edges, strict=True):
        furniture = {line for line in edge if _is_furniture(line, edge[line], repeated, len(pages) == 1)}
        kept.append([line for line in page.lines if line not in furniture])
    return kept


def _edge_lines(page: Sheet) -> dict[PrintedLine, str]:
    """The short lines near the page's edges, and at which; a page number is near wherever the text ends."""
    top = [line for line in page.lines[:_DEEP] if line.bottom < _ZONE * page.height]
    bottom = [line for line in page.lines[-_DEEP:] if line.top > (1 - _ZONE) * page.height]
    near = dict.fromkeys(top, "top") | dict.fromkeys(bottom, "bottom")
    short = {line: edge for line, edge in near.items() if units(line.text) * line.em < _SHORT * page.width}
    return short | {line: "bottom" for line in page.lines[-1:] if _PAGE_NUMBER.fullmatch(line.text)}


def _is_furniture(line: PrintedLine, edge: str, repeated: set[tuple[str, str]], is_only_page: bool) -> bool:
    if _PAGE_NUMBER.fullmatch(line.text):
        return True
    if is_only_page:
        return edge == "bottom" and bool(_BARE_NUMBER.fullmatch(line.text))
    return (edge, _bare(line)) in repeated and not _OWN.match(line.text)


def _bare(line: PrintedLine) -> str:
    """A line's words, whatever the figures in them."""
    return _FIGURES.sub("#", "".join(line.text.split()))
