"""Answers through a chat model: evidence fenced as data, the reply checked, one retry with what failed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.citations import Checked, check, failures
from assistant.errors import ModelReplyUnusable, ModelUnavailable
from assistant.model.llm import ChatModel
from assistant.model.prompts import ANSWER_PLACEHOLDERS, NO_ANSWER, RETRY_PLACEHOLDERS, load_prompt
from assistant.types import Evidence, Outcome, Usage
from vectorstore.errors import Language, Message
from vectorstore.types import Chunk, Head

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
_NO_ANSWER_WITHIN = 40  # characters at the start of a reply in which it says that there is no answer


@dataclass(frozen=True, slots=True)
class Generated:
    """A checked reply; ``checked`` is None where the model found no answer in the evidence."""

    checked: Checked | None
    usage: Usage


class AnswerWriter:
    """Writes answers with one chat model. Raises PromptInvalid when made with prompts that do not fit."""

    def __init__(self, chat_model: ChatModel, prompts_dir: Path, language: Language) -> None:
        self._chat_model = chat_model
        self._answer = load_prompt(prompts_dir, "answer", ANSWER_PLACEHOLDERS)
        self._retry = load_prompt(prompts_dir, "retry", RETRY_PLACEHOLDERS)
        self._language: Language = language

    @property
    def model(self) -> str:
        """The chat model's name."""
        return self._chat_model.name

    def write(self, question: str, evidence: Evidence) -> Generator[str, None, Generated]:
        """Yield the reply as it comes, empty texts while nothing does; return it checked.

        A reply with sentences that the evidence does not bear is sent back once
        with what is wrong; the better of the two is taken. Raises
        ModelUnavailable, ModelRefused or ModelReplyUnusable.
        """
        messages = self._answer.format_messages(
            passages=show(evidence),
            question=question,
            fence=token_hex(6),
            language=_LANGUAGE_NAMES[self._language],
            no_answer=NO_ANSWER,
        )
        reply, usage = yield from self._read(messages, shown=True)
        if problems := self._problems(reply, evidence):
            again = yield from self._write_again(messages, reply, problems)
            if again and len(self._problems(again[0], evidence)) < len(problems):
                reply = again[0]
                usage = _sum(usage, again[1])
        if _says_no_answer(reply):
            return Generated(None, usage)
        checked = check(reply, evidence)
        if checked.outcome is Outcome.REFUSED:
            raise ModelReplyUnusable(
                Message("模型的回答没有一句有依据。", "Nothing in the model's reply is supported."),
                Message("请换一个问法，或换一个模型。", "Ask in another way, or use another model."),
            )
        return Generated(checked, usage)

    def _write_again(
        self, messages: list[BaseMessage], reply: str, problems: list[str]
    ) -> Generator[str, None, tuple[str, Usage] | None]:
        """The second reply, not shown while it comes; None if the model fails this time."""
        from langchain_core.messages import AIMessage

        sent_back = self._retry.format_messages(problems="\n".join(f"- {problem}" for problem in problems))
        try:
            return (yield from self._read([*messages, AIMessage(reply), *sent_back], shown=False))
        except ModelUnavailable:
            return None

    def _read(self, messages: list[BaseMessage], *, shown: bool) -> Generator[str, None, tuple[str, Usage]]:
        reply, usage = "", Usage()
        with closing(self._chat_model.stream(messages)) as pieces:
            for piece in pieces:
                reply += piece.text
                usage = piece.usage or usage
                yield piece.text if shown else ""
        return reply, usage

    def _problems(self, reply: str, evidence: Evidence) -> list[str]:
        return [] if _says_no_answer(reply) else failures(reply, evidence)


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
    about = "，".join(part for part in (head.region, head.number, issued, head.status.value) if part)
    return f"《{head.title}》（{about}）"


def _labelled(label: int, chunk: Chunk) -> str:
    body = chunk.text
    if chunk.cells:
        body = "\n".join(f"{cell.header or '栏'}：{cell.text or '（空）'}" for cell in chunk.cells)
    return f"[{label}] {' > '.join(chunk.path)}\n{body}"


def _says_no_answer(reply: str) -> bool:
    return NO_ANSWER in reply[:_NO_ANSWER_WITHIN]


def _sum(first: Usage, second: Usage) -> Usage:
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
    )
