"""One answer as a page of its own, which opens for whoever has its link: no account, no script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse
from markupsafe import Markup

from assistant.errors import ConversationUnknown
from assistant.history.shared import SharedAnswer
from assistant.web.delivery.continued import link_of
from assistant.web.dependencies import TheParts, TheSettings, TheWorkers, in_worker
from assistant.web.look import Look, TheLook
from assistant.web.page.html import told_html
from assistant.web.static_page import in_language, styled_page
from assistant.web.visitor import visitor_of
from vectorstore.errors import Message

router = APIRouter(include_in_schema=False)

_STYLE = Path(__file__).with_name("answer.css").read_text(encoding="utf-8")
_WORDS = {
    "ask": Message("提问", "Ask a question"),
    "documents": Message("全部文件", "All documents"),
    "skip": Message("跳到回答", "Skip to the answer"),
    "answer": Message("回答", "Answer"),
    "gone": Message("这个回答打不开了", "This answer is no longer here"),
    "why": Message(
        "链接已过期，或者提问的人删除了它。可以把问题重新问一遍。",
        "Its link has expired, or whoever asked has deleted it. Ask the question anew.",
    ),
    "given": Message(
        "{}由政策助手依据库中的文件自动整理，之后的文件没有计入。请以原文为准。",
        "Put together from the documents of the library on {}; later ones are not counted in."
        " The documents themselves are what holds.",
    ),
}
_NO_SUCH = (
    Message("没有可以分享的回答。", "There is no such answer to share."),
    Message(
        "请在提问的浏览器里，等回答完整后再分享。", "Share it in the browser that asked, once it is whole."
    ),
)


@router.get("/a/{code}", response_class=HTMLResponse)
async def show_answer(
    code: str, parts: TheParts, settings: TheSettings, workers: TheWorkers, look: TheLook
) -> HTMLResponse:
    """The page, or one that says that the link works no more."""
    since = datetime.now(UTC) - timedelta(days=settings.link_days)
    found = await in_worker(workers, lambda: parts.history.shared.read(code, since=since))
    return _page(found, look)


@router.post("/a/{answer_id}", response_class=JSONResponse)
async def share_answer(
    answer_id: str,
    request: Request,
    parts: TheParts,
    settings: TheSettings,
    workers: TheWorkers,
) -> JSONResponse:
    """A link to an answer, for the browser that asked; the same one each time.

    It is a path where no address is set at which people reach this server: their browser knows it.
    """
    owner = visitor_of(request.cookies)
    if not settings.link_days:
        raise HTTPException(404)
    if owner is None:
        raise ConversationUnknown(*_NO_SUCH)
    now = datetime.now(UTC)
    code = await in_worker(workers, lambda: parts.history.shared.share_kept(owner, answer_id, at=now))
    if code is None:
        raise ConversationUnknown(*_NO_SUCH)
    return JSONResponse({"url": (settings.public_url or "").rstrip("/") + link_of(code)})


def _page(found: SharedAnswer | None, look: Look) -> HTMLResponse:
    words = in_language(_WORDS, look.language)
    kept = urlencode(look.kept)
    values: dict[str, Any] = {
        "look": look,
        "words": words,
        "ask_link": "/" if look.language == "zh" else "/en/",
        "list_link": f"/documents?{kept}".rstrip("?"),
        "title": found.asked if found else words["gone"],
        "notices": [] if found else [words["why"]],
        "told": _told(found, look) if found else "",
        "given": "",
    }
    if found:
        day = found.shared_at.astimezone().date()
        told = f"{day.year}年{day.month}月{day.day}日" if look.language == "zh" else day.isoformat()
        values["given"] = words["given"].format(told)
    return styled_page("answer.html", values, style=_STYLE, status=200 if found else 404)


def _told(found: SharedAnswer, look: Look) -> Markup:
    """The answer itself."""
    return Markup(told_html(found.answer, found.asked, look.language))  # noqa: S704  # escaped there
