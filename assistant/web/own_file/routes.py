"""Where the chat page sends a document to ask in. What is asked in then, the page's own events say."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from assistant.own_files.types import Holder
from assistant.web.dependencies import TheParts
from assistant.web.door.middleware import OWN_FILE_PATHS
from assistant.web.own_file.receiving import open_files, receive
from assistant.web.visitor import visitor_of
from vectorstore.errors import Message, PolicyAssistantError

router = APIRouter(include_in_schema=False)

PATH, _ = OWN_FILE_PATHS


class NoVisitor(PolicyAssistantError):
    """The browser sent no cookie, so that nobody could tell whose the document is."""

    code = "no_visitor"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Message(
                "浏览器没有带上本站的 Cookie，没有收下。", "The browser sent no cookie of this site; refused."
            ),
            Message("请允许本站的 Cookie，刷新后再试。", "Allow its cookies, reload, and try again."),
        )


@router.post(PATH, response_class=JSONResponse)
async def bring(request: Request, parts: TheParts) -> JSONResponse:
    """Read a document for whoever has the page open; it replaces the one that they brought before."""
    files = open_files(parts.own_files)
    person = visitor_of(request.cookies)
    if person is None:
        raise NoVisitor
    address = request.client.host if request.client else ""
    brought = await receive(request, files, Holder(person=person, address=address))
    return JSONResponse({"file": brought.token, "title": brought.title})
