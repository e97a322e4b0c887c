"""The whole path of a question on one screen: make it stand alone, search, refuse or answer, check."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from uuid import uuid4

from assistant.citations import Checked, check, cite
from assistant.errors import BadQuestion, ModelReplyUnusable, ModelUnavailable
from assistant.extract import extract
from assistant.followup import StandAlone, stand_alone
from assistant.llm import ChatModel
from assistant.prompts import ANSWER_PLACEHOLDERS, NO_ANSWER, load_prompt
from assistant.tell import model_failed, nearest_sections, notices_of, refusal_text, unverified
from assistant.types import (
    Answer,
    AnswerEvent,
    AnswerReady,
    Draft,
    Evidence,
    EvidenceReady,
    Outcome,
    Question,
    Reason,
    Refusal,
    Seconds,
    TextDelta,
    Usage,
)
from vectorstore.errors import Language, Message
from vectorstore.live import LiveLibrary
from vectorstore.search import Searcher
from vectorstore.text import count_tokens
from vectorstore.types import Document, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one answer, from the settings."""

    passages: int
    evidence_tokens: int
    question_chars: int
    history_turns: int


class Assistant:
    """Answers questions from the library. Safe to use from several threads; close it at the end."""

    def __init__(
        self,
        *,
        library: LiveLibrary,
        chat_model: ChatModel | None,
        prompts_dir: Path,
        limits: Limits,
        language: Language,
    ) -> None:
        self._library = library
        self._chat_model = chat_model
        self._prompt = load_prompt(prompts_dir, "answer", ANSWER_PLACEHOLDERS) if chat_model else None
        self._limits = limits
        self._language: Language = language

    def ask(self, question: Question) -> Answer:
        """The answer: the last event of ``stream``."""
        for event in self.stream(question):
            if isinstance(event, AnswerReady):
                return event.answer
        raise AssertionError("a stream ends with AnswerReady")

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        """EvidenceReady, then TextDeltas, then exactly one AnswerReady, which replaces all text before it.

        Raises BadQuestion, and IndexMissing or IndexMismatch where there is nothing to search.
        """
        self._accept(question)
        started = time.perf_counter()
        with self._library.searcher() as searcher:
            asked, passages = self._find(question, searcher, self._limits.passages)
            evidence = pack(asked.text, passages, self._limits.evidence_tokens)
            searched = time.perf_counter()
            yield EvidenceReady(evidence=evidence)
            draft = extract(asked, evidence.passages, searcher)
            answer: Answer | None = None
            notices: tuple[str, ...] = ()
            if (
                self._chat_model
                and draft.reason in (None, Reason.NOT_FOUND)
                and evidence.passages
                and not draft.final
            ):
                try:
                    answer = yield from self._from_model(asked, evidence)
                except ModelUnavailable as error:
                    notices = (model_failed(error.message, self._language),)
            if answer is None:
                answer = self._from_draft(draft, evidence, searcher.documents)
                yield TextDelta(text=answer.text)
        yield AnswerReady(
            answer=replace(
                answer,
                notices=(*notices, *answer.notices),
                seconds=Seconds(search=searched - started, answer=time.perf_counter() - searched),
                conversation_id=question.conversation_id or uuid4().hex,
                answer_id=uuid4().hex,
            )
        )

    def search(self, question: Question, limit: int) -> tuple[str, tuple[Passage, ...]]:
        """The question as searched and what retrieval found, before any answer."""
        self._accept(question)
        with self._library.searcher() as searcher:
            asked, passages = self._find(question, searcher, limit)
            return asked.text, passages

    def documents(self) -> tuple[Document, ...]:
        """All documents of the library, by source."""
        with self._library.searcher() as searcher:
            return searcher.documents

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None."""
        with self._library.searcher() as searcher:
            return searcher.document(document_id)

    def chunk_counts(self) -> dict[str, int]:
        """How many chunks each document has, by its id."""
        with self._library.searcher() as searcher:
            counts: dict[str, int] = {}
            for chunk in searcher.chunks:
                counts[chunk.document_id] = counts.get(chunk.document_id, 0) + 1
            return counts

    @property
    def mode(self) -> str:
        """How answers are made: by a chat model, or from the evidence alone."""
        return "llm" if self._chat_model else "extract"

    @property
    def generation(self) -> str | None:
        """The generation of the index in use; None before the first question."""
        return self._library.generation_name

    def close(self) -> None:
        """Free the index. Running answers end in peace."""
        self._library.close()

    def _accept(self, question: Question) -> None:
        text = question.text
        if not text.strip():
            raise BadQuestion(
                Message("问题是空的。", "The question is empty."),
                Message("请输入一个问题。", "Type a question."),
            )
        if len(text) > self._limits.question_chars:
            most = self._limits.question_chars
            raise BadQuestion(
                Message(
                    f"问题有 {len(text)} 个字，太长了。",
                    f"The question is too long ({len(text)} characters).",
                ),
                Message(f"请缩短到 {most} 字以内。", f"Shorten it to {most} characters."),
            )

    def _find(
        self, question: Question, searcher: Searcher, limit: int
    ) -> tuple[StandAlone, tuple[Passage, ...]]:
        history = question.history[-self._limits.history_turns :] if self._limits.history_turns else ()
        asked = stand_alone(question.text.strip(), history, searcher)
        return asked, searcher.search(asked.text, scope=question.scope, limit=limit)

    def _from_draft(self, draft: Draft, evidence: Evidence, documents: Sequence[Document]) -> Answer:
        checked = cite(draft)
        if draft.reason is None:
            return self._answer(evidence, checked.text, checked, Outcome.GROUNDED)
        nearest = nearest_sections(draft)
        text = refusal_text(draft.reason, nearest, self._language, documents)
        text = f"{text}\n{checked.text}" if checked.text else text
        answer = self._answer(evidence, text, checked, Outcome.REFUSED)
        return replace(answer, refusal=Refusal(reason=draft.reason, nearest=nearest))

    def _from_model(self, asked: StandAlone, evidence: Evidence) -> Generator[AnswerEvent, None, Answer]:
        """Stream the model's reply; returns the checked answer."""
        assert self._chat_model is not None  # noqa: S101  # the caller saw to it
        assert self._prompt is not None  # noqa: S101  # made with the model
        messages = self._prompt.format_messages(
            passages=show(evidence),
            question=asked.text,
            fence=token_hex(6),
            language="中文" if self._language == "zh" else "English",
            no_answer=NO_ANSWER,
        )
        reply, usage = "", Usage()
        with closing(self._chat_model.stream(messages)) as pieces:
            for piece in pieces:
                reply += piece.text
                usage = piece.usage or usage
                yield TextDelta(text=piece.text)  # empty while nothing comes: whoever waits can leave
        if NO_ANSWER in reply[:40]:
            answer = self._from_draft(
                Draft(reason=Reason.NOT_FOUND, nearest=evidence.passages[:3]), evidence, ()
            )
            return replace(answer, mode="llm", model=self._chat_model.name, usage=usage)
        checked = check(reply, evidence)
        if checked.outcome is Outcome.REFUSED:
            raise ModelReplyUnusable(
                Message("模型的回答没有一句有依据。", "Nothing in the model's reply is supported."),
                Message("请换一个问法，或换一个模型。", "Ask in another way, or use another model."),
            )
        answer = self._answer(evidence, checked.text, checked, checked.outcome)
        return replace(answer, mode="llm", model=self._chat_model.name, usage=usage)

    def _answer(self, evidence: Evidence, text: str, checked: Checked, outcome: Outcome) -> Answer:
        notices = notices_of(checked.citations, self._language)
        if outcome is Outcome.PARTLY:
            notices = (unverified(self._language), *notices)
        return Answer(
            text=text,
            outcome=outcome,
            question=evidence.question,
            citations=checked.citations,
            notices=notices,
        )


def pack(question: str, passages: Sequence[Passage], most_tokens: int) -> Evidence:
    """The passages that fit the budget, best first; at least one."""
    kept: list[Passage] = []
    used = 0
    for passage in passages:
        size = count_tokens(passage.chunk.text)
        if kept and used + size > most_tokens:
            continue
        kept.append(passage)
        used += size
    return Evidence(question=question, passages=tuple(kept), tokens=used, dropped=len(passages) - len(kept))


def show(evidence: Evidence) -> str:
    """The passages as a chat model reads them: label, document, path, then the text or the cells."""
    blocks: list[str] = []
    for label, passage in enumerate(evidence.passages, start=1):
        head, chunk = passage.head, passage.chunk
        about = "，".join(
            part for part in (head.region, head.number, head.issued_on and head.issued_on.isoformat()) if part
        )
        title = f"《{head.title}》" + (f"（{about}）" if about else "")
        body = (
            "\n".join(f"{c.header}：{c.text or '（空）'}" for c in chunk.cells) if chunk.cells else chunk.text
        )
        blocks.append(f"[{label}] {title} {head.status.value} {' > '.join(chunk.path)}\n{body}")
    return "\n\n".join(blocks)
