"""A visitor's conversations as files: Word and Markdown, with their sources."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from assistant.errors import ConversationUnknown
from assistant.saying.export.file_name import file_name
from assistant.saying.export.markdown import to_markdown
from assistant.saying.export.word import to_word
from assistant.saying.export.word_layout import MEDIA_TYPE
from assistant.web.dependencies import TheParts, TheWorkers, in_worker
from assistant.web.visitor import visitor_of
from vectorstore.errors import Language, Message

router = APIRouter(include_in_schema=False)


@router.get("/conversations/{name}.{form}")
async def export_conversation(
    name: str,
    form: Literal["docx", "md"],
    request: Request,
    parts: TheParts,
    workers: TheWorkers,
    lang: Annotated[Language, Query()] = "zh",
) -> Response:
    """The conversation as a file, for the browser that it is kept for."""
    owner = visitor_of(request.cookies)
    base = str(request.base_url).rstrip("/")

    def export() -> tuple[str, bytes]:
        if owner is None:
            raise ConversationUnknown(*_NONE)
        kept = parts.history.conversation(owner, name)
        today = datetime.now(UTC).astimezone().date()
        if form == "docx":
            content = to_word(kept, language=lang, exported_on=today, base_url=base)
        else:
            content = to_markdown(kept, language=lang, exported_on=today, base_url=base).encode()
        return file_name(kept.title, f".{form}"), content

    saved_as, content = await in_worker(workers, export)
    disposition = f"attachment; filename*=UTF-8''{quote(saved_as)}"
    kind = MEDIA_TYPE if form == "docx" else "text/markdown; charset=utf-8"
    return Response(content, media_type=kind, headers={"Content-Disposition": disposition})


_NONE = (
    Message("没有这个对话。", "There is no such conversation."),
    Message("请在提问的浏览器里打开。", "Open it in the browser that asked."),
)
