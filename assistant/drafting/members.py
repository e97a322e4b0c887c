"""Questions that headings answer: which items a chapter has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.drafting.choose import bare
from assistant.reading.read import Reading
from assistant.types import Statement
from vectorstore.search import Searcher
from vectorstore.text import read_number, search_terms
from vectorstore.types import Document, Passage, Section, SectionKind

_ASKS_MEMBERS = re.compile(
    r"哪些|哪(?:几|[两二三四五六七八九十])|有(?:什么|啥)|包括|[几多]少?[大个项条点]|分别|列出|"
    r"\bwhich\b|\bwhat are\b"
)
_EXPECTED = re.compile(r"(?:哪|[剩其][下余]|这|那)([两二三四五六七八九十])")
_LEAST_SHARE = 0.5  # of the question's worth that a heading must hold to be what is meant
_LEAST_MEMBERS = 2
_LEAST_TITLE = 4  # letters of a title that a question can mean by saying it
_DOCUMENTS = 3  # best documents whose headings are looked at


def state_members(
    question: str, reading: Reading, passages: Sequence[Passage], searcher: Searcher
) -> tuple[Statement, ...]:
    """The headings below the one that a question for members names; none where it names none.

    It must hold at least the share of the question that a sentence was found to hold.
    """
    if not _ASKS_MEMBERS.search(question):
        return ()
    least = max(_LEAST_SHARE, *(span.share for span in reading.spans), 0.0)
    match = _EXPECTED.search(question)
    expected = read_number(match.group(1).replace("两", "二")) if match else None
    best: tuple[float, list[Section], Document] | None = None
    ids = list(dict.fromkeys(passage.chunk.document_id for passage in passages))[:_DOCUMENTS]
    for document in filter(None, map(searcher.holdings.document, ids)):
        for section in _walk(document):
            members = [child for child in section.children if child.title]
            if len(members) < _LEAST_MEMBERS or (expected and len(members) != expected):
                continue
            share = max(reading.wanted.share(search_terms(section.title)), _said(section.title, question))
            if share >= least and (best is None or share > best[0]):
                best = (share, members, document)
    if best is None:
        return ()
    return tuple(filter(None, (_state_heading(one, best[2], searcher) for one in best[1])))


def _said(title: str, question: str) -> float:
    """One where the question says a whole title; 主要任务有哪些 that of 二、主要任务."""
    words = bare(title)
    return float(len(words) >= _LEAST_TITLE and words in bare(question))


def _walk(document: Document) -> Iterable[Section]:
    """The sections that can be a chapter: not the document itself, nor a table."""
    titles = {document.head.title, *(part.title for part in document.parts)}
    walked = (section for top in document.sections for section in top.walk())
    apart = (SectionKind.PART, SectionKind.TABLE)
    return (s for s in walked if s.title and s.title not in titles and s.kind not in apart)


def _state_heading(section: Section, document: Document, searcher: Searcher) -> Statement | None:
    chunk = searcher.holdings.chunk_at(document.id, section.start)
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
