"""What the API's description says of its routes: bodies, examples and errors."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.types import Lifespan

from assistant.web.api_replies import ErrorBody
from assistant.web.http_errors import OPENAI_PATHS, error_body

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
    404: "No such thing, or another's",
    408: "The body trickled in",
    410: "The answer was stopped",
    413: "Body over 1 MB",
    415: "Body not declared as JSON",
    422: "A field is missing, unknown or out of bounds",
    429: "The key asks more often than it may; see Retry-After",
    500: "Unforeseen; logged",
    503: "Busy, or no index yet; see Retry-After",
}

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
                "id": "3f2a9c0d51e4",
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
            "url": "/documents/3f2a9c0d51e4?start=120&end=141",
        }
    ],
    "notices": ["《示例县学生午餐补助办法》为征求意见稿，不是正式文件。"],
    "question": "示例县学生午餐补助由哪个部门负责？",
    "scope": {
        "documents": [
            {"id": "3f2a9c0d51e4", "part": 0, "title": "示例县学生午餐补助办法", "region": "示例省示例县"}
        ],
        "clauses": [],
        "unknown": [],
    },
    "mode": "extract",
    "model": None,
    "usage": {"prompt_tokens": 0, "completion_tokens": 0},
    "seconds": {"search": 0.02, "answer": 0.01},
    "conversation_id": "5d0c3e7a9b1f4c2e8a6d0b7f3e9c1a2b",
    "answer_id": "9b1c6c2a4e0f4d0f8a3f6f1e2d7c5b4a",
}
TICKET_EXAMPLE = {
    "ticket": ANSWER_EXAMPLE["answer_id"],
    "state": "pending",
    "url": f"/api/answers/{ANSWER_EXAMPLE['answer_id']}",
    "conversation_id": ANSWER_EXAMPLE["conversation_id"],
}
EVENTS_EXAMPLE = (
    'event: evidence\ndata: {"question": "…", "passages": 12}\n\n'
    'event: text\ndata: {"text": "…[1]。"}\n\n'
    'event: answer\ndata: {"answer": "…[1]。", "outcome": "grounded", "citations": []}\n\n'
)

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
                if path.startswith(OPENAI_PATHS):
                    operation["responses"].pop("422", None)  # FastAPI's own; it is 400 there
                if "security" in operation and {} not in operation["security"]:
                    operation["security"].append({})
        return description

    app.openapi = describe_with_open_doors  # type: ignore[method-assign]  # FastAPI's way to change it
    return app


def documented(*errors: int, body: type[BaseModel], example: object = None) -> Responses:
    """The responses of a route: its body, and the errors that it may answer with."""
    return {200: as_json(body, example), **errors_of(*errors)}


def as_json(body: type[BaseModel], example: object = None, description: str = "Successful Response") -> Any:  # noqa: ANN401  # FastAPI's own form
    """One response with a JSON body."""
    content = {} if example is None else {"content": {"application/json": {"example": example}}}
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
