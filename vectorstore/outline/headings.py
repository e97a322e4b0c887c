"""What a file marks up as headings, such as Word's styles and the # of Markdown.

A heading with a number is read by its number alone, so that a numbered document
has one outline whatever it was saved as. One without is the document's title,
or a section whose rank follows from the numbered headings around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from vectorstore.lines import Line
from vectorstore.outline.families import RANK, Family
from vectorstore.outline.numbering import Opening
from vectorstore.outline.titles import (
    TitleBlock,
    ends_in_kind,
    find_titles,
    is_date,
    is_letterhead,
    is_signature,
)
from vectorstore.types import Heading

_LONGEST = 60  # characters; a paragraph has more, whatever its style
_SHORTEST_TITLE = 8  # characters of a document's title that a chapter is not taken for
_LONGEST_SENTENCE = 30  # of a heading that ends in a full stop
_MOST = 2 / 3  # of all lines: with more of them headings, the style means something else
_INSIDE = 0.01  # for each level, what ranks a heading below the numbered one that it stands in
_NO_HEADINGS = frozenset({Family.IMPRINT, Family.THEME})  # whatever their style


def mark_headings(lines: Sequence[Line], headings: Sequence[Heading]) -> list[Line]:
    """The lines; those that begin a heading have its level, unless they are too long for one, or a date.

    Where more than two thirds of all lines would have one, the markup means something else: none has.

    >>> from vectorstore.lines import read_lines
    >>> lines = read_lines("总则\\n凡在本县就读的学生，适用本办法。")
    >>> [(line.text, line.level) for line in mark_headings(lines, [Heading(start=0, end=2, level=1)])]
    [('总则', 1), ('凡在本县就读的学生，适用本办法。', 0)]
    """
    levels = {heading.start: heading.level for heading in headings}
    marked = [
        replace(line, level=levels[line.start]) if line.start in levels and _can_head(line.text) else line
        for line in lines
    ]
    misused = sum(line.level > 0 for line in marked) > _MOST * len(lines)
    return list(lines) if misused else marked


def _can_head(text: str) -> bool:
    is_sentence = len(text) > _LONGEST_SENTENCE and text.endswith("。")
    return len(text) <= _LONGEST and not is_sentence and not is_date(text)


def choose_titles(
    lines: Sequence[Line], openings: Mapping[int, Opening], taken: Set[int]
) -> tuple[list[TitleBlock], dict[int, Opening]]:
    """The titles of documents among the lines that are not ``taken``, and the openings that are no titles.

    A heading of the outermost level, without a number and with no text above it, is a title. Such headings
    further down are chapters, unless all of them are called what documents are (某某办法).
    """
    plain = [not (index in taken or index in openings) for index in range(len(lines))]
    blocks = find_titles(lines, plain)
    runs = _outermost_runs(lines, openings)
    first = bool(runs) and _is_title(lines, openings, runs, blocks)
    chapters = runs[first:]
    documents = all(_names_document(_joined(lines, run)) for run in chapters)
    candidates = {index for run in (*runs[:first], *(chapters if documents else ())) for index in run}
    if not candidates:
        return blocks, dict(openings)
    blocks = find_titles(lines, [flag or index in candidates for index, flag in enumerate(plain)])
    if first and not any(block.first <= runs[0][-1] for block in blocks):
        blocks.insert(0, _block(lines, runs[0]))
    used = {index for block in blocks for index in range(block.first, block.last)}
    used |= {index for index in range(blocks[0].first) if first}  # such as the issuer over the title
    return blocks, {index: opening for index, opening in openings.items() if index not in used}


def _names_document(text: str) -> bool:
    """Whether words are called what a document is, and whose: 保障措施 is a chapter."""
    return len(text) >= _SHORTEST_TITLE and ends_in_kind(text)


def _outermost_runs(lines: Sequence[Line], openings: Mapping[int, Opening]) -> list[list[int]]:
    """Lines next to each other that are headings of the outermost level, none with a number."""
    top = min((level for index in openings if (level := lines[index].level)), default=0)
    runs: list[list[int]] = []
    for index, opening in openings.items():
        if not opening.styled or opening.label or opening.level != top:
            continue
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _is_title(
    lines: Sequence[Line],
    openings: Mapping[int, Opening],
    runs: Sequence[Sequence[int]],
    blocks: Sequence[TitleBlock],
) -> bool:
    """Whether the first of the outermost headings is the title: nothing of a document stands above it."""
    run = runs[0]
    before = lines[: run[0]]
    begun = any(block.first < run[0] for block in blocks) or any(index < run[0] for index in openings)
    if begun or any(line.text.endswith("。") for line in before):
        return False
    if len(runs) == 1 or ends_in_kind(_joined(lines, run)):
        return True
    return lines[run[0]].level == 1 and all(_is_of_head(line.text) for line in before)


def _is_of_head(text: str) -> bool:
    return is_letterhead(text) or is_signature(text) or is_date(text)


def _joined(lines: Sequence[Line], run: Sequence[int]) -> str:
    return "".join(lines[index].text for index in run)


def _block(lines: Sequence[Line], run: Sequence[int]) -> TitleBlock:
    """The title that begins with a run: up to where it says what it is, else its first line."""
    ends = (end for end in range(1, len(run) + 1) if ends_in_kind(_joined(lines, run[:end])))
    end = next(ends, 1)
    return TitleBlock(run[0], run[0] + end, _joined(lines, run[:end]))


def rank_headings(
    lines: Sequence[Line], openings: Mapping[int, Opening], blocks: Sequence[TitleBlock]
) -> dict[int, float]:
    """The ranks of headings by markup alone, by line.

    A heading stands beside the numbered heading of its own level that is next,
    or was last, in the same outer section. Where there is none, it stands just
    inside of the innermost heading around it.
    """
    places = {
        index: lines[index].level
        for index, opening in openings.items()
        if lines[index].level and opening.family not in _NO_HEADINGS
    }
    places.update((block.first, 0) for block in blocks)
    places = dict(sorted(places.items()))
    ahead = _look_ahead(places, openings)
    ranks: dict[int, float] = {}
    behind: dict[int, float] = {}  # by level, the ranks of the headings that are open
    for index, level in places.items():
        _close(behind, level)
        if level and openings[index].styled:
            beside, around = ahead[index]
            beside = behind.get(level) if beside is None else beside
            ranks[index] = _inside(level, around, _innermost(behind, level)) if beside is None else beside
        if level:
            behind[level] = ranks.get(index, openings[index].rank)
    return ranks


def _look_ahead(
    places: dict[int, int], openings: Mapping[int, Opening]
) -> dict[int, tuple[float | None, float | None]]:
    """For each heading by markup alone the ranks of the next numbered ones: of its level, of an outer one."""
    found: dict[int, tuple[float | None, float | None]] = {}
    ahead: dict[int, float] = {}
    for index, level in reversed(places.items()):
        _close(ahead, level)
        if level and openings[index].styled:
            found[index] = ahead.get(level), _innermost(ahead, level)
        elif level:
            ahead[level] = openings[index].rank
    return found


def _close(ranks: dict[int, float], level: int) -> None:
    for deeper in [other for other in ranks if other > level]:
        del ranks[deeper]


def _innermost(ranks: Mapping[int, float], level: int) -> float | None:
    """The rank of the innermost heading of an outer level."""
    return next((ranks[outer] for outer in range(level - 1, 0, -1) if outer in ranks), None)


def _inside(level: int, *outer: float | None) -> float:
    ranks = [rank for rank in outer if rank is not None]
    return max(ranks) + _INSIDE * level if ranks else RANK[Family.MARKDOWN] + level / 10
