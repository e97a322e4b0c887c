"""From a question to passages: dense and lexical search mixed, in the scope that the question names.

Chunks and their sentences are embedded side by side; a chunk is as near as
itself and its nearest sentence together. The scores of dense and lexical
search are standardised over the candidates and mixed half and half: on these
documents that finds more than fusing ranks. A question that names several
documents or places is searched once for each, and the passages take turns, so
that one place does not crowd out the other. Items and articles that the
question gives by number come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, zip_longest
from math import log
from typing import TYPE_CHECKING

from vectorstore.about import is_about_document, letterhead
from vectorstore.chunking import embedded_text, entry_id, is_searched, units
from vectorstore.errors import Message, RerankUnavailable
from vectorstore.fusion import mix, nearness
from vectorstore.glossary import gloss, is_foreign, official_words
from vectorstore.mentions import MentionReader
from vectorstore.named import Mentions, Target, within
from vectorstore.numbered import numbers_of
from vectorstore.row_selection import RowTable, Selection, asks_for_rows
from vectorstore.text import search_terms
from vectorstore.types import EVERYWHERE, Chunk, Document, Hit, Match, Passage, Scope, SectionKind

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from vectorstore.generations import Generation
    from vectorstore.rerank import Reranker

_LEXICAL = 80  # candidates of lexical search; the part of a compilation is filtered after it
_DENSE = 400  # entries of dense search, sentences and chunks: those of some 80 chunks
_RERANKED = 30  # best passages that a rerank endpoint puts in order
_LETTERHEAD = 2  # chunks outside the body that go first where a question is about the document itself
_LEAST_MATTER = 4  # characters of a question that must be left to be worth embedding without its scope

_Place = tuple[str, int]  # a document's id and a part of it


@dataclass(frozen=True, slots=True)
class _Hit:
    chunk_id: str
    score: float
    near: dict[str, float]  # similarity by entry, of the search that found it


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a question looks for. ``lesser`` are terms of official words for what it says in others."""

    question: str
    terms: Sequence[str]
    lesser: Sequence[str]
    vector: Sequence[float]
    clauses: Sequence[int]
    letterhead: bool


class Searcher:
    """Searches one generation of the index. Safe to use from several threads."""

    def __init__(
        self, generation: Generation, embedder: Embeddings, reranker: Reranker | None = None
    ) -> None:
        self._generation = generation
        self._embedder = embedder
        self._reranker = reranker
        self.documents: tuple[Document, ...] = generation.database.documents()
        self._documents = {document.id: document for document in self.documents}
        self._order = {document.id: number for number, document in enumerate(self.documents)}
        self.chunks: tuple[Chunk, ...] = generation.database.chunks()
        self._chunks = {chunk.id: chunk for chunk in self.chunks}
        self._places: dict[_Place, list[Chunk]] = {}
        for chunk in self.chunks:
            self._places.setdefault((chunk.document_id, chunk.part), []).append(chunk)
        self._mentions = MentionReader(self.documents)

    @property
    def notices(self) -> tuple[Message, ...]:
        """What users should know of how passages are found just now."""
        return self._reranker.notices if self._reranker else ()

    def read_mentions(self, question: str, scope: Scope = EVERYWHERE) -> Mentions:
        """What the question names in this library, as far as it lies in the scope."""
        mentions = self._mentions.read(question)
        return mentions if scope == EVERYWHERE else within(mentions, self._mentions.targets_in(scope))

    def gloss(self, question: str, *, by_dictionary: bool = True) -> str:
        """The words of an English question in Chinese; empty for a Chinese one.

        Without the dictionary only words of schools, offices and places are
        known: with it, a question on anything has words that some document uses.
        """
        if not is_foreign(question):
            return ""
        weight = self.weight if by_dictionary else lambda _: 0.0
        return gloss(question, self._mentions.names_in_pinyin, weight)

    def official_terms(self, question: str) -> list[str]:
        """Terms of the official words for what the question says in spoken ones."""
        return search_terms(" ".join(chain.from_iterable(official_words(question).values())))

    def absent_matter(self, question: str, targets: frozenset[Target]) -> str | None:
        """A phrase of the question that other documents have and these targets do not; or None."""
        return self._mentions.absent_matter(question, targets)

    def search(self, question: str, *, scope: Scope, limit: int, each: int = 0) -> tuple[Passage, ...]:
        """At most ``limit`` passages, best first, or ``each`` for each thing that the question names.

        A blank question or an empty library finds nothing.
        """
        terms = search_terms(question)
        if not terms or not self.chunks:
            return ()
        mentions = self.read_mentions(question)
        wanted = _Wanted(
            question=question,
            terms=terms,
            lesser=self.official_terms(question),
            vector=self._embedder.embed_query(_matter(question, mentions)),
            clauses=mentions.clauses,
            letterhead=is_about_document(question),
        )
        groups: Sequence[frozenset[Target] | None] = mentions.groups or (None,)
        found = [self._search_group(wanted, self._allowed(group, scope)) for group in groups]
        limit = max(limit, each * len(groups)) if len(groups) > 1 else limit
        chosen = {row.id: _Hit(row.id, 0.0, {}) for row in self._selected(question, mentions, scope)}
        for turn in zip_longest(*found):
            for hit in turn:
                if hit is not None:
                    chosen.setdefault(hit.chunk_id, hit)
        return tuple(
            self._passage(hit, rank) for rank, hit in enumerate(list(chosen.values())[:limit], start=1)
        )

    def passage(self, chunk: Chunk, rank: int = 1) -> Passage:
        """A chunk as a passage, without having searched for it."""
        return self._passage(_Hit(chunk.id, 0.0, {}), rank)

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None."""
        return self._documents.get(document_id)

    def chunks_in(self, targets: Iterable[Target]) -> tuple[Chunk, ...]:
        """All chunks of these targets, in order; of the whole library if there are none."""
        wanted = {(target.document_id, target.part) for target in targets}
        return self._chunks_at(wanted) if wanted else self.chunks

    def _chunks_at(self, places: Iterable[_Place]) -> tuple[Chunk, ...]:
        found = chain.from_iterable(self._places.get(place, ()) for place in places)
        return tuple(sorted(found, key=lambda chunk: (self._order[chunk.document_id], chunk.ordinal)))

    def weight(self, term: str) -> float:
        """How much a term says: its inverse document frequency, from 0 (everywhere) up."""
        size = max(1, self._generation.keywords.size)
        return max(0.0, log((size + 1) / (self._generation.keywords.document_frequency(term) + 0.5)))

    def select_rows(self, question: str, mentions: Mentions) -> Selection | None:
        """All rows that a question for rows means, in the tables of what it names; None if it is no such."""
        if not asks_for_rows(question):
            return None
        if not mentions.targets:
            return self._all_rows.select(question)
        return RowTable(_rows(self.chunks_in(mentions.targets))).select(question)

    @cached_property
    def _all_rows(self) -> RowTable:
        return RowTable(_rows(self.chunks))

    def _selected(self, question: str, mentions: Mentions, scope: Scope) -> Sequence[Chunk]:
        selection = self.select_rows(question, mentions)
        allowed = self._allowed(None, scope)
        return [row for row in selection.rows if self._in(row.id, allowed)] if selection else ()

    def _search_group(self, wanted: _Wanted, allowed: set[_Place] | None) -> list[_Hit]:
        if allowed is not None and not allowed:
            return []
        ids = tuple(sorted({document_id for document_id, _ in allowed})) if allowed is not None else ()
        near = {hit.chunk_id: hit.score for hit in self._nearest(wanted.vector, ids)}
        words = self._generation.keywords.search(wanted.terms, _LEXICAL, ids, wanted.lesser)
        lexical = {hit.chunk_id: hit.score for hit in words}
        dense = nearness(near)
        scores = mix(
            {chunk_id: score for chunk_id, score in dense.items() if self._in(chunk_id, allowed)},
            {chunk_id: score for chunk_id, score in lexical.items() if self._in(chunk_id, allowed)},
        )
        lifted = self._lifted(wanted, allowed, scores) if allowed is not None else {}
        scores |= lifted
        hits = [
            _Hit(chunk_id, score, near)
            for chunk_id, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        ]
        return [*hits[: len(lifted)], *self._reranked(wanted.question, hits[len(lifted) :])]

    def _reranked(self, question: str, hits: Sequence[_Hit]) -> Sequence[_Hit]:
        """The best hits in the order of the rerank endpoint; as they are where there is none or it fails."""
        if self._reranker is None or not hits:
            return hits
        chunks = [self._chunks[hit.chunk_id] for hit in hits[:_RERANKED]]
        heads = [self._documents[chunk.document_id].head_of(chunk.part) for chunk in chunks]
        try:
            order = self._reranker.order(question, list(map(embedded_text, chunks, heads)))
        except RerankUnavailable:
            return hits  # the notices say so
        return [*(hits[place] for place in order), *hits[_RERANKED:]]

    def _lifted(self, wanted: _Wanted, allowed: set[_Place], scores: dict[str, float]) -> dict[str, float]:
        """What goes above all other passages: items by their number, and a letterhead that is asked for."""
        lifted: dict[str, float] = {}
        if wanted.clauses:
            best = max(scores.values(), default=0.0) + 1.0
            lifted |= dict.fromkeys(self._numbered(wanted.clauses, allowed), best)
        if wanted.letterhead and len(allowed) == 1:
            lifted |= self._letterhead(allowed, scores | lifted)
        return lifted

    def _nearest(self, vector: Sequence[float], document_ids: Sequence[str]) -> list[Hit]:
        if document_ids:
            return self._generation.exact.search(vector, _DENSE, document_ids)
        return self._generation.vectors.search(vector, _DENSE)

    def _letterhead(self, allowed: set[_Place], scores: dict[str, float]) -> dict[str, float]:
        """The best chunks outside the body of the one document that is meant, lifted above all others."""
        head = [chunk.id for chunk in letterhead(self._chunks_at(allowed)) if is_searched(chunk)]
        best, worst = max(scores.values(), default=0.0), min(scores.values(), default=0.0)
        ordered = sorted(head, key=lambda chunk_id: -scores.get(chunk_id, worst))[:_LETTERHEAD]
        return {chunk_id: best + 1.0 - 0.1 * rank for rank, chunk_id in enumerate(ordered)}

    def _passage(self, hit: _Hit, rank: int) -> Passage:
        chunk = self._chunks[hit.chunk_id]
        document = self._documents[chunk.document_id]
        farthest = min(hit.near.values(), default=0.0)
        ranges = units(chunk)
        first = 1 if len(ranges) > 1 else 0  # a chunk of one sentence is embedded once
        matches = (
            Match(start=start, end=end, similarity=hit.near.get(entry_id(chunk, number), farthest))
            for number, (start, end) in enumerate(ranges, start=first)
        )
        return Passage(
            rank=rank,
            chunk=chunk,
            source=document.source,
            head=document.head_of(chunk.part),
            score=hit.score,
            matches=tuple(matches),
            pages=document.pages,
        )

    def _allowed(self, group: frozenset[Target] | None, scope: Scope) -> set[_Place] | None:
        """Documents and parts that may be found; None for all."""
        if group is None and scope == EVERYWHERE:
            return None
        allowed: set[_Place] = set()
        for document in self.documents:
            for part in range(len(document.parts) + 1):
                head = document.head_of(part)
                fits = scope.allows(document.id, head)
                if fits and (group is None or Target(document.id, part, head) in group):
                    allowed.add((document.id, part))
        return allowed

    def _in(self, chunk_id: str, allowed: set[_Place] | None) -> bool:
        chunk = self._chunks.get(chunk_id)
        return chunk is not None and (allowed is None or (chunk.document_id, chunk.part) in allowed)

    def _numbered(self, clauses: Sequence[int], allowed: set[_Place]) -> list[str]:
        wanted = set(clauses)
        return [
            chunk.id
            for chunk in self._chunks_at(allowed)
            if is_searched(chunk) and wanted & numbers_of(chunk)
        ]


def _rows(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    return (chunk for chunk in chunks if chunk.kind is SectionKind.ROW)


def _matter(question: str, mentions: Mentions) -> str:
    """The question without the names that set its scope: within it they only draw titles near."""
    if not mentions.groups:
        return question
    text = question
    for word in sorted(mentions.scope_words, key=len, reverse=True):
        text = re.sub(re.escape(word), "", text, flags=re.IGNORECASE)
    return text if len(re.sub(r"\W", "", text)) >= _LEAST_MATTER else question
