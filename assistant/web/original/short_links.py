"""Short links in chats lead to the document reader."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse

from assistant.saying.forms.links import long_path
from assistant.web.door.http_errors import UnknownDocument

router = APIRouter(include_in_schema=False)


@router.get("/d/{code}")
async def follow_short_link(code: str) -> RedirectResponse:
    """The passage, highlighted in its document."""
    path = long_path(code)
    if path is None:
        raise UnknownDocument
    return RedirectResponse(path)
