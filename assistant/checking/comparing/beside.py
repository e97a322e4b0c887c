"""Whether a figure is told of what it is told of in the passages, or of what another figure is told of there.

A passage says beside what each of its figures stands: in a text the words back to the figure before it that
measures the same, in a table the names of its row and column. Two figures that measure the same differ by the
words that only one of them stands beside. A sentence is wrong that tells one figure with words that only the
other has. All functions read comparable text (see ``assistant.figures.figures``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.checking.comparing.opposed import pairs_of
from assistant.figures.figures import DATE, DOCUMENT, ITEM, Figure, read_figures
from assistant.figures.same_figures import stands_among

_SENTENCE = re.compile(r"[^。!！?？;；\n]+")
_CLAUSE = re.compile(r"[^,，:：、。!！?？;；\n]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_JOINS = re.compile(r"[均都和与及、]|统一|一律|同样")
_CLAUSE_END = re.compile(r"[,，:：、]")
UNMEASURED = ("", DATE, DOCUMENT, ITEM, "年级", "比", "分之")
_MOST_MENTIONS = 150  # that are compared in pairs
_LEAST_OF_OTHER, _LEAST_OF_BOTH = 0.6, 0.5  # of the words that only one of two figures has


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure of a passage and the words beside which it stands, by pairs of characters."""

    figure: Figure
    words: frozenset[str]


def mentions_of(body: str) -> Iterator[Mention]:
    """The figures of a text where they stand."""
    for sentence in _SENTENCE.finditer(body):
        figures = read_figures(sentence[0])
        for figure in figures:
            before, after = _beside(sentence[0], figure, figures)
            yield Mention(figure, pairs_of(f"{before}\n{after}"))


def told_of_other(text: str, figure: Figure, mentions: Sequence[Mention]) -> bool:
    """Whether a text tells its figure with the words of another figure of the passages."""
    near, far = _spans(text, figure)
    pairs = _by_own(figure, mentions) if _HAN.search(text) else []
    return bool(pairs) and all(
        any(_is_others(near, far, own, other) for other in others) for own, others in pairs
    )


def told_of_several(text: str, figure: Figure, mentions: Sequence[Mention]) -> bool:
    """Whether a text tells its one figure of two things of which the passages tell two figures."""
    figures = read_figures(text)
    own_one = next((one for one in figures if one.start == figure.start), figure)
    before, _ = _beside(text, own_one, figures)
    if not _JOINS.search(before):
        return False
    span = pairs_of(before)
    pairs = _by_own(figure, mentions)
    return bool(pairs) and all(
        any(_joins(span, own, other) and not stands_among(other.figure, figures) for other in others)
        for own, others in pairs
    )


def _joins(span: frozenset[str], own: Mention, other: Mention) -> bool:
    """Whether words name both of two mentions."""
    return min(_share(span, own, other), _share(span, other, own)) >= _LEAST_OF_BOTH


def _share(span: frozenset[str], mention: Mention, other: Mention) -> float:
    """How much of the words that only a mention has, and not the other, stand among others: 0 to 1."""
    only = mention.words - other.words
    return len(span & only) / len(only) if only else 0.0


def _by_own(figure: Figure, mentions: Sequence[Mention]) -> list[tuple[Mention, list[Mention]]]:
    """Where the passages have a figure, and its rivals: figures there that measure the same and say else."""
    if figure.unit in UNMEASURED[1:] or figure.unit.startswith("第"):
        return []
    measured = [one for one in mentions if one.figure.unit not in UNMEASURED][:_MOST_MENTIONS]
    owns = [mention for mention in measured if stands_among(figure, (mention.figure,))]
    return [(own, [other for other in measured if _is_rival(own.figure, other.figure)]) for own in owns]


def _is_others(near: Sequence[frozenset[str]], far: frozenset[str], own: Mention, other: Mention) -> bool:
    """Whether the first words that only one of two mentions has are those of the other."""
    for span in (*near, far) if own.words - other.words else near:
        if _share(span, own, other):
            return False
        if _share(span, other, own) >= _LEAST_OF_OTHER:
            return True
    return False


def _spans(text: str, figure: Figure) -> tuple[Sequence[frozenset[str]], frozenset[str]]:
    """What stands before and behind a figure, and in the clauses before that have none like it."""
    figures = read_figures(text)
    own = next((one for one in figures if one.start == figure.start), figure)
    before, after = _beside(text, own, figures)
    rest = text[: own.start - len(before)]
    alike = [one for one in figures if _alike(one, own)]
    clauses = [
        match[0]
        for match in _CLAUSE.finditer(rest)
        if not any(match.start() <= one.start < match.end() for one in alike)
    ]
    return (pairs_of(before), pairs_of(after)), pairs_of("\n".join(clauses))


def _beside(sentence: str, figure: Figure, figures: Sequence[Figure]) -> tuple[str, str]:
    """The words before a figure and those behind it, up to the next figure that measures the same."""
    end = figure.start + len(figure.text)
    alike = [one for one in figures if _alike(one, figure)]
    ends = [one.start + len(one.text) for one in alike if one.start < figure.start]
    start = max(ends, default=0)
    if ends and (gap := _CLAUSE_END.search(sentence, start, figure.start)):
        start = gap.end()  # what stands behind the figure before is of that one
    nexts = [one.start for one in alike if one.start >= end]
    stop = min(nexts, default=len(sentence))
    if gap := _CLAUSE_END.search(sentence, end, stop):
        stop = gap.start()
    return sentence[start : figure.start], sentence[end:stop]


def _alike(one: Figure, other: Figure) -> bool:
    return one.unit == other.unit != ""


def _is_rival(own: Figure, other: Figure) -> bool:
    """Whether another figure measures the same and says something else."""
    return own.unit == other.unit and not stands_among(own, (other,)) and not stands_among(other, (own,))
