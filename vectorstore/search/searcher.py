"""From a question to passages: dense and lexical search mixed, what the question names raised.

Chunks and their sentences are embedded side by side; a chunk is as near as
itself and its nearest sentence together. The scores of dense and lexical
search are standardised over the candidates and mixed half and half: on these
documents that finds more than fusing ranks. What the question names (a place, a
title, an item by its number) is raised, and leaves nothing out. Of several
things that it names side by side the passages take turns, so that one place
does not crowd out the other. While there are no vectors, words alone decide.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from math import log
from typing import TYPE_CHECKING

from vectorstore.documents.chunking import embedded_text, entry_id, units
from vectorstore.errors import EmbeddingUnavailable, Message, RerankUnavailable
from vectorstore.glossary import gloss, is_foreign
from vectorstore.index.holdings import Holdings, Place, documents_of
from vectorstore.mentions.named import Mentions, Target, within
from vectorstore.mentions.numbered import numbers_of
from vectorstore.mentions.reader import MentionReader
from vectorstore.mentions.row_selection import Selection, asks_for_rows
from vectorstore.search.fusion import mix, nearness
from vectorstore.text import search_terms, years_in
from vectorstore.types import EVERYWHERE, Chunk, Hit, Match, Passage, Scope

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from vectorstore.index.generations import Generation
    from vectorstore.index.snapshots import Stated
    from vectorstore.search.rerank import Reranker

_LOG = logging.getLogger(__name__)

_LEXICAL = 80  # candidates of lexical search
_DENSE = 400  # entries of dense search, sentences and chunks: those of some 80 chunks
_NAMED_DOCUMENTS = 40  # named documents that are searched by themselves too: more are no particular name
_FEW_DOCUMENTS = 3  # documents named whose letterheads are read too
_HEADS_AT = 10  # place among the candidates that they get at least
_RERANKED = 30  # best passages that a rerank endpoint puts in order
# What a passage gains, in standard deviations of the mixed score; 1 to 3 make little difference.
_NAMED = 1.5  # from a document that the question names
_OLDER = 1.0  # what a passage loses that is of an older version than the question means
_AROUND = 2.0  # from the section that the conversation is about
_NUMBERED = 3.0  # an item that it gives by number, in a document that it names
_NUMBERED_ANYWHERE = 1.0  # the same where it names no document
_WORDS_ALONE = Message(
    "向量接口暂时不可用，这次只按词语查找，换了说法的内容可能找不到。",
    "Embeddings are not to be had at the moment: this was searched by words alone, and what is said in other"
    " words may be missed.",
)


@dataclass(frozen=True, slots=True)
class _Hit:
    chunk: Chunk
    score: float
    near: dict[str, float]  # similarity by entry, of the search that found it


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What the indexes found for a question: the mixed score by chunk, the similarity by entry."""

    scores: dict[str, float]
    near: dict[str, float]


class Searcher:
    """Searches a generation; shares what ``before`` has read. Safe to use from several threads."""

    def __init__(
        self,
        generation: Generation,
        embedder: Embeddings,
        reranker: Reranker | None = None,
        before: Searcher | None = None,
    ) -> None:
        self._generation = generation
        self._embedder = embedder
        self._reranker = reranker
        self._by_words_alone = False
        self._read: dict[str, Stated] = generation.database.read(before._read if before else None)
        self.holdings = Holdings.of(self._read.values())
        self._mentions: MentionReader = MentionReader(
            self.holdings.documents, before._mentions if before else None
        )

    @property
    def is_reranked(self) -> bool:
        """Whether a rerank endpoint puts passages in order."""
        return self._reranker is not None

    @property
    def notices(self) -> tuple[Message, ...]:
        """What users should know of how passages are found just now."""
        reranking = self._reranker.notices if self._reranker else ()
        return (_WORDS_ALONE, *reranking) if self._by_words_alone else reranking

    def read_mentions(self, question: str, scope: Scope = EVERYWHERE) -> Mentions:
        """What the question names in this library, as far as it lies in the scope."""
        mentions = self._mentions.read(question)
        return mentions if scope == EVERYWHERE else within(mentions, self._mentions.targets_in(scope))

    def gloss(self, question: str, *, by_dictionary: bool = True) -> str:
        """The words of an English question in Chinese; empty for a Chinese one.

        Without the dictionary only words of schools, offices and places are known; with it, any are.
        """
        if not is_foreign(question):
            return ""
        weight = self.weight if by_dictionary else lambda _: 0.0
        return gloss(question, self._mentions.names_in_pinyin, weight)

    def search(
        self, question: str, *, scope: Scope, limit: int, each: int = 0, around: str = ""
    ) -> tuple[Passage, ...]:
        """At most ``limit`` passages, best first, or ``each`` for each thing that the question names.

        ``around`` is the id of the chunk that a conversation is about: it and its section are raised. A blank
        question or an empty library finds nothing.
        """
        terms = search_terms(question)
        if not terms or not self.holdings.chunks:
            return ()
        allowed = self.holdings.places_in(scope)
        if allowed is not None and not allowed:
            return ()
        mentions = self.read_mentions(question, scope)
        found = self._candidates(question, terms, mentions, allowed)
        groups: Sequence[frozenset[Target]] = mentions.groups or (frozenset(),)
        found = self._with_letterheads(self._with_section(found, around, allowed), mentions, allowed)
        turns = [self._ordered(question, found, group, mentions.clauses) for group in groups]
        limit = max(limit, each * len(groups)) if len(groups) > 1 else limit
        selection = self.select_rows(question, mentions, scope)
        chosen = {row.id: _Hit(row, 0.0, {}) for row in (selection.rows if selection else ())}
        for turn in zip_longest(*turns):
            for hit in turn:
                if hit is not None:
                    chosen.setdefault(hit.chunk.id, hit)
        return tuple(self._passage(hit, n) for n, hit in enumerate(islice(chosen.values(), limit), start=1))

    def passage(self, chunk: Chunk, rank: int = 1) -> Passage:
        """A chunk as a passage, without having searched for it."""
        return self._passage(_Hit(chunk, 0.0, {}), rank)

    def _with_letterheads(
        self, found: _Candidates, mentions: Mentions, allowed: frozenset[Place] | None
    ) -> _Candidates:
        """The candidates with the letterheads of what is named among the best."""
        best = sorted(found.scores.values(), reverse=True)[:_HEADS_AT]
        least = best[-1] if best else 0.0
        heads = {i: max(least, found.scores.get(i, least)) for i in self._letterheads(mentions, allowed)}
        return _Candidates(found.scores | heads, found.near)

    def _letterheads(self, mentions: Mentions, allowed: frozenset[Place] | None) -> Iterator[str]:
        """The chunks in which the few documents that a question names tell their number, date and issuer."""
        documents = sorted({target.document_id for target in mentions.targets})
        for document_id in documents if len(documents) <= _FEW_DOCUMENTS else ():
            heads = (chunk.id for chunk in self.holdings.letterheads(document_id))
            yield from (chunk_id for chunk_id in heads if self.holdings.is_in(chunk_id, allowed))

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
        named = mentions.targets if mentions.certain else ()
        chosen = self.holdings.rows_of(named, self.holdings.places_in(scope)).select(question)
        return self._of_meant_versions(chosen, question) if chosen else None

    def _of_meant_versions(self, chosen: Selection, question: str) -> Selection:
        """The rows without those of older versions than are meant, unless there are no others."""
        versions, years = self.holdings.versions, years_in(question)
        rows = tuple(row for row in chosen.rows if versions.is_meant(row.document_id, years))
        return replace(chosen, rows=rows) if rows else chosen

    def _candidates(
        self, question: str, terms: Sequence[str], mentions: Mentions, allowed: frozenset[Place] | None
    ) -> _Candidates:
        """What the whole scope gives, and what the documents give that the question names."""
        vector = self._vector_of(question)
        near: dict[str, float] = {}
        words: dict[str, float] = {}
        everywhere = () if allowed is None else documents_of(allowed)
        for ids in (everywhere, *self._named_documents(mentions, allowed)):
            if vector:
                near |= {hit.chunk_id: hit.score for hit in self._nearest(vector, ids)}
            hits = self._generation.keywords.search(terms, _LEXICAL, ids)
            words |= {hit.chunk_id: hit.score for hit in hits}
        dense = {c: score for c, score in nearness(near).items() if self.holdings.is_in(c, allowed)}
        lexical = {c: score for c, score in words.items() if self.holdings.is_in(c, allowed)}
        return _Candidates(mix(dense, lexical), near)

    def _with_section(self, found: _Candidates, around: str, allowed: frozenset[Place] | None) -> _Candidates:
        """The candidates with the section of a chunk raised; its passages are candidates in any case."""
        subject = self.holdings.chunk(around)
        if subject is None or not self.holdings.is_in(around, allowed):
            return found
        section = [chunk.id for chunk in self.holdings.section_of(subject)]
        least = min(found.scores.values(), default=0.0)
        raised = {chunk_id: found.scores.get(chunk_id, least) + _AROUND for chunk_id in section}
        return _Candidates(found.scores | raised, found.near)

    def _named_documents(
        self, mentions: Mentions, allowed: frozenset[Place] | None
    ) -> Iterator[tuple[str, ...]]:
        """The documents of each thing that is named, as far as they are allowed and not too many."""
        for group in mentions.groups:
            places = {(target.document_id, target.part) for target in group}
            ids = documents_of(places if allowed is None else places & allowed)
            if 0 < len(ids) <= _NAMED_DOCUMENTS:
                yield ids

    def _ordered(
        self, question: str, found: _Candidates, group: frozenset[Target], clauses: Sequence[int]
    ) -> list[_Hit]:
        """The candidates, best first, those of a group that is named raised."""
        named = {(target.document_id, target.part) for target in group}
        numbers = set(clauses)
        versions, years = self.holdings.versions, years_in(question)
        hits: list[_Hit] = []
        for chunk_id, score in found.scores.items():
            if (chunk := self.holdings.chunk(chunk_id)) is None:
                continue
            is_named = (chunk.document_id, chunk.part) in named
            raised = score + _NAMED * is_named - _OLDER * (not versions.is_meant(chunk.document_id, years))
            if numbers and numbers & numbers_of(chunk):
                raised += _NUMBERED if is_named else _NUMBERED_ANYWHERE
            hits.append(_Hit(chunk, raised, found.near))
        hits.sort(key=lambda hit: (-hit.score, hit.chunk.id))
        if self._reranker is None:
            return hits
        numbered = [hit for hit in hits if numbers and numbers & numbers_of(hit.chunk)]
        others = [hit for hit in hits if hit not in numbered]
        return [*numbered, *self._reranked(self._reranker, question, others)]

    def _reranked(self, reranker: Reranker, question: str, hits: Sequence[_Hit]) -> Sequence[_Hit]:
        """The best hits in the order of the rerank endpoint; as they are where it fails."""
        chunks = [hit.chunk for hit in hits[:_RERANKED]]
        heads = [self.holdings.head_of(chunk) for chunk in chunks]
        try:
            order = reranker.order(question, list(map(embedded_text, chunks, heads))) if chunks else []
        except RerankUnavailable:
            return hits  # the notices say so
        return [*(hits[place] for place in order), *hits[_RERANKED:]]

    def _vector_of(self, question: str) -> Sequence[float]:
        """The vector of a question; empty where there is none of use, as the notices say then."""
        try:
            vector = self._embedder.embed_query(question)
        except EmbeddingUnavailable as error:
            vector, why = [], error.message.en
        else:
            why = f"Its vector has {len(vector)} numbers."
        fits = len(vector) == self._generation.manifest.dimension
        if not fits:
            _LOG.warning("A question was searched by its words alone. %s", why)
        self._by_words_alone = not fits
        return vector if fits else []

    def _nearest(self, vector: Sequence[float], document_ids: Sequence[str]) -> list[Hit]:
        if document_ids:
            return self._generation.exact.search(vector, _DENSE, document_ids)
        return self._generation.vectors.search(vector, _DENSE)

    def _passage(self, hit: _Hit, rank: int) -> Passage:
        chunk = hit.chunk
        document = self.holdings.document_of(chunk)
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
