"""The API of the library: search, documents, health. Thin: the assistant does the work, in a bounded pool."""

from __future__ import annotations

import time
from typing import Any

import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from assistant.saying.answer_json import document_json, outline_json, passages_json
from assistant.web.api.description import BODY_ERRORS, READING_ERRORS, documented
from assistant.web.api.examples import (
    DOCUMENT_EXAMPLE,
    DOCUMENTS_EXAMPLE,
    HEALTH_EXAMPLE,
    PASSAGES_EXAMPLE,
)
from assistant.web.api.replies import DocumentsBody, Health, OutlinedDocument, PassagesBody
from assistant.web.api.requests import SearchBody
from assistant.web.clients import TheAsker, TheClient
from assistant.web.dependencies import TheAssistant, TheWorkers, in_worker
from assistant.web.door.http_errors import UnknownDocument
from vectorstore.types import EVERYWHERE

router = APIRouter(tags=["Library"])


@router.post(
    "/api/search",
    summary="Search passages",
    responses=documented(*BODY_ERRORS, body=PassagesBody, example=PASSAGES_EXAMPLE),
)
async def search(
    body: SearchBody, client: TheAsker, assistant: TheAssistant, workers: TheWorkers
) -> JSONResponse:
    """What retrieval finds for a question, best first, before any answer."""
    question = body.to_question(client)
    started = time.perf_counter()
    searched, passages = await in_worker(workers, lambda: assistant.search(question, body.limit))
    seconds = time.perf_counter() - started
    return JSONResponse(passages_json(searched, passages, seconds))


@router.get(
    "/api/documents",
    summary="List documents",
    responses=documented(*READING_ERRORS, body=DocumentsBody, example=DOCUMENTS_EXAMPLE),
)
async def documents(client: TheClient, assistant: TheAssistant, workers: TheWorkers) -> JSONResponse:
    """Every document of the library, with the number of its chunks and what the source hides."""

    def listed() -> list[dict[str, Any]]:
        counts = assistant.chunk_counts()
        visible = assistant.documents(client.narrowed(EVERYWHERE))
        return [document_json(document, counts.get(document.id, 0)) for document in visible]

    return JSONResponse({"documents": await in_worker(workers, listed)})


@router.get(
    "/api/documents/{document_id}",
    summary="Show a document",
    responses=documented(404, *READING_ERRORS, body=OutlinedDocument, example=DOCUMENT_EXAMPLE),
)
async def document(
    document_id: str, client: TheClient, assistant: TheAssistant, workers: TheWorkers
) -> JSONResponse:
    """One document with its outline. `start` and `end` count characters of the document's text."""

    def shown() -> dict[str, Any]:
        found = assistant.document(document_id, client.narrowed(EVERYWHERE))
        if found is None:
            raise UnknownDocument
        count = assistant.chunk_counts().get(found.id, 0)
        return document_json(found, count) | {"outline": outline_json(found, client.narrowed(EVERYWHERE))}

    return JSONResponse(await in_worker(workers, shown))


@router.get("/healthz", summary="Health", responses=documented(500, 503, body=Health, example=HEALTH_EXAMPLE))
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
