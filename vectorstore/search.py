"""From a question to passages: dense and lexical search mixed, what the question names raised.

Chunks and their sentences are embedded side by side; a chunk is as near as
itself and its nearest sentence together. The scores of dense and lexical
search are standardised over the candidates and mixed half and half: on these
documents that finds more than fusing ranks. What the question names (a place, a
title, an item by its number) is raised, and leaves nothing out. Of several
things that it names side by side the passages take turns, so that one place
does not crowd out the other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, zip_longest
from math import log
from typing import TYPE_CHECKING

from vectorstore.chunking import embedded_text, entry_id, is_searched, units, unnamed_fields
from vectorstore.errors import Message, RerankUnavailable
from vectorstore.fusion import mix, nearness
from vectorstore.glossary import gloss, is_foreign, official_words
from vectorstore.mentions import MentionReader
from vectorstore.named import Mentions, Target, within
from vectorstore.numbered import numbers_of
from vectorstore.row_selection import RowTable, Selection, asks_for_rows
from vectorstore.text import search_terms
from vectorstore.types import EVERYWHERE, Chunk, Document, Head, Hit, Match, Passage, Scope, SectionKind

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from vectorstore.generations import Generation
    from vectorstore.rerank import Reranker

_LEXICAL = 80  # candidates of lexical search
_DENSE = 400  # entries of dense search, sentences and chunks: those of some 80 chunks
_NAMED_DOCUMENTS = 40  # named documents that are searched by themselves too: more are no particular name
_FEW_DOCUMENTS = 3  # documents named whose letterheads are read too
_OUTSIDE = 8  # chunks at either end of a document among which letterhead and imprint stand
_LETTERHEADS = 3  # of one document
_HEADS_AT = 10  # place among the candidates that they get at least
_RERANKED = 30  # best passages that a rerank endpoint puts in order
# What a passage gains, in standard deviations of the mixed score; 1 to 3 make little difference.
_NAMED = 1.5  # from a document that the question names
_AROUND = 2.0  # from the section that the conversation is about
_NUMBERED = 3.0  # an item that it gives by number, in a document that it names
_NUMBERED_ANYWHERE = 1.0  # the same where it names no document

_Place = tuple[str, int]  # a document's id and a part of it


@dataclass(frozen=True, slots=True)
class _Hit:
    chunk_id: str
    score: float
    near: dict[str, float]  # similarity by entry, of the search that found it


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What the indexes found for a question: the mixed score by chunk, the similarity by entry."""

    scores: dict[str, float]
    near: dict[str, float]


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
        self._by_document: dict[str, list[Chunk]] = {}
        for chunk in sorted(self.chunks, key=lambda one: one.start):
            self._by_document.setdefault(chunk.document_id, []).append(chunk)
            self._places.setdefault((chunk.document_id, chunk.part), []).append(chunk)
        self._mentions = MentionReader(self.documents)

    @property
    def is_reranked(self) -> bool:
        """Whether a rerank endpoint puts passages in order."""
        return self._reranker is not None

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

    def search(
        self, question: str, *, scope: Scope, limit: int, each: int = 0, around: str = ""
    ) -> tuple[Passage, ...]:
        """At most ``limit`` passages, best first, or ``each`` for each thing that the question names.

        ``around`` is the id of the chunk that a conversation is about: it and its
        section are raised. A blank question or an empty library finds nothing.
        """
        terms = search_terms(question)
        if not terms or not self.chunks:
            return ()
        allowed = self._allowed(scope)
        if allowed is not None and not allowed:
            return ()
        mentions = self.read_mentions(question, scope)
        found = self._candidates(question, terms, mentions, allowed)
        groups: Sequence[frozenset[Target]] = mentions.groups or (frozenset(),)
        found = self._with_letterheads(self._with_section(found, around, allowed), mentions, allowed)
        turns = [self._ordered(question, found, group, mentions.clauses) for group in groups]
        limit = max(limit, each * len(groups)) if len(groups) > 1 else limit
        selection = self.select_rows(question, mentions, scope)
        chosen = {row.id: _Hit(row.id, 0.0, {}) for row in (selection.rows if selection else ())}
        for turn in zip_longest(*turns):
            for hit in turn:
                if hit is not None:
                    chosen.setdefault(hit.chunk_id, hit)
        hits = list(chosen.values())[:limit]
        return tuple(self._passage(hit, rank) for rank, hit in enumerate(hits, start=1))

    def passage(self, chunk: Chunk, rank: int = 1) -> Passage:
        """A chunk as a passage, without having searched for it."""
        return self._passage(_Hit(chunk.id, 0.0, {}), rank)

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None."""
        return self._documents.get(document_id)

    def _with_letterheads(
        self, found: _Candidates, mentions: Mentions, allowed: set[_Place] | None
    ) -> _Candidates:
        """The candidates with the letterheads of what is named among the best."""
        best = sorted(found.scores.values(), reverse=True)[:_HEADS_AT]
        least = best[-1] if best else 0.0
        heads = {i: max(least, found.scores.get(i, least)) for i in self._letterheads(mentions, allowed)}
        return _Candidates(found.scores | heads, found.near)

    def _letterheads(self, mentions: Mentions, allowed: set[_Place] | None) -> Iterator[str]:
        """The chunks in which the few documents that a question names tell their number, date and issuer."""
        documents = sorted({target.document_id for target in mentions.targets})
        for document_id in documents if len(documents) <= _FEW_DOCUMENTS else ():
            chunks = self._by_document.get(document_id, [])
            ends = (*chunks[:_OUTSIDE], *chunks[_OUTSIDE:][-_OUTSIDE:])
            heads = (c.id for c in ends if is_searched(c) and unnamed_fields(c.text, self._head_of(c)))
            yield from islice((chunk_id for chunk_id in heads if self._in(chunk_id, allowed)), _LETTERHEADS)

    def _head_of(self, chunk: Chunk) -> Head:
        return self._documents[chunk.document_id].head_of(chunk.part)

    def chunk_at(self, document_id: str, position: int) -> Chunk | None:
        """The chunk that a character of a document is in; None between chunks."""
        chunks = self._by_document.get(document_id, ())
        at = bisect_right(chunks, position, key=lambda chunk: chunk.start) - 1
        return chunks[at] if at >= 0 and position < chunks[at].end else None

    def preceding(self, chunk: Chunk) -> Iterator[Chunk]:
        """The chunks before one in its document, the nearest first."""
        chunks = self._by_document.get(chunk.document_id, [])
        at = bisect_left(chunks, chunk.start, key=lambda one: one.start)
        return (chunks[place] for place in range(at - 1, -1, -1))

    def following(self, chunk: Chunk) -> Iterator[Chunk]:
        """The chunks behind one in its document, in order."""
        chunks = self._by_document.get(chunk.document_id, ())
        return islice(chunks, bisect_right(chunks, chunk.start, key=lambda one: one.start), None)

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

    def select_rows(self, question: str, mentions: Mentions, scope: Scope = EVERYWHERE) -> Selection | None:
        """All rows that a question for rows means, of tables in the scope; None if it is no such.

        They are of what it names with certainty, if it does.
        """
        if not asks_for_rows(question):
            return None
        allowed = self._allowed(scope)
        if allowed is None and not mentions.certain:
            return self._all_rows.select(question)
        chunks = self.chunks_in(mentions.targets if mentions.certain else ())
        return RowTable(_rows(c for c in chunks if self._in(c.id, allowed))).select(question)

    @cached_property
    def _all_rows(self) -> RowTable:
        return RowTable(_rows(self.chunks))

    def _candidates(
        self, question: str, terms: Sequence[str], mentions: Mentions, allowed: set[_Place] | None
    ) -> _Candidates:
        """What the whole scope gives, and what the documents give that the question names."""
        vector = self._embedder.embed_query(question)
        lesser = self.official_terms(question)
        near: dict[str, float] = {}
        words: dict[str, float] = {}
        everywhere = () if allowed is None else _documents_of(allowed)
        for ids in (everywhere, *self._named_documents(mentions, allowed)):
            near |= {hit.chunk_id: hit.score for hit in self._nearest(vector, ids)}
            hits = self._generation.keywords.search(terms, _LEXICAL, ids, lesser)
            words |= {hit.chunk_id: hit.score for hit in hits}
        dense = {c: score for c, score in nearness(near).items() if self._in(c, allowed)}
        lexical = {c: score for c, score in words.items() if self._in(c, allowed)}
        return _Candidates(mix(dense, lexical), near)

    def _with_section(self, found: _Candidates, around: str, allowed: set[_Place] | None) -> _Candidates:
        """The candidates with the section of a chunk raised; its passages are candidates in any case."""
        subject = self._chunks.get(around)
        if subject is None or not self._in(around, allowed):
            return found
        section = [c.id for c in self._by_document[subject.document_id] if c.path == subject.path]
        least = min(found.scores.values(), default=0.0)
        raised = {chunk_id: found.scores.get(chunk_id, least) + _AROUND for chunk_id in section}
        return _Candidates(found.scores | raised, found.near)

    def _named_documents(self, mentions: Mentions, allowed: set[_Place] | None) -> Iterator[tuple[str, ...]]:
        """The documents of each thing that is named, as far as they are allowed and not too many."""
        for group in mentions.groups:
            places = {(target.document_id, target.part) for target in group}
            ids = _documents_of(places if allowed is None else places & allowed)
            if 0 < len(ids) <= _NAMED_DOCUMENTS:
                yield ids

    def _ordered(
        self, question: str, found: _Candidates, group: frozenset[Target], clauses: Sequence[int]
    ) -> list[_Hit]:
        """The candidates, best first, those of a group that is named raised."""
        named = {(target.document_id, target.part) for target in group}
        numbers = set(clauses)
        hits: list[_Hit] = []
        for chunk_id, score in found.scores.items():
            chunk = self._chunks[chunk_id]
            is_named = (chunk.document_id, chunk.part) in named
            raised = score + _NAMED * is_named
            if numbers and numbers & numbers_of(chunk):
                raised += _NUMBERED if is_named else _NUMBERED_ANYWHERE
            hits.append(_Hit(chunk_id, raised, found.near))
        hits.sort(key=lambda hit: (-hit.score, hit.chunk_id))
        numbered = [hit for hit in hits if numbers and numbers & numbers_of(self._chunks[hit.chunk_id])]
        first = {hit.chunk_id for hit in numbered}
        others = [hit for hit in hits if hit.chunk_id not in first]
        return [*numbered, *self._reranked(question, others)] if self._reranker else hits

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

    def _nearest(self, vector: Sequence[float], document_ids: Sequence[str]) -> list[Hit]:
        if document_ids:
            return self._generation.exact.search(vector, _DENSE, document_ids)
        return self._generation.vectors.search(vector, _DENSE)

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

    def _allowed(self, scope: Scope) -> set[_Place] | None:
        """Documents and parts that may be found; None for all."""
        if scope == EVERYWHERE:
            return None
        return {
            (document.id, part)
            for document in self.documents
            for part in range(len(document.parts) + 1)
            if scope.allows(document.id, document.head_of(part))
        }

    def _in(self, chunk_id: str, allowed: set[_Place] | None) -> bool:
        chunk = self._chunks.get(chunk_id)
        return chunk is not None and (allowed is None or (chunk.document_id, chunk.part) in allowed)


def _rows(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    return (chunk for chunk in chunks if chunk.kind is SectionKind.ROW)


def _documents_of(places: Iterable[_Place]) -> tuple[str, ...]:
    return tuple(sorted({document_id for document_id, _ in places}))
