"""Answers through a chat model: evidence fenced as data, more on demand, the reply checked, one retry."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.checking.citations import Checked, Checker
from assistant.drafting.reckoning.deadline import today
from assistant.errors import ModelReplyUnusable, ModelUnavailable
from assistant.evidence import best_last
from assistant.model.endpoint.llm import ChatModel
from assistant.model.looking import Looking
from assistant.model.prompts import (
    ANSWER_PLACEHOLDERS,
    LOOKED_PLACEHOLDERS,
    NO_ANSWER,
    RETRY_PLACEHOLDERS,
    SEARCH_PLACEHOLDERS,
    load_prompt,
)
from assistant.model.shown import show
from assistant.model.withheld import Withheld
from assistant.types import Evidence, LookedAgain, Outcome, TextDelta, Tongue, Unverified, Usage
from vectorstore.errors import Message

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage, ToolCall

_NAMES: dict[Tongue, str] = {"zh": "中文", "zh-Hant": "繁體中文", "en": "English"}
_LOOKED_FURTHER = Message("再查资料", "looked further")
_SECONDS_FOR_WORDS = 6.0  # in which a model has written one line

Writing = Generator[TextDelta | LookedAgain, None, "Generated"]


@dataclass(frozen=True, slots=True)
class _Reply:
    """What a model said, its check, and what it wants to look up."""

    text: str
    checker: Checker
    usage: Usage
    calls: tuple[ToolCall, ...] = ()

    @property
    def wanted(self) -> tuple[ToolCall, ...]:
        """What is looked up for it: nothing more once a sentence of it has been shown."""
        return () if self.checker.supports else self.calls


@dataclass(frozen=True, slots=True)
class Generated:
    """A checked reply; ``checked`` is None where the model found no answer in the evidence.

    ``missing`` is then what it says that the evidence lacks. ``evidence`` has all that it read.
    """

    checked: Checked | None
    evidence: Evidence
    usage: Usage
    missing: str = ""


@dataclass(slots=True)
class _Exchange:
    """What is said with a model for one answer: messages, evidence so far, until when, and what it cost."""

    evidence: Evidence
    tongue: Tongue
    due: float
    messages: list[BaseMessage]
    usage: Usage = Usage()


class AnswerWriter:
    """Writes answers with one chat model. Raises PromptInvalid when made with prompts that do not fit."""

    def __init__(
        self, chat_model: ChatModel, prompts_dir: Path, unverified: Unverified, *, small: bool = False
    ) -> None:
        self._chat_model = chat_model
        self._answer = load_prompt(prompts_dir, "answer", ANSWER_PLACEHOLDERS)
        self._retry = load_prompt(prompts_dir, "retry", RETRY_PLACEHOLDERS)
        self._looked = load_prompt(prompts_dir, "looked", LOOKED_PLACEHOLDERS)
        self._search = load_prompt(prompts_dir, "search", SEARCH_PLACEHOLDERS)
        prompts = (self._answer, self._retry, self._looked, self._search)
        self._withheld = Withheld(prompts, chat_model.secrets)
        self._unverified: Unverified = unverified
        self._small = small

    @property
    def model(self) -> str:
        """The chat model's name."""
        return self._chat_model.name

    def write(
        self, evidence: Evidence, tongue: Tongue, *, due: float = math.inf, looking: Looking | None = None
    ) -> Writing:
        """Yield each sentence once it is whole and checked, empty texts while nothing is; return it all.

        Nothing is shown before a sentence that the evidence bears. All of it ends by ``due``
        (``time.monotonic``). With ``looking`` the model may read more before it answers. A small model gets
        a few passages, the best of them last.

        A reply with sentences that the evidence does not bear is sent back once
        with what is wrong; the second is taken where less is wrong in it and no less is right. Raises
        ModelUnavailable, ModelRefused or ModelReplyUnusable.
        """
        evidence = best_last(evidence) if self._small else evidence
        exchange = _Exchange(evidence, tongue, due, self.asks(evidence, tongue))
        reply = yield from self._read_on(exchange, looking)
        if reply.checker.problems:
            again = yield from self._write_again(exchange, reply)
            if again and _is_better(again.checker, reply.checker):
                reply = again
        if reply.checker.absence:
            missing = _without_formula(reply.checker.absence)
            return Generated(None, exchange.evidence, exchange.usage, missing)
        if reply.checker.checked.outcome is Outcome.REFUSED:
            raise ModelReplyUnusable(
                Message("模型的回答没有一句有依据。", "Nothing in the model's reply is supported."),
                Message("请换一个问法，或换一个模型。", "Ask in another way, or use another model."),
            )
        return Generated(reply.checker.checked, exchange.evidence, exchange.usage)

    def asks(self, evidence: Evidence, tongue: Tongue) -> list[BaseMessage]:
        """What a model is told and asked first."""
        return self._answer.format_messages(
            passages=show(evidence.passages),
            question=evidence.asked or evidence.question,
            fence=token_hex(6),
            language=_NAMES[tongue],
            no_answer=NO_ANSWER,
            today=today().isoformat(),
        )

    def _read_on(
        self, exchange: _Exchange, looking: Looking | None
    ) -> Generator[TextDelta | LookedAgain, None, _Reply]:
        """The reply to the first evidence, or to what the model has looked up besides."""
        reply = yield from self._read(exchange, looking)
        while looking and looking.left:
            if reply.wanted:
                read, done = looking.look(reply.wanted)
            elif reply.checker.absence and not self._chat_model.knows_tools:
                if not (words := self._other_words(exchange)):
                    break
                read, done = looking.look_for(words)
            else:
                break
            exchange.evidence = looking.evidence
            told = tuple(_LOOKED_FURTHER if self._withholds(one.zh, exchange) else one for one in done)
            yield LookedAgain(words=told, evidence=looking.evidence)
            self._continue(exchange, reply, done, read, looking.left)
            reply = yield from self._read(exchange, looking)
        return reply

    def _withholds(self, words: str, exchange: _Exchange) -> bool:
        """Whether no reader may see a model's words: rules that nobody asked with or was asked of, a key."""
        evidence = exchange.evidence
        known = (evidence.asked, evidence.question, *(one.chunk.text for one in evidence.passages))
        return self._withheld.is_in(words, "\n".join(known))

    def _continue(
        self, exchange: _Exchange, reply: _Reply, done: list[Message], read: str, left: int
    ) -> None:
        """Add to what is said: what was looked up as the model's own words, then what it gave.

        Plain turns and no messages of tools, which endpoints want in forms of their own.
        """
        from langchain_core.messages import AIMessage

        said = reply.text.strip() or "；".join(one.zh for one in done)
        found = self._looked.format_messages(looked=read, left=left, fence=token_hex(6))
        exchange.messages = [*exchange.messages, AIMessage(said), *found]

    def _other_words(self, exchange: _Exchange) -> str:
        """Words of documents for the question, by a model that found no answer to it; none where it fails."""
        asked = self._search.format_messages(question=exchange.evidence.asked or exchange.evidence.question)
        at_most = min(_SECONDS_FOR_WORDS, exchange.due - time.monotonic())
        words = ""
        try:
            with closing(self._chat_model.stream(asked, at_most=at_most)) as pieces:
                for piece in pieces:
                    words += piece.text
                    exchange.usage += piece.usage or Usage()
        except ModelUnavailable:
            return ""
        return words.strip().partition("\n")[0]

    def _write_again(
        self, exchange: _Exchange, reply: _Reply
    ) -> Generator[TextDelta | LookedAgain, None, _Reply | None]:
        """The second reply, not shown while it comes; None if the model fails this time."""
        from langchain_core.messages import AIMessage

        problems = "\n".join(f"- {problem}" for problem in reply.checker.problems)
        sent_back = self._retry.format_messages(problems=problems)
        exchange.messages = [*exchange.messages, AIMessage(reply.text), *sent_back]
        with closing(self._read(exchange)) as reading:
            while True:
                try:
                    next(reading)
                except StopIteration as end:
                    written: _Reply = end.value
                    return written
                except ModelUnavailable:
                    return None
                yield TextDelta(text="")

    def _read(
        self, exchange: _Exchange, looking: Looking | None = None
    ) -> Generator[TextDelta | LookedAgain, None, _Reply]:
        """Yield the checked sentences of a reply as it comes."""
        reply, shown = "", ""
        calls: tuple[ToolCall, ...] = ()
        usage = Usage()
        checker = Checker(
            exchange.evidence,
            exchange.tongue,
            self._unverified,
            lambda words: self._withholds(words, exchange),
        )
        tools = looking.tools if looking and looking.left else ()
        at_most = exchange.due - time.monotonic()
        with closing(self._chat_model.stream(exchange.messages, tools=tools, at_most=at_most)) as pieces:
            for piece in pieces:
                reply += piece.text
                usage, calls = piece.usage or usage, piece.calls or calls
                shown += checker.take(piece.text)
                yield TextDelta(text=shown if checker.supports else "")
                shown = "" if checker.supports else shown
        shown += checker.rest()
        yield TextDelta(text=shown if checker.supports else "")
        exchange.usage += usage
        return _Reply(reply, checker, usage, calls)


def _is_better(second: Checker, first: Checker) -> bool:
    """Whether less is wrong in a second reply and no less is right; where nothing was right, any that is."""
    if second.supported != first.supported:
        return second.supported > first.supported and len(second.problems) <= len(first.problems)
    return len(second.problems) < len(first.problems)


def _without_formula(absence: str) -> str:
    """What is missing, without the bare sentence that something is."""
    return absence.removeprefix(f"{NO_ANSWER}。").strip()
