"""What a measured system replied, read from the JSON of an answer."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.types import Outcome, Reason
from eval.errors import NoReply
from vectorstore.errors import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """One citation: the file, what is quoted from it, and its label in the answer, 0 where it has none."""

    file: str
    quote: str
    label: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A passage that a system retrieved: the file that it is from, and its words."""

    file: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply. ``seconds`` is the wall-clock time from question to whole answer.

    ``reason`` says why it is a refusal. ``found`` is what retrieval gives for
    the same question, best first; None where the system does not show that.
    The tokens are those that a chat model counted.
    """

    answer: str
    outcome: Outcome
    citations: tuple[Cited, ...] = ()
    seconds: float = 0.0
    reason: Reason | None = None
    found: tuple[Found, ...] | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Body(BaseModel):
    model_config = ConfigDict(strict=True)


class _DocumentBody(_Body):
    source: str


class _CitationBody(_Body):
    quote: str
    document: _DocumentBody
    label: int = 0


class _RefusalBody(_Body):
    reason: Reason


class _UsageBody(_Body):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _AnswerBody(_Body):
    answer: str
    outcome: Outcome
    citations: tuple[_CitationBody, ...]
    refusal: _RefusalBody | None = None
    usage: _UsageBody = _UsageBody()


class _PassageBody(_Body):
    text: str
    document: _DocumentBody


class _PassagesBody(_Body):
    passages: tuple[_PassageBody, ...]


def read_reply(body: str | bytes, *, seconds: float) -> Reply:
    """The reply in the JSON text of an answer. Raises NoReply where it is none."""
    try:
        answer = _AnswerBody.model_validate_json(body)
    except ValidationError as error:
        raise unusable(error) from error
    return Reply(
        answer=answer.answer,
        outcome=answer.outcome,
        citations=tuple(
            Cited(file=one.document.source, quote=one.quote, label=one.label) for one in answer.citations
        ),
        seconds=seconds,
        reason=answer.refusal.reason if answer.refusal else None,
        prompt_tokens=answer.usage.prompt_tokens,
        completion_tokens=answer.usage.completion_tokens,
    )


def read_found(body: str | bytes) -> tuple[Found, ...]:
    """The passages in the JSON text of a search. Raises NoReply where it is none."""
    try:
        passages = _PassagesBody.model_validate_json(body).passages
    except ValidationError as error:
        raise unusable(error) from error
    return tuple(Found(file=one.document.source, text=one.text) for one in passages)


def unusable(error: ValidationError) -> NoReply:
    """A reply that is not the JSON that was agreed on."""
    wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return NoReply(
        "unusable reply", Message(f"回复不是约定的 JSON：{wrong}。", f"The reply is no answer: {wrong}.")
    )
