"""What the API's description says of its routes: bodies, examples and errors."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.types import Lifespan

from assistant.web.api.replies import ErrorBody
from assistant.web.door.http_errors import OPENAI_PATHS, error_body

API_VERSION = "1.0"

_ABOUT = """Answers from a library of policy documents, with citations that can be checked.

A key goes into `Authorization: Bearer KEY`. None is needed while the server has no keys and listens to its
own machine only. A body may have 1 MB, and must be there within 30 seconds. Errors are
`{"error": {"code", "message", "hint"}}`. Within version 1 fields and routes may be added; none goes, and
none changes its meaning.
"""

BODY_ERRORS = (400, 401, 408, 413, 415, 422, 429, 500, 503)
READING_ERRORS = (401, 422, 429, 500, 503)

_MEANING = {
    400: "Malformed JSON or invalid UTF-8",
    401: "A key is needed: `Authorization: Bearer KEY`",
    403: "Sent by a page of another site",
    404: "No such thing, or another's",
    408: "The body trickled in",
    410: "The answer was stopped, or is lost",
    413: "Body over 1 MB",
    415: "Body not declared as JSON",
    422: "A field is missing, unknown or out of bounds",
    429: "The key asks more often than it may, or one person or network too much at once; see Retry-After",
    500: "Unforeseen; logged",
    503: "Busy, or no index yet; see Retry-After",
}

Responses = dict[int | str, dict[str, Any]]


def described_app(title: str, lifespan: Lifespan[FastAPI], public_url: str | None) -> FastAPI:
    """An app without routes, whose description will tell that a key may not be needed."""
    app = FastAPI(
        title=title,
        version=API_VERSION,
        description=_ABOUT,
        servers=[{"url": public_url}] if public_url else None,
        generate_unique_id_function=lambda route: route.name,  # what plug-ins call their tools by
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    describe = app.openapi

    def describe_with_open_doors() -> dict[str, Any]:
        description = describe()
        for path, methods in description["paths"].items():
            for operation in methods.values():
                _show_nothings(operation)
                if path.startswith(OPENAI_PATHS):
                    operation["responses"].pop("422", None)  # FastAPI's own; it is 400 there
                if "security" in operation and {} not in operation["security"]:
                    operation["security"].append({})
        return description

    app.openapi = describe_with_open_doors  # type: ignore[method-assign]  # FastAPI's way to change it
    return app


def _show_nothings(operation: dict[str, Any]) -> None:
    """Make JSON of the examples again, with what is null in them."""
    for response in operation["responses"].values():
        for media in response.get("content", {}).values():
            if isinstance(media.get("example"), str) and media["example"].startswith("{"):
                media["example"] = json.loads(media["example"])


def documented(*errors: int, body: type[BaseModel], example: object = None) -> Responses:
    """The responses of a route: its body, and the errors that it may answer with."""
    return {200: as_json(body, example), **errors_of(*errors)}


def as_json(body: type[BaseModel], example: object = None, description: str = "Successful Response") -> Any:  # noqa: ANN401  # FastAPI's own form
    """One response with a JSON body."""
    # As text while FastAPI has it, which would leave out what is null.
    shown = json.dumps(example, ensure_ascii=False)
    content = {} if example is None else {"content": {"application/json": {"example": shown}}}
    return {"model": body, "description": description, **content}


def errors_of(*statuses: int) -> Responses:
    """The responses of those errors."""
    sample = error_body("code", "One sentence of what happened.", "One sentence of what to do.")
    return {
        status: {
            "model": ErrorBody,
            "description": _MEANING[status],
            "content": {"application/json": {"example": sample}},
        }
        for status in statuses
    }
