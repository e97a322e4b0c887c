"""Runs of a document's text that are shown in one way, cut where a citation begins or ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of text. ``anchor`` is the name of the place where it begins, if links lead there."""

    text: str
    anchor: str = ""
    cited: bool = False


def anchor_of(start: int) -> str:
    """The name of the place in a page where the section begins that starts there."""
    return f"s{start}"


def overlap(one: Range, other: Range | None) -> bool:
    """Whether the two ranges have a character in common."""
    return other is not None and max(one[0], other[0]) < min(one[1], other[1])


def read_spans(text: str, place: Range, cited: Range | None, anchors: Sequence[int] = ()) -> tuple[Span, ...]:
    """The text at ``place``, cut at the citation and where one of the sorted ``anchors`` lies inside."""
    start, end = place
    inner = anchors[bisect_right(anchors, start) : bisect_left(anchors, end)]
    cuts = {start, end, *inner, *(bound for bound in cited or () if start < bound < end)}
    return tuple(
        Span(
            text=text[left:right],
            anchor=anchor_of(left) if left in inner else "",
            cited=overlap((left, right), cited),
        )
        for left, right in pairwise(sorted(cuts))
    )
