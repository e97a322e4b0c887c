"""Questions that headings answer: which items a chapter has, what an item is called, what one says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.extraction.intent import Ask, Kind
from assistant.extraction.weigh import Matter
from assistant.types import Statement
from vectorstore.named import Target
from vectorstore.search import Searcher
from vectorstore.text import fold, search_terms
from vectorstore.types import Chunk, Section, SectionKind

_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{1,24})[”\"」』》]")
_MEMBERS = re.compile(r"哪[几两二三四五六七八九十]|哪些|有(?:什么|啥)|包括|几[大项条个]|分别|列")
_LEAST_SHARE = 0.45  # of the question's matter that a heading must hold to be what is meant
_MOST = 15


def state_members(
    question: str, asks: Sequence[Ask], matter: Matter, targets: frozenset[Target], searcher: Searcher
) -> list[Statement]:
    """The headings below the one that the question names, if it asks for a chapter's members."""
    wanted = next((ask for ask in asks if ask.kind in (Kind.LIST, Kind.COUNT)), None)
    if wanted is None or not targets or not _MEMBERS.search(question):
        return []
    quoted = [fold(name) for name in _QUOTED.findall(question)]
    best: tuple[float, list[Section], Target] | None = None
    for target in targets:
        document = searcher.document(target.document_id)
        for section in (s for top in (document.sections if document else ()) for s in top.walk()):
            members = _members(section, wanted.expected, quoted)
            if section.part != target.part or not section.title or section.kind is SectionKind.PART:
                continue
            if len(members) < 2 or (wanted.expected and len(members) != wanted.expected):
                continue
            named = any(len(name) > 1 and name in fold(section.title) for name in quoted)
            share = matter.share(search_terms(section.title)) + named
            if share >= _LEAST_SHARE and (best is None or share > best[0]):
                best = (share, members[:_MOST], target)
    if best is None:
        return []
    return [statement for child in best[1] if (statement := _state_heading(child, best[2], searcher))]


def _members(section: Section, expected: int | None, quoted: Sequence[str]) -> list[Section]:
    """The headings below a section, or those with the quoted word if that makes the number asked for."""
    titled = [child for child in section.children if child.title]
    for word in quoted:
        chosen = [child for child in titled if word in fold(child.title)]
        if expected and len(chosen) == expected:
            return chosen
    return titled


def _state_heading(section: Section, target: Target, searcher: Searcher) -> Statement | None:
    chunk = _chunk_at(section.start, searcher.chunks_in([target]))
    if chunk is None:
        return None
    line = chunk.text[section.start - chunk.start :].split("\n", 1)[0]
    length = line.find(section.title) + len(section.title) if section.title in line else len(line)
    return Statement(
        text=f"{section.label}{section.title}",
        passage=searcher.passage(chunk),
        start=section.start,
        end=section.start + length,
    )


def _chunk_at(position: int, chunks: Sequence[Chunk]) -> Chunk | None:
    return next((chunk for chunk in chunks if chunk.start <= position < chunk.end), None)
