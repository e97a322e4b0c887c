"""Reads a reply of OpenAI's chat completions, which knows neither outcomes nor citations of its own."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.types import Outcome
from eval.judging.absence import reason_of, says_absent
from eval.judging.replies import Cited, Reply, unusable


class _Body(BaseModel):
    model_config = ConfigDict(strict=True)


class _Message(_Body):
    content: str
    citations: object = None


class _Choice(_Body):
    message: _Message


class _Usage(_Body):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(_Body):
    choices: tuple[_Choice, ...] = Field(min_length=1)
    usage: _Usage | None = None
    citations: object = None


class _Document(_Body):
    source: str


class _Citation(_Body):
    quote: str
    file: str = ""
    document: _Document | None = None
    label: int = 0


def read_completion(body: str | bytes, *, seconds: float) -> Reply:
    """The reply in the JSON text of a completion. Raises NoReply where it is none.

    It is a refusal if its words say so. ``citations`` may stand beside the
    choices or in the message, each with a quote and a file (or a document with
    its source, as in our API); other forms, such as bare links, can't be judged
    and are left out.
    """
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError as error:
        raise unusable(error) from error
    message = completion.choices[0].message
    refused = says_absent(message.content)
    usage = completion.usage or _Usage()
    return Reply(
        answer=message.content,
        outcome=Outcome.REFUSED if refused else Outcome.GROUNDED,
        reason=reason_of(message.content) if refused else None,
        citations=_citations(completion.citations or message.citations),
        seconds=seconds,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
    )


def _citations(listed: object) -> tuple[Cited, ...]:
    found: list[Cited] = []
    for position, one in enumerate(listed if isinstance(listed, list) else (), start=1):
        try:
            citation = _Citation.model_validate(one)
        except ValidationError:
            continue
        file = citation.document.source if citation.document else citation.file
        found.append(Cited(file=file, quote=citation.quote, label=citation.label or position))
    return tuple(found)
