"""What a reading is fitted on: for each question the passages that search finds, and which spans answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.reading.signs import signs_of
from eval.judging.matching import meet
from eval.judging.normalise import normalise
from eval.questions.cases import Case
from vectorstore.search.searcher import Searcher
from vectorstore.text import search_terms
from vectorstore.types import EVERYWHERE, Passage

PASSAGES = 20  # that a question is read against


@dataclass(frozen=True, slots=True)
class Sample:
    """A question, its passages, and for each of their spans, in order, whether it is of the answer.

    ``found`` tells which of the question's pieces of evidence some span meets; ``family`` keeps what is
    alike on one side of a split; ``rarity`` is the worth of the question's terms in its library.
    """

    question: str
    family: str
    answerable: bool
    passages: tuple[Passage, ...]
    gold: NDArray[np.bool_]
    rarity: Mapping[str, float]

    def weight(self, term: str) -> float:
        """The worth of a term of the question in its library."""
        return self.rarity.get(term, 0.0)

    @property
    def gold_spans(self) -> Iterator[tuple[Passage, str]]:
        """The spans that answer, with their passages."""
        spans = ((p, text_of(p, m.start, m.end)) for p in self.passages for m in p.matches)
        return (span for span, is_gold in zip(spans, self.gold, strict=True) if is_gold)


def terms_of(question: str) -> frozenset[str]:
    """All terms that a question is compared by."""
    return frozenset(search_terms(question))


def text_of(passage: Passage, start: int, end: int) -> str:
    """The words of a span of a passage."""
    return passage.chunk.text[start - passage.chunk.start : end - passage.chunk.start]


def gather(
    cases: Iterable[Case], searcher: Searcher, on_progress: Callable[[int], None] = lambda _: None
) -> list[Sample]:
    """A sample of each case without earlier turns."""
    samples: list[Sample] = []
    for case in cases:
        if case.history:
            continue
        passages = searcher.search(case.question, scope=EVERYWHERE, limit=PASSAGES)
        wanted = [(gold.file, normalise(gold.quote)) for gold in case.evidence]
        gold = [
            any(file == p.source and _answers(quote, p, m.start, m.end) for file, quote in wanted)
            for p in passages
            for m in p.matches
        ]
        samples.append(
            Sample(
                case.question,
                case.family,
                case.answerable,
                passages,
                np.asarray(gold, bool),
                {term: searcher.weight(term) for term in terms_of(case.question)},
            )
        )
        on_progress(len(samples))
    return samples


def _answers(quote: str, passage: Passage, start: int, end: int) -> bool:
    """Whether a span meets a quote, which is normalised; of a row that does, the cells that it quotes."""
    text = normalise(text_of(passage, start, end))
    if meet(quote, text):
        return True
    return bool(passage.chunk.cells and text and text in quote and meet(quote, normalise(passage.chunk.text)))


def answer_terms(sample: Sample) -> frozenset[str]:
    """The terms of the spans that answer and of the headings and titles over them."""
    terms: set[str] = set()
    for passage, text in sample.gold_spans:
        terms.update(search_terms(" ".join((text, *passage.chunk.path[-2:], passage.head.title))))
    return frozenset(terms)


def answer_signs(sample: Sample) -> frozenset[str]:
    """The signs that the spans show that answer."""
    return frozenset().union(*(signs_of(text) for _, text in sample.gold_spans))
