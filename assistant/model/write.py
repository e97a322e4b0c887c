"""Answers through a chat model: evidence fenced as data, the reply checked, one retry with what failed."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.citations import Checked, Checker
from assistant.drafting.deadline import today
from assistant.errors import ModelReplyUnusable, ModelUnavailable
from assistant.model.llm import ChatModel
from assistant.model.prompts import ANSWER_PLACEHOLDERS, NO_ANSWER, RETRY_PLACEHOLDERS, load_prompt
from assistant.types import Evidence, Outcome, Tongue, Unverified, Usage
from assistant.wording import STATUS_NAMES
from vectorstore.errors import Message
from vectorstore.types import Chunk, Head

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_NAMES: dict[Tongue, str] = {"zh": "中文", "zh-Hant": "繁體中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class _Reply:
    """What a model said, and its check."""

    text: str
    checker: Checker
    usage: Usage


@dataclass(frozen=True, slots=True)
class Generated:
    """A checked reply; ``checked`` is None where the model found no answer in the evidence.

    ``missing`` is then what it says that the evidence lacks.
    """

    checked: Checked | None
    usage: Usage
    missing: str = ""


class AnswerWriter:
    """Writes answers with one chat model. Raises PromptInvalid when made with prompts that do not fit."""

    def __init__(self, chat_model: ChatModel, prompts_dir: Path, unverified: Unverified) -> None:
        self._chat_model = chat_model
        self._answer = load_prompt(prompts_dir, "answer", ANSWER_PLACEHOLDERS)
        self._retry = load_prompt(prompts_dir, "retry", RETRY_PLACEHOLDERS)
        self._unverified: Unverified = unverified

    @property
    def model(self) -> str:
        """The chat model's name."""
        return self._chat_model.name

    def write(
        self, evidence: Evidence, tongue: Tongue, *, due: float = math.inf
    ) -> Generator[str, None, Generated]:
        """Yield each sentence once it is whole and checked, empty texts while nothing is; return it all.

        Nothing is shown before a sentence that the evidence bears. All of it ends by ``due``
        (``time.monotonic``).

        A reply with sentences that the evidence does not bear is sent back once
        with what is wrong; the second is taken where less is wrong in it and no less is right. Raises
        ModelUnavailable, ModelRefused or ModelReplyUnusable.
        """
        messages = self._answer.format_messages(
            passages=show(evidence),
            question=evidence.asked or evidence.question,
            fence=token_hex(6),
            language=_NAMES[tongue],
            no_answer=NO_ANSWER,
            today=today().isoformat(),
        )
        reply = yield from self._read(messages, evidence, tongue, due)
        usage = reply.usage
        if reply.checker.problems:
            again = yield from self._write_again(messages, reply, evidence, tongue, due)
            usage += again.usage if again else Usage()
            if again and _is_better(again.checker, reply.checker):
                reply = again
        if reply.checker.absence:
            return Generated(None, usage, _without_formula(reply.checker.absence))
        if reply.checker.checked.outcome is Outcome.REFUSED:
            raise ModelReplyUnusable(
                Message("模型的回答没有一句有依据。", "Nothing in the model's reply is supported."),
                Message("请换一个问法，或换一个模型。", "Ask in another way, or use another model."),
            )
        return Generated(reply.checker.checked, usage)

    def _write_again(
        self, messages: list[BaseMessage], reply: _Reply, evidence: Evidence, tongue: Tongue, due: float
    ) -> Generator[str, None, _Reply | None]:
        """The second reply, not shown while it comes; None if the model fails this time."""
        from langchain_core.messages import AIMessage

        problems = "\n".join(f"- {problem}" for problem in reply.checker.problems)
        sent_back = self._retry.format_messages(problems=problems)
        messages = [*messages, AIMessage(reply.text), *sent_back]
        with closing(self._read(messages, evidence, tongue, due)) as reading:
            while True:
                try:
                    next(reading)
                except StopIteration as end:
                    written: _Reply = end.value
                    return written
                except ModelUnavailable:
                    return None
                yield ""

    def _read(
        self, messages: list[BaseMessage], evidence: Evidence, tongue: Tongue, due: float
    ) -> Generator[str, None, _Reply]:
        """Yield the checked sentences of a reply as it comes."""
        reply, shown, usage = "", "", Usage()
        checker = Checker(evidence, tongue, self._unverified)
        with closing(self._chat_model.stream(messages, at_most=due - time.monotonic())) as pieces:
            for piece in pieces:
                reply += piece.text
                usage = piece.usage or usage
                shown += checker.take(piece.text)
                if checker.supports:
                    yield shown
                    shown = ""
                else:
                    yield ""
        shown += checker.rest()
        yield shown if checker.supports else ""
        return _Reply(reply, checker, usage)


def show(evidence: Evidence) -> str:
    """The passages as a chat model reads them: their document once, then label, path, and text or cells."""
    blocks: list[str] = []
    for _, group in groupby(enumerate(evidence.passages, start=1), key=lambda one: one[1].head):
        passages = list(group)
        blocks.append(_named(passages[0][1].head))
        blocks.extend(_labelled(label, passage.chunk) for label, passage in passages)
    return "\n\n".join(blocks)


def _named(head: Head) -> str:
    issued = head.issued_on.isoformat() if head.issued_on else ""
    status = STATUS_NAMES[head.status].zh
    about = "，".join(part for part in (head.region, head.number, issued, status) if part)
    return f"《{head.title}》（{about}）"


def _labelled(label: int, chunk: Chunk) -> str:
    body = chunk.text
    if chunk.cells:
        body = "\n".join(f"{cell.header or '栏'}：{cell.text or '（空）'}" for cell in chunk.cells)
    return f"[{label}] {' > '.join(chunk.path)}\n{body}"


def _is_better(second: Checker, first: Checker) -> bool:
    """Whether less is wrong in a second reply and no less is right; where nothing was right, any that is."""
    if second.supported != first.supported:
        return second.supported > first.supported and len(second.problems) <= len(first.problems)
    return len(second.problems) < len(first.problems)


def _without_formula(absence: str) -> str:
    """What is missing, without the bare sentence that something is."""
    return absence.removeprefix(f"{NO_ANSWER}。").strip()
