"""The HTTP API: ask, search, documents, health. Thin: the assistant does the work, in a bounded pool."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from assistant.answer_json import document_json, outline_json, passages_json, to_json
from assistant.web.api_types import (
    AnswerBody,
    AskBody,
    DocumentsBody,
    ErrorBody,
    Health,
    OutlinedDocument,
    PassagesBody,
    SearchBody,
)
from assistant.web.dependencies import TheAssistant, TheParts, TheWorkers, in_worker
from assistant.web.http_errors import UnknownDocument, error_body

router = APIRouter()

ANSWER_EXAMPLE = {
    "answer": "学生午餐补助由县教育局负责[1]。",
    "outcome": "grounded",
    "refusal": None,
    "citations": [
        {
            "label": 1,
            "quote": "学生午餐补助由县教育局负责，县财政局配合。",
            "start": 120,
            "end": 141,
            "document": {
                "id": "3f2a9c0d51e47b68",
                "source": "example.txt",
                "title": "示例县学生午餐补助办法",
                "issuer": "示例县人民政府",
                "number": "示政发〔2024〕1号",
                "region": "示例省示例县",
                "issued_on": "2024-03-08",
                "status": "draft for comments",
            },
            "path": ["第二章 职责分工", "第五条"],
            "page": 3,
            "url": "/documents/3f2a9c0d51e47b68?start=120&end=141",
        }
    ],
    "notices": ["《示例县学生午餐补助办法》为征求意见稿，不是正式文件。"],
    "question": "示例县学生午餐补助由哪个部门负责？",
    "scope": {
        "documents": [
            {"id": "3f2a9c0d51e47b68", "part": 0, "title": "示例县学生午餐补助办法", "region": "示例省示例县"}
        ],
        "clauses": [],
        "unknown": [],
    },
    "mode": "extract",
    "model": None,
    "usage": {"prompt_tokens": 0, "completion_tokens": 0},
    "seconds": {"search": 0.02, "answer": 0.01},
    "conversation_id": "",
    "answer_id": "9b1c6c2a4e0f4d0f8a3f6f1e2d7c5b4a",
}


def _documented(
    *statuses: int, body: type[BaseModel], example: object = None
) -> dict[int | str, dict[str, Any]]:
    """The responses of a route for OpenAPI: its body, and the errors it may answer with."""
    meaning = {
        400: "Malformed JSON or invalid UTF-8",
        404: "No such document",
        408: "The body trickled in",
        413: "Body over 1 MB",
        415: "Body not declared as JSON",
        422: "A field is missing, unknown or out of bounds",
        500: "Unforeseen; logged",
        503: "Busy, or no index yet; see Retry-After",
    }
    sample = error_body("code", "One sentence of what happened.", "One sentence of what to do.")
    errors: dict[int | str, dict[str, Any]] = {
        status: {
            "model": ErrorBody,
            "description": meaning[status],
            "content": {"application/json": {"example": sample}},
        }
        for status in statuses
    }
    content = {} if example is None else {"content": {"application/json": {"example": example}}}
    return {200: {"model": body, **content}, **errors}


_BODY_ERRORS = (400, 408, 413, 415, 422, 500, 503)


@router.post(
    "/api/ask",
    summary="Ask a question",
    responses=_documented(*_BODY_ERRORS, body=AnswerBody, example=ANSWER_EXAMPLE),
)
async def ask(body: AskBody, parts: TheParts) -> JSONResponse:
    """A short answer with citations that can be checked, or a refusal with its reason.

    `outcome` is `grounded`, `partly` or `refused`; a refusal is an answer, with status 200.
    `history` only helps to understand the question; it is never evidence.
    """
    job = await anyio.to_thread.run_sync(parts.desk.submit, body.to_question())
    return JSONResponse(to_json(await asyncio.wrap_future(job.answer)))


@router.post(
    "/api/search", summary="Search passages", responses=_documented(*_BODY_ERRORS, body=PassagesBody)
)
async def search(body: SearchBody, assistant: TheAssistant, workers: TheWorkers) -> JSONResponse:
    """What retrieval finds for a question, best first, before any answer."""
    question = body.to_question()
    started = time.perf_counter()
    searched, passages = await in_worker(workers, lambda: assistant.search(question, body.limit))
    seconds = time.perf_counter() - started
    return JSONResponse(passages_json(searched, passages, seconds))


@router.get("/api/documents", summary="List documents", responses=_documented(500, 503, body=DocumentsBody))
async def documents(assistant: TheAssistant, workers: TheWorkers) -> JSONResponse:
    """Every document of the library, with the number of its chunks and what the source hides."""

    def listed() -> list[dict[str, Any]]:
        counts = assistant.chunk_counts()
        return [document_json(document, counts.get(document.id, 0)) for document in assistant.documents()]

    return JSONResponse({"documents": await in_worker(workers, listed)})


@router.get(
    "/api/documents/{document_id}",
    summary="Show a document",
    responses=_documented(404, 500, 503, body=OutlinedDocument),
)
async def document(document_id: str, assistant: TheAssistant, workers: TheWorkers) -> JSONResponse:
    """One document with its outline. `start` and `end` count characters of the document's text."""

    def shown() -> dict[str, Any]:
        found = assistant.document(document_id)
        if found is None:
            raise UnknownDocument
        count = assistant.chunk_counts().get(found.id, 0)
        return document_json(found, count) | {"outline": outline_json(found)}

    return JSONResponse(await in_worker(workers, shown))


@router.get("/healthz", summary="Health", responses=_documented(500, 503, body=Health))
async def health(assistant: TheAssistant) -> Health:
    """Whether the assistant is up, and what it answers from. Never waits behind questions."""

    def measured() -> Health:
        counts = assistant.chunk_counts()
        return Health.model_validate(
            {
                "status": "ok",
                "documents": len(counts),
                "chunks": sum(counts.values()),
                "generation": assistant.generation,
                "mode": assistant.mode,
            }
        )

    return await anyio.to_thread.run_sync(measured)
