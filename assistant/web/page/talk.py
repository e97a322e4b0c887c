"""A conversation as one tab of the page shows it, and an answer as it grows there."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.asking.job import Job
from assistant.history.types import Conversation, KeptTurn, TurnState
from assistant.own_files.types import OwnFile
from assistant.saying.answer_json import kept_from, own_document_id, to_json, with_links
from assistant.types import AnswerReady, EvidenceReady, LookedAgain, TextDelta, Turn
from assistant.web.page.html import (
    answer_html,
    draft_html,
    failure_html,
    question_html,
    stage_html,
    stopped_html,
)
from assistant.web.page.words import WORDS
from vectorstore.errors import Language, PolicyAssistantError

logger = logging.getLogger(__name__)

Chat = list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question with what is shown for its answer; ``answer`` is its JSON once it is there.

    ``own`` is the id of the document that it was asked in, where that was one's own.
    """

    question_id: str
    question: str
    html: str
    answer: Mapping[str, Any] | None = None
    rating: str = ""
    following: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    own: str = ""

    def answered(self, language: Language, **changes: Any) -> Entry:  # noqa: ANN401  # as replace has it
        """With changes in what stands around its answer."""
        changed = replace(self, **changes)
        if changed.answer is None:
            return changed
        html = answer_html(
            changed.answer,
            changed.question,
            language,
            rating=changed.rating,
            following=changed.following,
            extra=changed.extra,
        )
        return replace(changed, html=html)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What one tab shows. ``editing`` is the question that the next one is to replace.

    ``file`` is the document of one's own that questions are asked in.
    """

    id: str
    entries: tuple[Entry, ...] = ()
    editing: str = ""
    file: OwnFile | None = None

    def turns(self) -> tuple[Turn, ...]:
        """What was said, for the question that comes: only what was answered, and from the same documents."""
        turns: list[Turn] = []
        own = self.file.document_id if self.file else ""
        for entry in self.entries:
            if entry.answer and entry.own == own:
                turns.append(Turn(role="user", content=entry.question))
                turns.append(Turn(role="assistant", content=entry.answer["answer"]))
        return tuple(turns)

    def chat(self, language: Language) -> Chat:
        """As Gradio's chatbot takes it."""
        messages: Chat = []
        for entry in self.entries:
            asked = question_html(entry.question, entry.question_id, language)
            messages.append({"role": "user", "content": asked})
            messages.append({"role": "assistant", "content": entry.html})
        return messages

    def linked(self, language: Language) -> Talk:
        """As come back to: what was answered from the document that is still there leads there again."""
        own = self.file.document_id if self.file else ""
        entries = (
            entry.answered(language, answer=with_links(entry.answer))
            if own and entry.own == own and entry.answer
            else entry
            for entry in self.entries
        )
        return replace(self, entries=tuple(entries))

    def find(self, question_id: str) -> Entry | None:
        """The entry of that question."""
        return next((entry for entry in self.entries if entry.question_id == question_id), None)

    def put(self, entry: Entry) -> Talk:
        """With that entry in its place, or at the end."""
        if self.find(entry.question_id) is None:
            return replace(self, entries=(*self.entries, entry))
        entries = (entry if one.question_id == entry.question_id else one for one in self.entries)
        return replace(self, entries=tuple(entries))

    def before(self, question_id: str) -> Talk:
        """Without that question and all after it, and with none being edited."""
        ids = [entry.question_id for entry in self.entries]
        kept = self.entries[: ids.index(question_id)] if question_id in ids else self.entries
        return replace(self, entries=kept, editing="")


def narrate(job: Job, language: Language) -> Iterator[Entry]:
    """The entry of a question while it is answered, and at last as it stays. Never raises."""
    asked = job.question
    own = own_document_id(asked.own_file) if asked.own_file else ""
    entry = Entry(question_id=asked.id, question=asked.text, html=stage_html(0, language), own=own)
    yield entry
    draft = ""
    looked: list[str] = []
    try:
        for event in job.follow():
            match event:
                case EvidenceReady():
                    yield replace(entry, html=stage_html(1, language))
                case LookedAgain(words=words):
                    looked += [one.in_language(language) for one in words]
                    yield replace(entry, html=stage_html(1, language, looked))
                case TextDelta(text=more) if more:
                    draft += more
                    yield replace(entry, html=draft_html(draft, language))
                case AnswerReady(answer=answer):
                    extra = () if job.kept else (WORDS["not_kept"].in_language(language),)
                    yield entry.answered(language, answer=to_json(answer), extra=extra)
                    return
        notice = WORDS["stopped"].in_language(language)
        yield replace(entry, html=stopped_html(draft, notice, entry.question_id, language))
    except PolicyAssistantError as error:
        yield failed(entry, error.message.in_language(language), error.hint.in_language(language), language)
    except Exception:  # a face must not break; the cause is logged
        logger.exception("The page could not answer a question")
        message, hint = (WORDS[name].in_language(language) for name in ("failed", "again"))
        yield failed(entry, message, hint, language)


def failed(entry: Entry, message: str, hint: str, language: Language) -> Entry:
    """The entry with an error in the place of its answer."""
    return replace(entry, html=failure_html(message, hint, entry.question_id, language))


def talk_of(conversation: Conversation, language: Language) -> Talk:
    """A kept conversation as it is shown again."""
    entries = (_entry_of(turn, language) for turn in conversation.turns)
    return Talk(id=conversation.id, entries=tuple(entries))


def _entry_of(turn: KeptTurn, language: Language) -> Entry:
    own = kept_from(turn.answer) if turn.answer else ""
    entry = Entry(question_id=turn.question_id, question=turn.question, html="", own=own)
    match turn.state:
        case TurnState.ANSWERED:
            rating = turn.rating.verdict.value if turn.rating else ""
            return entry.answered(language, answer=turn.answer, rating=rating)
        case TurnState.FAILED if turn.failure:
            message, hint = (words.in_language(language) for words in turn.failure)
            return failed(entry, message, hint, language)
        case _:
            name = "stopped" if turn.state is TurnState.STOPPED else "interrupted"
            notice = WORDS[name].in_language(language)
            return replace(entry, html=stopped_html(turn.shown, notice, turn.question_id, language))


def cited_places(answer: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    """Where an answer's citations begin, by document."""
    return [(one["document"]["id"], one["start"]) for one in answer["citations"]]
