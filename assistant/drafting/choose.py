"""Which of the spans of a reading are told: the best, and what stands close to it and says something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.question.asking import letterhead_fields
from assistant.reading.read import Span
from assistant.reading.signs import is_date
from assistant.reading.wanted import Wanted
from vectorstore.text import search_terms
from vectorstore.types import SectionKind

# The first two were chosen on the tune halves of seeds and invented: 1.2 answers two points less of each.
CLOSE = 2.0  # in score, as a logarithm of odds: how far behind the best a further span may be
_ADDS = 0.1  # share of the question that a span must add to what is told, to stand as far behind again
MOST = 3  # statements about one thing
_DOCUMENTS = 2  # that they may be from
_HEADING = 0.6  # of a heading's letters that a span must have to be it
_WANTED = 0.3  # probability that a date is asked for, from which on one that stands alone is told
_LEAST = 2  # letters that a sentence must have to say anything
_SAYS = 0.4  # of a span's letters that must be others than its document's name, for it to say anything
_ADDRESS = re.compile(r"https?://\S+")
_LOOKED_AT = 12  # best spans among which more is looked for


def choose(spans: Sequence[Span], wanted: Wanted, *, most: int = MOST) -> list[Span]:
    """At most ``most`` spans, a row's cells counting as one, the best first.

    What holds words of the question that the others lack may stand further behind.

    Nothing is told twice: not what another span contains, also in a copy of its
    document. Bare headings tell nothing where the text under them was found.
    """
    telling = list(_telling(spans, wanted))
    chosen: list[Span] = []
    covered: frozenset[str] = frozenset()
    for span in telling[:_LOOKED_AT]:
        terms = frozenset(search_terms(span.text))
        adds = wanted.share(covered | terms) - wanted.share(covered)
        allowed = CLOSE * (2 if adds >= _ADDS else 1)
        if chosen and span.score < chosen[0].score - allowed:
            continue
        documents = {one.passage.chunk.document_id for one in (*chosen, span)}
        is_row_told = bool(span.passage.chunk.cells) and any(_same_chunk(span, one) for one in chosen)
        if len(documents) > _DOCUMENTS or (told(chosen) >= most and not is_row_told):
            continue
        if not any(_contains(one, span) for one in chosen):
            chosen.append(span)
            covered |= terms
    return chosen


def told(chosen: Sequence[Span]) -> int:
    """How many statements they make: the cells of a row make one."""
    rows = {span.passage.chunk.id for span in chosen if span.passage.chunk.cells}
    return len(rows) + sum(not span.passage.chunk.cells for span in chosen)


def in_reading_order(chosen: Sequence[Span]) -> list[Span]:
    """The spans of the best passage first, each document's in its own order."""
    first: dict[str, int] = {}
    for at, span in enumerate(chosen):
        first.setdefault(span.passage.chunk.document_id, at)
    best = chosen[0].passage.chunk.id if chosen else ""
    return sorted(
        chosen,
        key=lambda span: (
            first[span.passage.chunk.document_id],
            span.passage.chunk.id != best,
            span.start,
        ),
    )


def is_heading(span: Span) -> bool:
    """Whether a span is the heading of its passage and nothing else."""
    chunk = span.passage.chunk
    if chunk.cells or not chunk.path:
        return False
    text, heading = bare(span.text), bare(chunk.path[-1])
    return text in heading and len(text) >= _HEADING * len(heading)


def is_of_letterhead(span: Span) -> bool:
    """Whether a span only names its document: its title, number and issuer, or its place on the web."""
    if span.passage.chunk.cells:
        return False
    head = span.passage.head
    rest = bare(_ADDRESS.sub("", span.text))
    for name in filter(None, map(bare, (head.title, head.issuer, head.number))):
        rest = rest.replace(name, "")
    return len(rest) < _SAYS * len(bare(span.text))


def bare(text: str) -> str:
    """The letters and digits of a text alone."""
    return "".join(filter(str.isalnum, text))


def _telling(spans: Sequence[Span], wanted: Wanted) -> Iterator[Span]:
    """The spans without headings whose passage has more, questions that a text only asks, and mere dates."""
    wants_date = wanted.probability_of("date") >= _WANTED
    wants_letterhead = bool(letterhead_fields(wanted.text)[0])
    for span in spans:
        matches = span.passage.matches
        more = len(matches) > 1 and span.passage.chunk.kind is not SectionKind.OUTLINE
        if more and (is_heading(span) or span.text.rstrip().endswith(("？", "?"))):
            continue
        if not wants_date and not span.passage.chunk.cells and is_date(span.text):
            continue
        if not wants_letterhead and is_of_letterhead(span):
            continue
        if span.passage.chunk.cells or len(bare(span.text)) >= _LEAST:
            yield span


def _contains(one: Span, other: Span) -> bool:
    if one.passage.chunk.cells or other.passage.chunk.cells:
        return _same_chunk(one, other) and one.start == other.start
    return bare(other.text) in bare(one.text)


def _same_chunk(one: Span, other: Span) -> bool:
    return one.passage.chunk.id == other.passage.chunk.id
