"""Whether a change is told the other way round: 由50%改为30%, where the passage says 由30%改为50%.

All functions read comparable text (see ``assistant.figures.figures``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.checking.cited import Source, figures_in
from assistant.figures.figures import Figure, read_figures
from assistant.figures.same_figures import says_same, stands_among

_FROM = re.compile(r"[由从][^,，。;；:：]{0,12}$")
_TO = re.compile(r"[^,，。;；:：、]{1,8}")
_FORMER = "原"  # is in the name of a column of what was


def turned_around(text: str, cited: Sequence[Source]) -> str:
    """The figures of a change that the passages tell the other way round; empty for none."""
    theirs = [change for source in cited for change in _changes_of(source)]
    for first, last in _changes(text):
        said = any(says_same(first, one) and says_same(last, other) for one, other in theirs)
        if not said and any(says_same(first, other) and says_same(last, one) for one, other in theirs):
            return f"{first.text}、{last.text}"
    return ""


def _changes(text: str) -> Iterator[tuple[Figure, Figure]]:
    """What was and what is to be, by the word for from before the first of two figures."""
    for one, other in pairwise(read_figures(text)):
        between = text[one.start + len(one.text) : other.start]
        if one.unit == other.unit and _FROM.search(text[: one.start]) and _TO.fullmatch(between):
            yield one, other


def _changes_of(source: Source) -> Iterator[tuple[Figure, Figure]]:
    """Those that a passage tells; of a row what stands in columns of what was and in the others."""
    yield from _changes(source.body)
    cells = [(cell, tuple(figures_in(cell))) for cell in source.passage.chunk.cells]
    former = [figure for cell, figures in cells if _FORMER in cell.header for figure in figures]
    present = [figure for cell, figures in cells if _FORMER not in cell.header for figure in figures]
    for one in former:
        others = (other for other in present if one.unit == other.unit and not stands_among(one, (other,)))
        yield from ((one, other) for other in others)
