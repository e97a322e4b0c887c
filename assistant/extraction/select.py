"""Which sentences of the evidence answer: every sentence and cell scored against the question.

A sentence's score mixes the share of the question's matter that it holds, how
near its meaning is, how good its passage is, and whether it holds the kind of
thing that is asked for. All are standardised over the evidence, so no
threshold depends on a model's scale.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from assistant.extraction.intent import Ask, Kind, holds
from assistant.extraction.weigh import Matter
from vectorstore.text import search_terms
from vectorstore.types import Match, Passage, SectionKind

_MATTER, _MEANING, _PASSAGE, _CONTEXT, _KIND = 1.0, 0.8, 0.3, 0.2, 0.8
_PREAMBLE = 1.5  # taken from sentences that every document opens with and that answer nothing
_ENOUGH = 0.3  # share of the matter from which on shared words are believed in full
_BEGINNING = 40  # characters in which a sentence shows that it is a preamble
_OPENS = re.compile(
    r"^(?:\W|\d)*为(?:了|深入|全面|认真|贯彻|进一步|切实|扎实|加快|推动)|坚持以[^。]{0,20}(?:思想|精神)|(?:思想|精神)为(?:指导|引领)|"
    r"^根据[^，,。]{0,40}(?:精神|要求|部署)|总体思路|指导思想"
)
_PATH = 0.5  # what a heading holds of the question counts half for the sentences under it
_SHOWN_BY_SIGN = (
    Kind.SHARE,
    Kind.MONEY,
    Kind.DATE,
    Kind.COUNT,
    Kind.OFFICE,
    Kind.NUMBER,
    Kind.CONTACT,
    Kind.LIST,
)


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence or cell of a passage; ``share``: how much of the question's matter it and its headings hold."""

    passage: Passage
    start: int
    end: int
    text: str
    terms: frozenset[str]
    share: float
    score: float


def score_spans(passages: Sequence[Passage], matter: Matter, asks: Sequence[Ask]) -> list[Span]:
    """All sentences and cells of the passages, best first."""
    rows: list[tuple[Passage, int, int, str, frozenset[str], list[float]]] = []
    kinds = [ask for ask in asks if ask.kind in _SHOWN_BY_SIGN]
    for passage in passages:
        chunk = passage.chunk
        headings = frozenset(search_terms(" ".join(chunk.path[-2:])))
        whole = matter.share(frozenset(search_terms(chunk.text)) | headings)
        for match in _answering(passage):
            text = chunk.text[match.start - chunk.start : match.end - chunk.start]
            terms = frozenset(search_terms(text))
            share = matter.share(terms)
            share += _PATH * (matter.share(terms | headings) - share)
            fits = fmean([float(holds(ask.kind, text, ask.units)) for ask in kinds]) if kinds else 0.0
            rows.append(
                (
                    passage,
                    match.start,
                    match.end,
                    text,
                    terms,
                    [share, match.similarity, passage.score, whole, fits],
                )
            )
    if not rows:
        return []
    columns = [_standardise([row[5][i] for row in rows]) for i in range(4)]
    trust = min(1.0, max(row[5][0] for row in rows) / _ENOUGH)
    spans = [
        Span(
            *row[:5],
            share=row[5][0],
            score=_MATTER * trust * columns[0][i]
            + _MEANING * columns[1][i]
            + _PASSAGE * columns[2][i]
            + _CONTEXT * trust * columns[3][i]
            + _KIND * row[5][4]
            - _PREAMBLE * (bool(_OPENS.search(row[3][:_BEGINNING])) or _is_fragment(row[0], row[3])),
        )
        for i, row in enumerate(rows)
    ]
    return sorted(spans, key=lambda span: -span.score)


def _is_fragment(passage: Passage, text: str) -> bool:
    """A line of a letterhead or a title: no sentence, and no item of a list."""
    return passage.chunk.kind is SectionKind.TEXT and not text.endswith(("。", "；", "！")) and len(text) < 40


def _answering(passage: Passage) -> Sequence[Match]:
    """The sentences that can answer: not a title at the head of the text under it."""
    matches = passage.matches
    if len(matches) > 1 and not passage.chunk.cells:
        chunk, first = passage.chunk, matches[0]
        text = re.sub(r"\W", "", chunk.text[first.start - chunk.start : first.end - chunk.start])
        titles = {re.sub(r"\W", "", words) for words in (*chunk.path[-1:], passage.head.title)}
        if text in titles:
            return matches[1:]
    return matches


def _standardise(values: Sequence[float]) -> list[float]:
    mean, deviation = fmean(values), pstdev(values) or 1.0
    return [(value - mean) / deviation for value in values]
