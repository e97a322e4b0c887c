"""Which sentences of the evidence answer: every sentence and cell scored against the question.

A sentence's score mixes the share of the question's matter that it holds, how
near its meaning is, how good its passage is, and whether it holds the kind of
thing that is asked for. All are standardised over the evidence, so nothing
depends on a model's scale. Where few words are shared, meaning decides.
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
_SPEECH = 0.2  # what meaning counts more where no word is shared
_ENOUGH = 0.3  # share of the matter from which on shared words are believed in full
_PATH = 0.5  # what a heading holds of the question counts half for the sentences under it
_PREAMBLE = 1.5  # taken from sentences that every document opens with and that answer nothing
_BEGINNING = 40  # characters in which a sentence shows that it is a preamble
_OPENS = re.compile(
    r"^(?:\W|\d)*为(?:了|深入|全面|认真|贯彻|进一步|切实|扎实|加快|推动)|坚持以[^。]{0,20}(?:思想|精神)|"
    r"(?:思想|精神)为(?:指导|引领)|^根据[^，,。]{0,40}(?:精神|要求|部署)|总体思路|指导思想"
)
SHOWN_BY_SIGN = (
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
    """A sentence or cell; ``share``: how much of the question's matter it and its headings hold."""

    passage: Passage
    start: int
    end: int
    text: str
    terms: frozenset[str]
    share: float
    score: float


@dataclass(frozen=True, slots=True)
class _Worth:
    """What is known of a sentence before it is compared with the others."""

    passage: Passage
    match: Match
    text: str
    terms: frozenset[str]
    share: float
    whole: float  # share of the matter that the passage holds
    fits: float  # share of the things asked for of whose kind it holds one


def score_spans(passages: Sequence[Passage], matter: Matter, asks: Sequence[Ask]) -> list[Span]:
    """All sentences and cells of the passages, best first."""
    found = [worth for passage in passages for worth in _weigh(passage, matter, asks)]
    if not found:
        return []
    shares = _standardise([worth.share for worth in found])
    meanings = _standardise([worth.match.similarity for worth in found])
    standings = _standardise([worth.passage.score for worth in found])
    wholes = _standardise([worth.whole for worth in found])
    trust = min(1.0, max(worth.share for worth in found) / _ENOUGH)
    spans = [
        Span(
            passage=worth.passage,
            start=worth.match.start,
            end=worth.match.end,
            text=worth.text,
            terms=worth.terms,
            share=worth.share,
            score=trust * (_MATTER * shares[i] + _CONTEXT * wholes[i])
            + (_MEANING + _SPEECH * (1 - trust)) * meanings[i]
            + _PASSAGE * standings[i]
            + _KIND * worth.fits
            - _PREAMBLE * _is_empty(worth),
        )
        for i, worth in enumerate(found)
    ]
    return sorted(spans, key=lambda span: -span.score)


def is_title(span: Span) -> bool:
    """Whether a sentence is the title of the item that it stands in."""
    chunk = span.passage.chunk
    return chunk.kind is SectionKind.ITEM and bool(chunk.path) and _bare(span.text) == _bare(chunk.path[-1])


def _weigh(passage: Passage, matter: Matter, asks: Sequence[Ask]) -> list[_Worth]:
    chunk = passage.chunk
    kinds = [ask for ask in asks if ask.kind in SHOWN_BY_SIGN]
    headings = frozenset(search_terms(" ".join(chunk.path[-2:])))
    whole = matter.share(frozenset(search_terms(chunk.text)) | headings)
    found: list[_Worth] = []
    for match in _answering(passage):
        text = chunk.text[match.start - chunk.start : match.end - chunk.start]
        terms = frozenset(search_terms(text))
        own = matter.share(terms)
        share = own + _PATH * (matter.share(terms | headings) - own)
        fits = fmean([float(holds(ask.kind, text, ask.units)) for ask in kinds]) if kinds else 0.0
        found.append(_Worth(passage, match, text, terms, share, whole, fits))
    return found


def _is_empty(worth: _Worth) -> bool:
    """A preamble, or a line of a letterhead or a title: no sentence that says anything."""
    text = worth.text
    fragment = worth.passage.chunk.kind is SectionKind.TEXT and len(text) < _BEGINNING
    return bool(_OPENS.search(text[:_BEGINNING])) or (fragment and not text.endswith(("。", "；", "！")))


def _answering(passage: Passage) -> Sequence[Match]:
    """The sentences that can answer: not a title at the head of the text under it."""
    matches = passage.matches
    if len(matches) > 1 and not passage.chunk.cells:
        chunk, first = passage.chunk, matches[0]
        text = _bare(chunk.text[first.start - chunk.start : first.end - chunk.start])
        if text in {_bare(words) for words in (*chunk.path[-1:], passage.head.title)} and not re.search(
            r"\d", text
        ):
            return matches[1:]
    return matches


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text)


def _standardise(values: Sequence[float]) -> list[float]:
    mean, deviation = fmean(values), pstdev(values) or 1.0
    return [(value - mean) / deviation for value in values]
