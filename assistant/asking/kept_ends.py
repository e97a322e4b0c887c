"""What became of a question, as text that another server makes the same answer or error of."""

from __future__ import annotations

import json
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.asking.job import UNFORESEEN, Job
from assistant.errors import AnswerLost
from assistant.types import Answer
from vectorstore.errors import Language, Message, PolicyAssistantError


class _Failure(BaseModel):
    """An error, as programs are told it."""

    model_config = ConfigDict(frozen=True)

    code: str
    status: int
    message: tuple[str, str]
    hint: tuple[str, str]


class _End(BaseModel):
    """What whoever follows needs of the question, and its answer or what went wrong; neither if stopped."""

    model_config = ConfigDict(frozen=True)

    text: str
    language: Language | None
    lost: bool
    answer: Answer | None = None
    failure: _Failure | None = None


def to_kept(job: Job, result: Answer | Exception | None) -> str:
    """JSON in ASCII, so that any text comes back as it was."""
    question = job.question
    end = _End(
        text=question.text,
        language=question.language,
        lost=job.lost,
        answer=result if isinstance(result, Answer) else None,
        failure=_failure(result) if isinstance(result, Exception) else None,
    )
    return json.dumps(end.model_dump(mode="json"))


def from_kept(job: Job, kept: object) -> None:
    """End a job that follows another server's as that one ended."""
    try:
        end = _End.model_validate(kept)
    except ValidationError:  # of another version of the program
        job.end(AnswerLost())
        return
    job.question = replace(job.question, text=end.text, language=end.language)
    job.lost, job.kept = end.lost, not end.lost
    job.end(_error(end.failure) if end.failure else end.answer)


def _failure(error: Exception) -> _Failure:
    known = error if isinstance(error, PolicyAssistantError) else PolicyAssistantError(*UNFORESEEN)
    message, hint = known.message, known.hint
    return _Failure(
        code=known.code,
        status=known.status,
        message=(message.zh, message.en),
        hint=(hint.zh, hint.en),
    )


def _error(failure: _Failure) -> PolicyAssistantError:
    error = PolicyAssistantError(Message(*failure.message), Message(*failure.hint))
    error.code, error.status = failure.code, failure.status
    return error
