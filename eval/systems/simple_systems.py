"""Two simple systems over the assistant's own library: what searching and quoting alone would do.

Both search the last question as it stands in the whole library, and answer with
the three best sentences of the first eight passages, each with its citation.
They have no rule and refuse nothing; a row of a table counts as one sentence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import log
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Literal

from assistant.build import build_embedder
from assistant.setup.settings import Settings
from assistant.types import Outcome
from eval.judging.replies import Cited, Reply
from eval.questions.cases import Case
from eval.systems.systems import Found, System
from vectorstore.documents.chunking import entry_id, units
from vectorstore.index.generations import Generation, open_current
from vectorstore.search.fusion import mix, nearness
from vectorstore.text import search_terms

if TYPE_CHECKING:
    from vectorstore.embeddings import Embedder
    from vectorstore.types import Chunk

SimpleName = Literal["bm25", "nearest"]
_PASSAGES = 8
_SENTENCES = 3
_DENSE, _LEXICAL = 400, 80  # entries and chunks that are mixed, as many as the assistant takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a passage, and how near its meaning is to the question's."""

    chunk: Chunk
    text: str
    similarity: float = 0.0


class _Library:
    """One generation of the index with what both systems read from it."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.chunks = {chunk.id: chunk for chunk in generation.database.chunks()}
        self._sources = {document.id: document.source for document in generation.database.documents()}

    def source(self, chunk: Chunk) -> str:
        """The name of the document that a chunk is from."""
        return self._sources[chunk.document_id]

    def weights(self, question: str) -> dict[str, float]:
        """Each term of the question with how rare it is."""
        keywords = self.generation.keywords
        most = keywords.size + 1
        terms = dict.fromkeys(search_terms(question))
        return {term: max(0.0, log(most / (keywords.document_frequency(term) + 0.5))) for term in terms}


def shared(weights: Mapping[str, float], text: str) -> float:
    """The share of the question's terms, weighted by their rarity, that stand in ``text``."""
    terms = set(search_terms(text))
    return sum(weight for term, weight in weights.items() if term in terms) / (sum(weights.values()) or 1.0)


class Bm25:
    """BM25 over passages; of them the sentences that share the most rare terms with the question."""

    def __init__(self, library: _Library, _: Embedder) -> None:
        self._library = library

    def find(self, question: str, limit: int) -> list[Chunk]:
        """The best passages."""
        hits = self._library.generation.keywords.search(search_terms(question), limit)
        return [self._library.chunks[hit.chunk_id] for hit in hits]

    def best(self, question: str) -> list[Sentence]:
        """The sentences of the best passages, best first."""
        weights = self._library.weights(question)
        found = [one for chunk in self.find(question, _PASSAGES) for one in _sentences(chunk, {})]
        return sorted(found, key=lambda one: -shared(weights, one.text))


class Nearest:
    """Vectors and BM25 mixed; of the passages the sentences near in meaning that share rare terms."""

    def __init__(self, library: _Library, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder

    def find(self, question: str, limit: int) -> list[Chunk]:
        """The best passages."""
        return self._search(question, limit)[0]

    def best(self, question: str) -> list[Sentence]:
        """The sentences of the best passages, best first."""
        chunks, near = self._search(question, _PASSAGES)
        weights = self._library.weights(question)
        found = [one for chunk in chunks for one in _sentences(chunk, near)]
        meaning = _standardised([one.similarity for one in found])
        words = _standardised([shared(weights, one.text) for one in found])
        order = sorted(range(len(found)), key=lambda at: -(meaning[at] + words[at]))
        return [found[at] for at in order]

    def _search(self, question: str, limit: int) -> tuple[list[Chunk], dict[str, float]]:
        """The best passages, and the similarities by entry that they were found with."""
        generation = self._library.generation
        vector = self._embedder.embed_query(question)
        near = {hit.chunk_id: hit.score for hit in generation.vectors.search(vector, _DENSE)}
        words = generation.keywords.search(search_terms(question), _LEXICAL)
        scores = mix(nearness(near), {hit.chunk_id: hit.score for hit in words})
        order = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
        return [self._library.chunks[chunk_id] for chunk_id in order[:limit]], near


class Simple:
    """One of the two as a system that can be measured."""

    def __init__(self, name: SimpleName, library: _Library, embedder: Embedder) -> None:
        self.name: str = name
        self._library = library
        self._how = _SYSTEMS[name](library, embedder)

    def ask(self, case: Case) -> Reply:
        """The three best sentences, each on a line with its label. Raises what the embedding raises."""
        started = time.monotonic()
        best = self._how.best(case.question)[:_SENTENCES]
        return Reply(
            answer="\n".join(f"{one.text}[{label}]" for label, one in enumerate(best, start=1)),
            outcome=Outcome.GROUNDED,
            citations=tuple(
                Cited(file=self._library.source(one.chunk), quote=one.text, label=label)
                for label, one in enumerate(best, start=1)
            ),
            seconds=time.monotonic() - started,
        )

    def search(self, case: Case, limit: int) -> tuple[Found, ...]:
        """The best passages. Raises what the embedding raises."""
        chunks = self._how.find(case.question, limit)
        return tuple(Found(file=self._library.source(chunk), text=chunk.text) for chunk in chunks)


_SYSTEMS: Mapping[SimpleName, Callable[[_Library, Embedder], Bm25 | Nearest]] = {
    "bm25": Bm25,
    "nearest": Nearest,
}


@contextmanager
def open_simple(name: SimpleName, settings: Settings) -> Iterator[System]:
    """That system over the library of ``settings``, which is taken in already; it is closed at the end.

    Raises IndexMissing, IndexMismatch and EmbeddingUnavailable.
    """
    embedder = build_embedder(settings)
    with open_current(settings.data_dir, embedder.model) as generation:
        yield Simple(name, _Library(generation), embedder)


def _sentences(chunk: Chunk, near: Mapping[str, float]) -> Iterator[Sentence]:
    """The sentences of a passage in order, with the similarity that ``near`` has of each by its entry."""
    farthest = min(near.values(), default=0.0)
    ranges = units(chunk)
    first = 1 if len(ranges) > 1 else 0  # a chunk of one sentence is embedded once
    similar = [near.get(entry_id(chunk, number), farthest) for number in range(first, first + len(ranges))]
    if chunk.cells:
        yield Sentence(chunk=chunk, text=chunk.text, similarity=max(similar, default=farthest))
        return
    for (start, end), similarity in zip(ranges, similar, strict=True):
        yield Sentence(
            chunk=chunk, text=chunk.text[start - chunk.start : end - chunk.start], similarity=similarity
        )


def _standardised(values: Sequence[float]) -> list[float]:
    if not values:
        return []
    mean, deviation = fmean(values), pstdev(values) or 1.0
    return [(value - mean) / deviation for value in values]
