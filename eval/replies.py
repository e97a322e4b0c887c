"""What a measured assistant replied, read from the JSON of an answer."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.types import Outcome
from eval.errors import NoReply
from vectorstore.errors import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """One citation: the file and what is quoted from it."""

    file: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply. ``seconds`` is the wall-clock time from question to whole answer."""

    answer: str
    outcome: Outcome
    citations: tuple[Cited, ...] = ()
    seconds: float = 0.0


class _Body(BaseModel):
    model_config = ConfigDict(strict=True)


class _DocumentBody(_Body):
    source: str


class _CitationBody(_Body):
    quote: str
    document: _DocumentBody


class _AnswerBody(_Body):
    answer: str
    outcome: Outcome
    citations: tuple[_CitationBody, ...]


def read_reply(body: str | bytes, *, seconds: float) -> Reply:
    """The reply in the JSON text of an answer. Raises NoReply where it is none."""
    try:
        answer = _AnswerBody.model_validate_json(body)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise NoReply(
            "unusable reply", Message(f"回复不是约定的 JSON：{wrong}。", f"The reply is no answer: {wrong}.")
        ) from error
    cited = tuple(Cited(file=c.document.source, quote=c.quote) for c in answer.citations)
    return Reply(answer=answer.answer, outcome=answer.outcome, citations=cited, seconds=seconds)
