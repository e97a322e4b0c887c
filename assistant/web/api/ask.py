"""``/api/ask``: an answer as JSON, as server-sent events, or later by its ticket."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.responses import Response

from assistant.asking.callers import Asked
from assistant.types import AnswerEvent, AnswerReady, EvidenceReady, LookedAgain, TextDelta
from assistant.web.api.description import BODY_ERRORS, READING_ERRORS, Responses, as_json, errors_of
from assistant.web.api.examples import ANSWER_EXAMPLE, EVENTS_EXAMPLE, TICKET_EXAMPLE
from assistant.web.api.files import holder_of
from assistant.web.api.replies import AnswerBody, TicketBody
from assistant.web.api.requests import AskBody
from assistant.web.clients import TheAsker, TheClient
from assistant.web.delivery.following import (
    answer_of,
    fetched,
    follow,
    submit,
    ticket_for,
    told_answer,
)
from assistant.web.dependencies import TheCallbacks, TheLanguage, TheParts
from assistant.web.door.http_errors import told_error
from assistant.web.own_file.receiving import open_files
from vectorstore.errors import Language

router = APIRouter(tags=["Answers"])

_GRACE = 0.5  # seconds for an answer that was due
_POLL_SECONDS = "1"
_UNBUFFERED = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_EVENTS = "text/event-stream"
_LATER = as_json(TicketBody, TICKET_EXAMPLE, "Not there yet: ask for it at `url`")
_ANSWER: dict[str, Any] = as_json(AnswerBody, ANSWER_EXAMPLE)
_ANSWER_OR_EVENTS = {**_ANSWER, "content": {**_ANSWER["content"], _EVENTS: {"example": EVENTS_EXAMPLE}}}


def _responses(first: dict[str, Any], *errors: int) -> Responses:
    return {200: first, 202: _LATER, **errors_of(*errors)}


@router.post(
    "/api/ask",
    summary="Ask a question",
    response_model=None,
    responses=_responses(_ANSWER_OR_EVENTS, 404, *BODY_ERRORS),
)
async def ask(
    body: AskBody,
    request: Request,
    client: TheAsker,
    parts: TheParts,
    callbacks: TheCallbacks,
    language: TheLanguage,
    wait: Annotated[bool, Query(description="0: a ticket at once, with status 202.")] = True,
) -> Response:
    """A short answer with citations that can be checked, or a refusal with its reason.

    `outcome` is `grounded`, `partly` or `refused`; a refusal is an answer, with status 200. What was said
    before only helps to understand the question; it is never evidence: `history`, or what is kept of the
    `conversation_id` or of the last half hour of the `user`. The same request within a minute gets the same
    answer. With `Accept: text/event-stream` the answer comes as events: `evidence`, `looked` (what a
    chat model looked up besides), `text` (a draft), `answer` (the whole, which replaces the draft), or
    `error`.
    """
    if body.callback_url is not None:
        callbacks.check(body.callback_url)
    if body.file is not None:
        open_files(parts.own_files).find(body.file, holder_of(client))
    question = body.to_question(client)
    caller = client.caller(body.user, body.conversation_id)
    asked = await submit(parts.sessions, question, caller)
    if body.callback_url is not None:
        callbacks.send_later(asked, body.callback_url)
    if not wait:
        return _later(await ticket_for(parts.sessions, asked, caller), asked)
    if _EVENTS in request.headers.get("accept", ""):
        return await _as_events(asked, language)
    seconds = None if body.deadline_s is None else question.due - time.monotonic() + _GRACE
    try:
        answer = await answer_of(asked.job, seconds)
    except TimeoutError:
        return _later(await ticket_for(parts.sessions, asked, caller), asked)
    return JSONResponse(told_answer(answer, asked, language))


@router.get(
    "/api/answers/{ticket}",
    summary="Fetch an answer",
    response_model=None,
    responses=_responses(_ANSWER, 404, 410, *READING_ERRORS),
)
async def fetch_answer(ticket: str, client: TheClient, parts: TheParts, language: TheLanguage) -> Response:
    """The answer of a ticket, or 202 while it is not there. The last thousand tickets are good."""
    asked = await fetched(parts.sessions, ticket, client.caller())
    if not asked.job.answer.done():
        return _later(ticket, asked)
    return JSONResponse(told_answer(await answer_of(asked.job), asked, language))


def _later(ticket: str, asked: Asked) -> JSONResponse:
    body = {
        "ticket": ticket,
        "state": "pending",
        "url": f"/api/answers/{ticket}",
        "conversation_id": asked.conversation_id,
    }
    return JSONResponse(body, 202, headers={"Location": body["url"], "Retry-After": _POLL_SECONDS})


async def _as_events(asked: Asked, language: Language) -> StreamingResponse:
    """The stream, once something has happened: what is wrong with the question has a status of its own."""
    events = follow(asked.job)
    first = await anext(events)
    return StreamingResponse(
        _events_of(asked, first, events, language), media_type=_EVENTS, headers=_UNBUFFERED
    )


async def _events_of(
    asked: Asked, first: AnswerEvent, events: AsyncIterator[AnswerEvent], language: Language
) -> AsyncIterator[bytes]:
    try:
        yield _event_of(first, asked, language)
        async for event in events:
            yield _event_of(event, asked, language)
    except Exception as error:  # noqa: BLE001  # the status is sent already; the desk has logged the cause
        yield _event("error", told_error(error, language))


def _event_of(event: AnswerEvent, asked: Asked, language: Language) -> bytes:
    match event:
        case EvidenceReady(evidence=evidence):
            found = {"question": evidence.question, "passages": len(evidence.passages)}
            return _event("evidence", found)
        case LookedAgain(words=words, evidence=evidence):
            done = [one.in_language(language) for one in words]
            return _event("looked", {"done": done, "passages": len(evidence.passages)})
        case TextDelta(text=text):
            return _event("text", {"text": text}) if text else b": \n\n"
        case AnswerReady(answer=answer):
            return _event("answer", told_answer(answer, asked, language))


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
