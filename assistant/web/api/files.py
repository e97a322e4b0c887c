"""``/api/files``: a document that a program brings, to ask in it alone."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from assistant.own_files.types import Holder
from assistant.web.api.description import documented, errors_of
from assistant.web.api.examples import FILE_EXAMPLE
from assistant.web.api.replies import FileBody
from assistant.web.clients import Client, TheAsker, TheClient
from assistant.web.dependencies import TheParts
from assistant.web.own_file.receiving import open_files, receive

router = APIRouter(tags=["Answers"])

_ERRORS = (400, 401, 403, 404, 408, 413, 422, 429, 500, 503)
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}},
    "required": ["file"],
}
_BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}


def holder_of(client: Client) -> Holder:
    """Whose the documents are that this client brings: the key's."""
    return Holder(key=client.key, address=client.address)


@router.post(
    "/api/files",
    summary="Bring a document",
    responses=documented(*_ERRORS, body=FileBody, example=FILE_EXAMPLE),
    openapi_extra=_BODY,
)
async def bring_file(request: Request, client: TheAsker, parts: TheParts) -> JSONResponse:
    """Reads one document, of at most 50 MB and 200,000 characters, to be asked in: `file` of `POST /api/ask`.

    It is in no library, for this key alone, and gone an hour after the last question; there is room for 20,
    and then the one that has not been asked in for longest goes. Reading it takes seconds, of a long one a
    minute or two.
    """
    brought = await receive(request, open_files(parts.own_files), holder_of(client))
    expires = brought.expires.isoformat(timespec="seconds")
    return JSONResponse({"file": brought.token, "title": brought.title, "expires": expires})


@router.delete(
    "/api/files/{file}",
    summary="Remove a document",
    status_code=204,
    response_class=Response,
    responses=errors_of(401, 404, 422, 429, 500, 503),
)
async def remove_file(file: str, client: TheClient, parts: TheParts) -> Response:
    """It is gone at once; a question that is under way is still answered."""
    open_files(parts.own_files).drop(file, holder_of(client))
    return Response(status_code=204)
