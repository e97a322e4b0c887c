"""The sections under a heading as a list, where a question asks for just what the heading names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.drafting.state import asks_list, in_short, statement
from assistant.reading.read import Span
from assistant.reading.wanted import Wanted
from assistant.types import Statement
from vectorstore.search.searcher import Searcher
from vectorstore.text import fold
from vectorstore.types import Chunk

_MOST = 60  # sections that are still a list
_NAMED = 0.7  # of the heading's pairs of letters that the question must have to ask for it
_NUMBER = re.compile(r"^[\W\d第零一二三四五六七八九十百]*[编章节条款项]?\W+")


def members_of(chosen: Sequence[Span], wanted: Wanted, searcher: Searcher) -> tuple[Statement, ...]:
    """All sections under a heading over the best span that the question names, with their number.

    "主要任务有哪些？" is answered by all of 三、主要任务, and not by the three of its tasks that score best.
    Of a long section the first sentence is told, and the best span if it is of that one.
    """
    if not chosen or chosen[0].passage.chunk.cells or not asks_list(wanted):
        return ()
    best = chosen[0]
    chunks = searcher.holdings.chunks_of(best.passage.chunk.document_id)
    for over in _named_over(best.passage.chunk, wanted.text):
        heading = next((one for one in chunks if one.path == over), None)
        items = _sections_below(over, chunks)
        if heading is None or not 1 < len(items) <= _MOST:
            continue
        lead = statement(searcher.passage(heading), heading.start, heading.end)
        told = [replace(lead, text=f"{lead.text.rstrip('。')}（共{len(items)}项）：")]
        for item, (start, end) in zip(items, in_short(items), strict=True):
            told.append(replace(statement(searcher.passage(item), start, end), listed=True))
            is_its_own = best.passage.chunk.path[: len(item.path)] == item.path
            if is_its_own and not start <= best.start < end:
                told.append(replace(statement(best.passage, best.start, best.end), listed=True))
        return tuple(told)
    return ()


def _named_over(chunk: Chunk, question: str) -> Iterator[tuple[str, ...]]:
    """The headings over a chunk that a question names, the nearest first, each with those above it."""
    for depth in range(len(chunk.path), 0, -1):
        words = _NUMBER.sub("", fold(chunk.path[depth - 1]))
        pairs = [words[at : at + 2] for at in range(len(words) - 1)]
        if pairs and sum(pair in question for pair in pairs) >= _NAMED * len(pairs):
            yield chunk.path[:depth]


def _sections_below(over: tuple[str, ...], chunks: Sequence[Chunk]) -> list[Chunk]:
    """The first chunk of each section right under a heading, in order."""
    first: dict[tuple[str, ...], Chunk] = {}
    for one in chunks:
        if len(one.path) > len(over) and one.path[: len(over)] == over:
            first.setdefault(one.path[: len(over) + 1], one)
    return list(first.values())
