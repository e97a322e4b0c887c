"""The sections under a heading as a list, where a question asks for just what the heading names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.drafting.state import asks_list, in_short, statement
from assistant.reading.read import Span
from assistant.reading.wanted import Wanted
from assistant.types import Statement
from vectorstore.documents.chunking import units
from vectorstore.search.searcher import Searcher
from vectorstore.text import fold
from vectorstore.types import Chunk, SectionKind

_MOST = 60  # sections that are still a list
_NAMED = 0.7  # of the heading's pairs of letters that the question must have to ask for it
_LONG_ITEM = 150  # characters of an item from which on its list is not told for two of its items
_NAMED_ITEM = re.compile(r"\s*第.{1,6}[条章节编款]")  # articles of a chapter are no list
_FIRST = re.compile(r"\s*[（(]?(?:一|1|①|㈠)(?![一二三四五六七八九十百\d])")
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
    if run := _run_of(chosen, chunks):
        return _told_whole(run, chunks, searcher)
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


def _run_of(chosen: Sequence[Span], chunks: Sequence[Chunk]) -> Sequence[Chunk]:
    """The items of the short list of which several of the spans are items, or none."""
    run = _run_around(chosen[0].passage.chunk, chunks)
    inside = {one.id for one in run} & {span.passage.chunk.id for span in chosen}
    is_list = all(len(one.text) <= _LONG_ITEM and not _NAMED_ITEM.match(one.text) for one in run)
    single = sum(len(units(one)) == 1 for one in run)  # 问 and 答 are two
    return run if len(inside) > 1 and is_list and 2 * single > len(run) else ()


def _told_whole(run: Sequence[Chunk], chunks: Sequence[Chunk], searcher: Searcher) -> tuple[Statement, ...]:
    """The items of a list under what leads it: the passage before it that ends in a colon, or its heading."""
    at = chunks.index(run[0])
    before = chunks[at - 1] if at else None
    leads = before is not None and (
        before.text.rstrip().endswith(("：", ":")) or before.kind is SectionKind.HEADING
    )
    told = [replace(statement(searcher.passage(one), one.start, one.end), listed=leads) for one in run]
    if before is None or not leads:
        return tuple(told)
    start, end = units(before)[-1]
    lead = statement(searcher.passage(before), start, end)
    return (replace(lead, text=f"{lead.text.rstrip('。：:')}（共{len(run)}项）："), *told)


def _run_around(chunk: Chunk, chunks: Sequence[Chunk]) -> Sequence[Chunk]:
    """The numbered items beside one, from the number 1 before it to the one before the next 1."""
    beside = [one for one in chunks if one.path[:-1] == chunk.path[:-1] and one.kind is SectionKind.ITEM]
    runs: list[list[Chunk]] = []
    for one in beside:
        if not runs or _FIRST.match(one.text) or one.path[-1:] == runs[-1][0].path[-1:]:
            runs.append([])
        runs[-1].append(one)
    return next((run for run in runs if chunk in run), [])


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
