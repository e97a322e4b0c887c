"""Which sentences or cells of a passage bear a sentence of a reply: what its labels quote."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.figures.figures import Figure, comparable, read_figures
from assistant.figures.same_figures import stands_among
from assistant.types import Statement
from vectorstore.text import search_terms
from vectorstore.types import Passage

_MOST_QUOTES = 3  # of one passage for one sentence


def bearers(sentence: str, passage: Passage) -> list[Statement]:
    """The sentences or cells of a passage that bear a sentence of the reply: the best, and what it lacks."""
    chunk = passage.chunk
    wanted = set(search_terms(sentence))
    figures = [figure for figure in read_figures(comparable(sentence)) if figure.unit]
    if chunk.cells:
        return [_row(wanted, figures, passage)]

    def worth(span: tuple[int, int]) -> tuple[int, int]:
        text = chunk.text[span[0] - chunk.start : span[1] - chunk.start]
        return len(_held(figures, text)), len(wanted & set(search_terms(text)))

    spans = [(match.start, match.end) for match in passage.matches] or [(chunk.start, chunk.end)]
    chosen: list[tuple[int, int]] = []
    while spans and len(chosen) < _MOST_QUOTES:
        best = max(spans, key=worth)
        if chosen and not worth(best)[0]:
            break
        chosen.append(best)
        spans.remove(best)
        held = _held(figures, chunk.text[best[0] - chunk.start : best[1] - chunk.start])
        figures = [figure for figure in figures if figure not in held]
    return [Statement(text="", passage=passage, start=a, end=b) for a, b in sorted(chosen)]


def _row(wanted: set[str], figures: Sequence[Figure], passage: Passage) -> Statement:
    """A row of a table, with the cells above it that the sentence speaks of."""
    chunk = passage.chunk
    start, end = chunk.cells_span
    in_row = _held(figures, chunk.text)
    above = tuple(
        cell
        for cell in chunk.cells_above
        if wanted & set(search_terms(cell.text)) or (_held(figures, cell.text) and not in_row)
    )
    return Statement(text="", passage=passage, start=start, end=end, above=above)


def _held(figures: Sequence[Figure], text: str) -> list[Figure]:
    told = read_figures(comparable(text))
    return [figure for figure in figures if stands_among(figure, told)]
