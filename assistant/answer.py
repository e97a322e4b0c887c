"""The whole path of a question on one screen: make it stand alone, search, refuse or answer, check."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Generator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from assistant.answered import answer_of_draft, answer_of_reply
from assistant.errors import ModelUnavailable
from assistant.find import find, how_closely
from assistant.model.endpoint.errors import late
from assistant.model.endpoint.llm import ChatModel
from assistant.model.looking import Looking
from assistant.model.rewrite import Rewriter
from assistant.model.write import AnswerWriter, Generated
from assistant.prepare import Preparer
from assistant.question.followup import stand_alone, still_leans
from assistant.reading.read import Reader
from assistant.saying.tell import model_failed, older_versions, where_searched
from assistant.setup.limits import Limits
from assistant.turns import Turns
from assistant.types import (
    Answer,
    AnswerEvent,
    AnswerReady,
    Evidence,
    EvidenceReady,
    Question,
    Seconds,
    StandAlone,
    TextDelta,
    Tongue,
    Unverified,
    Usage,
    frame_of,
)
from vectorstore.documents.comparison import Comparison, compare
from vectorstore.embeddings import Embedder
from vectorstore.endpoints.breaker import Breaker
from vectorstore.errors import Language, PolicyAssistantError
from vectorstore.glossary import is_foreign
from vectorstore.library.live import LiveLibrary
from vectorstore.search.searcher import Searcher
from vectorstore.text import is_traditional
from vectorstore.types import EVERYWHERE, Document, Passage, Scope

_RESERVE = 0.4  # seconds before an answer is due that are kept for everything but the chat model
_LEAST_FOR_A_MODEL = 0.5  # seconds in which no model has written a sentence yet
_SEEN = 6  # passages that a chat model gets when it searches again
# Threads that all compute only take turns, and keep whoever answers connections from theirs.
_SEARCHES_AT_ONCE = max(2, os.cpu_count() or 1)


class Assistant:
    """Answers questions from the library. Safe to use from several threads; close it at the end."""

    def __init__(
        self,
        *,
        library: LiveLibrary,
        reader: Reader,
        chat_model: ChatModel | None,
        prompts_dir: Path,
        limits: Limits,
        language: Language,
        unverified: Unverified,
        looks_again: bool = True,
        small_model: bool = False,
    ) -> None:
        self._library = library
        self._turns = Turns(_SEARCHES_AT_ONCE)
        self._writer = (
            AnswerWriter(chat_model, prompts_dir, unverified, small=small_model) if chat_model else None
        )
        self._chat_model = chat_model
        self._rewriter = Rewriter(chat_model, prompts_dir) if chat_model else None
        self._unverified: Unverified = unverified
        self._limits, self._reader = limits, reader
        self._language: Language = language
        self._looks_again = looks_again and not small_model

    def elsewhere(self, data_dir: Path) -> Assistant:
        """The same models, bounds and turns over the library in another folder, to be closed by itself."""
        other = copy(self)
        other._library = self._library.elsewhere(data_dir)
        return other

    @property
    def embedder(self) -> Embedder:
        """What makes the vectors of its library."""
        return self._library.embedder

    def make_ready(self) -> None:
        """Load what the first question would have to wait for."""
        self._reader.make_ready()

    def ask(self, question: Question) -> Answer:
        """The answer: the last event of ``stream``."""
        for event in self.stream(question):
            if isinstance(event, AnswerReady):
                return event.answer
        raise AssertionError("a stream ends with AnswerReady")

    def stream(self, question: Question) -> Generator[AnswerEvent, None, None]:
        """EvidenceReady, what a model looks up, TextDeltas, then exactly one AnswerReady, which replaces all.

        Raises BadQuestion, and IndexMissing or IndexMismatch where there is nothing to search.
        """
        self._limits.accept(question.text)
        started = time.perf_counter()
        with self._library.searcher() as searcher:
            asked, spent = self._understand(question, searcher)
            with self._turns.take() as waiting:
                closely = how_closely(question.due - time.monotonic(), waiting)
                visible = _visible(searcher, question.scope)
                prepared = Preparer(
                    searcher=searcher,
                    reader=self._reader,
                    limits=self._limits,
                    scope=question.scope,
                    visible=visible,
                    closely=closely,
                ).prepare(asked)
                evidence, draft = prepared.evidence, prepared.draft
                searched = time.perf_counter()
            yield EvidenceReady(evidence=evidence)
            answer: Answer | None = None
            fallback = False
            tongue = self._tongue(question)
            notices = tuple(notice.in_language(frame_of(tongue)) for notice in searcher.notices)
            if self._writer and not question.evidence_alone and evidence.passages and not draft.final:
                looking = self._looking(question, evidence, searcher)
                try:
                    reply = yield from self._from_model(self._writer, question, evidence, looking)
                    answer = answer_of_reply(reply, draft, visible, frame_of(tongue), self._unverified)
                    answer = replace(answer, mode="llm", model=self._writer.model, usage=reply.usage)
                except ModelUnavailable:
                    notices = (*notices, model_failed(frame_of(tongue)))
                    fallback = True
            if answer is None:
                answer = answer_of_draft(draft, evidence, visible, frame_of(tongue))
                yield TextDelta(text=answer.text)
            versions = searcher.holdings.versions
            notices = (*notices, *older_versions(answer, versions, visible, frame_of(tongue)))
            notices = (*notices, *where_searched(question, answer.outcome, frame_of(tongue)))
        yield AnswerReady(
            answer=replace(
                answer,
                notices=(*notices, *answer.notices),
                fallback=fallback,
                mentions=prepared.found.mentions,
                usage=spent + answer.usage,
                seconds=Seconds(search=searched - started, answer=time.perf_counter() - searched),
                conversation_id=question.conversation_id or uuid4().hex,
                answer_id=question.id,
            )
        )

    def search(self, question: Question, limit: int) -> tuple[str, tuple[Passage, ...]]:
        """The question as searched and what retrieval found, before any answer."""
        self._limits.accept(question.text)
        with self._library.searcher() as searcher:
            asked, _ = self._understand(question, searcher)
            with self._turns.take() as waiting:
                found = find(
                    asked, question.scope, searcher, self._reader, limit, how_closely(math.inf, waiting)
                )
            return asked.text, found.passages[:limit]

    def documents(self, scope: Scope = EVERYWHERE) -> Sequence[Document]:
        """All documents of the library that the scope allows, by source."""
        with self._library.searcher() as searcher:
            return _visible(searcher, scope)

    def document(self, document_id: str, scope: Scope = EVERYWHERE) -> Document | None:
        """The document of that id, or None, also where the scope does not allow it."""
        with self._library.searcher() as searcher:
            found = searcher.holdings.document(document_id)
        return found if found and scope.shows(found) else None

    def versions(self, document_id: str, scope: Scope = EVERYWHERE) -> tuple[Document, ...]:
        """The versions of a document's rule that the scope shows, the newest first, itself among them."""
        with self._library.searcher() as searcher:
            holdings = searcher.holdings
            found = map(holdings.document, holdings.versions.of(document_id))
            return tuple(document for document in found if document and scope.shows(document))

    def compare(self, old: str, new: str, scope: Scope = EVERYWHERE) -> Comparison | None:
        """What differs between two documents, by their ids; None where there are no two."""
        with self._library.searcher() as searcher:
            holdings = searcher.holdings
            before, after = holdings.document(old), holdings.document(new)
            if not before or not after or old == new or not (scope.shows(before) and scope.shows(after)):
                return None
            chunks = holdings.chunks_of(old), holdings.chunks_of(new)
            return Comparison(old=before, new=after, differences=compare(*chunks))

    def chunk_counts(self) -> dict[str, int]:
        """How many chunks each document has, by its id."""
        with self._library.searcher() as searcher:
            counts: dict[str, int] = {}
            for chunk in searcher.holdings.chunks:
                counts[chunk.document_id] = counts.get(chunk.document_id, 0) + 1
            return counts

    @property
    def mode(self) -> str:
        """How answers are made: by a chat model, or from the evidence alone."""
        return "llm" if self._writer else "extract"

    @property
    def generation(self) -> str | None:
        """The generation of the index in use; None before the first question."""
        return self._library.generation_name

    @property
    def published_at(self) -> float | None:
        """When the published generation became that one, in seconds since 1970; None without one."""
        return self._library.published_at

    @property
    def unopened(self) -> PolicyAssistantError | None:
        """Why the published generation can't be opened, while an earlier one still answers."""
        return self._library.unopened

    @property
    def services(self) -> Mapping[str, Breaker]:
        """What watches over the endpoints that answers need, by their names; empty where all is here."""
        found = self._library.services
        return found | {"chat_model": self._chat_model.breaker} if self._chat_model else found

    def size(self) -> tuple[int, int]:
        """How many documents and chunks there are to answer from."""
        with self._library.searcher() as searcher:
            return len(searcher.holdings.documents), len(searcher.holdings.chunks)

    def close(self) -> None:
        """Free the index. Running answers end in peace."""
        self._library.close()

    def _understand(self, question: Question, searcher: Searcher) -> tuple[StandAlone, Usage]:
        """The question made self-contained: by rules, or by the model where it leans on what was said."""
        history = question.history[-self._limits.history_turns :] if self._limits.history_turns else ()
        text = question.text.strip()
        asked = stand_alone(text, history, searcher, self._reader, question.scope)
        asked = replace(asked, near=question.near)
        wanted = asked.leans and not question.evidence_alone and not question.hurried
        if self._rewriter is None or not wanted:  # one in a hurry has its seconds for the answer
            return asked, Usage()
        rewritten = self._rewriter.rewrite(text, history)
        if not rewritten.text or still_leans(rewritten.text):
            return asked, rewritten.usage
        asked = stand_alone(rewritten.text, (), searcher, self._reader)
        return replace(asked, near=question.near), rewritten.usage

    def _tongue(self, question: Question) -> Tongue:
        if is_foreign(question.text):
            return "en"
        language = question.language or self._language
        return "zh-Hant" if language == "zh" and is_traditional(question.text) else language

    def _from_model(
        self,
        writer: AnswerWriter,
        question: Question,
        evidence: Evidence,
        looking: Looking | None,
    ) -> Generator[AnswerEvent, None, Generated]:
        """Stream the model's reply; returns it checked. Raises ModelUnavailable."""
        due = question.due - _RESERVE
        if (left := due - time.monotonic()) < _LEAST_FOR_A_MODEL:
            raise late(max(0.0, left))
        return (yield from writer.write(evidence, self._tongue(question), due=due, looking=looking))

    def _looking(self, question: Question, evidence: Evidence, searcher: Searcher) -> Looking | None:
        """What a chat model may look up for a question, where there is the time."""
        if not self._looks_again or question.hurried:
            return None

        def search(words: str) -> Sequence[Passage]:
            asked = StandAlone(text=words, focus=words, near=question.near)
            with self._turns.take():
                return find(asked, question.scope, searcher, self._reader, _SEEN, closely=0).passages

        room = self._limits.evidence_tokens // 2
        return Looking(evidence, searcher.holdings, question.scope, search, searcher.passage, room)


def _visible(searcher: Searcher, scope: Scope) -> Sequence[Document]:
    """The documents that whoever asks may know of, whatever they chose to ask in."""
    if scope.within is None:
        return searcher.holdings.documents
    return tuple(document for document in searcher.holdings.documents if scope.shows(document))
