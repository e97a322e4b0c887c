"""The document reader: shows a cited passage where it stands in the original. Needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.saying.answer_json import OWN_FILE, document_url
from assistant.web.dependencies import TheAssistant, TheParts, TheWorkers, in_worker
from assistant.web.door.http_errors import UnknownDocument
from assistant.web.look import Look, TheLook
from assistant.web.original.blocks import read_blocks
from assistant.web.original.cited_places import CitedPlace, Steps, read_places, read_steps
from assistant.web.original.compare import compare_link
from assistant.web.original.outline import outline_entries, path_here
from assistant.web.original.spans import Range
from assistant.web.static_page import in_language, static_page
from assistant.web.visitor import visitor_of
from assistant.wording import MARK_NAMES, STATUS_NAMES, dated_name
from vectorstore.errors import Message
from vectorstore.types import Document, Mark, Status

router = APIRouter(include_in_schema=False)

_SCRIPT = Path(__file__).with_name("reader.js").read_text(encoding="utf-8")
_WORDS = {
    "ask": Message("提问", "Ask a question"),
    "documents": Message("全部文件", "All documents"),
    "outline": Message("目录", "Outline"),
    "below": Message("下级目录", "below it"),
    "skip": Message("跳到正文", "Skip to the text"),
    "skip_cited": Message("跳到引文", "Skip to the cited passage"),
    "text": Message("正文", "Text"),
    "table": Message("表格", "Table"),
    "row": Message("引用的这一行", "The cited row"),
    "sideways": Message("可左右滑动", "scrolls sideways"),
    "citations": Message("本次回答的引文", "Citations of the answer"),
    "previous": Message("上一条引文", "Previous citation"),
    "next": Message("下一条引文", "Next citation"),
    "copy_link": Message("复制链接", "Copy link"),
    "copied": Message("链接已复制", "Link copied"),
    "copy_by_hand": Message("浏览器不允许自动复制，请手动复制", "Please copy the link by hand"),
    "link": Message("本页链接", "Link to this page"),
    "moved": Message(
        "链接所指的位置不在这份文件里，文件可能已更新。",
        "The place that the link points to is not in this document; it may have been updated.",
    ),
    "status": Message("注意：本文件状态为“{}”。", "Note: this document is: {}."),
    "versions": Message("其他版本", "Other versions"),
    "compare": Message("新旧对照", "compare"),
    "own": Message(
        "这是您自己的文件，不在文件库里；一小时没有提问就会删除。",
        "This is your own document and none of the library's; it goes an hour after the last question.",
    ),
    "own_gone": Message(
        "这是提问的人自己的文件，已经删除。",
        "This was a document of whoever asked, and is gone.",
    ),
    "list_hint": Message("可在“全部文件”中查找。", "Look for it among all documents."),
}


def cited_range(start: str, end: str, length: int) -> Range | None:
    """The half-open range that a link names; None where it names no place in a text of that length."""
    if not (start.isdecimal() and end.isdecimal() and len(start) < 10 and len(end) < 10):
        return None
    first, last = int(start), int(end)
    return (first, last) if first < last <= length else None


def render(
    document: Document,
    start: str,
    end: str,
    look: Look,
    steps: Steps | None = None,
    versions: Sequence[Document] = (),
) -> HTMLResponse:
    """The page of one document, the range highlighted. ``versions`` are those of its rule, newest first."""
    head = document.head
    status = STATUS_NAMES[head.status].in_language(look.language)
    issued = head.issued_on.isoformat() if head.issued_on else ""
    cited = cited_range(start, end, len(document.text))
    is_own = document.id.startswith(OWN_FILE)
    notices = [_WORDS["own"].in_language(look.language)] if is_own else []
    if head.status is not Status.ISSUED:
        notices.append(_WORDS["status"].in_language(look.language).format(status))
    if (start or end) and cited is None:
        notices.append(_WORDS["moved"].in_language(look.language))
    return _page(
        look,
        title=head.title,
        facts=[fact for fact in (head.issuer, head.number, issued, status, document.source) if fact],
        standing=status if head.status is not Status.ISSUED else "",
        notices=notices,
        outline=(outline := outline_entries(document.sections, cited, look.language)),
        here=path_here(outline),
        blocks=read_blocks(document, cited),
        cited=cited,
        link="" if is_own else _link_to(document, cited),  # whoever has it reads all of the document
        steps=steps,
        versions=list(_versions(document, versions, look)),
    )


def _link_to(document: Document, cited: Range | None) -> str:
    return document_url(document.id, *cited) if cited else f"/documents/{quote(document.id, safe='')}"


def _versions(document: Document, versions: Sequence[Document], look: Look) -> Iterator[dict[str, str]]:
    """The other versions: name, standing, address, and where they are compared, the older with the newer."""
    ids = [one.id for one in versions]
    for place, other in enumerate(versions):
        if other.id != document.id:
            newer, older = (document, other) if place > ids.index(document.id) else (other, document)
            yield {
                "title": dated_name(other.head, look.language),
                "status": STATUS_NAMES[other.head.status].in_language(look.language),
                "link": f"/documents/{quote(other.id, safe='')}?{urlencode(look.kept)}".rstrip("?"),
                "compare": compare_link(older.id, newer.id, look),
            }


def _page(look: Look, *, status: int = 200, blocks: Iterable[object] = (), **values: object) -> HTMLResponse:
    return static_page(
        "original/reader.html",
        script=_SCRIPT,
        status=status,
        look=look,
        blocks=blocks,
        list_link=f"/documents?{urlencode(look.kept)}".rstrip("?"),
        words=in_language(_WORDS, look.language),
        mark_names={mark: MARK_NAMES[mark].in_language(look.language) for mark in Mark},
        **values,
    )


def _missing(document_id: str, look: Look, steps: Steps | None) -> HTMLResponse:
    error = UnknownDocument()
    hint = "own_gone" if document_id.startswith(OWN_FILE) else "list_hint"
    return _page(
        look,
        status=error.status,
        title=error.message.in_language(look.language),
        facts=[],
        standing="",
        here=(),
        notices=[_WORDS[hint].in_language(look.language)],
        outline=(),
        cited=None,
        link="",
        steps=steps,
        versions=(),
    )


def _own(
    found: Document | None, document_id: str, start: str, end: str, look: Look, steps: Steps | None
) -> HTMLResponse:
    """Somebody's own document, by its id, which nobody can guess. No browser keeps it."""
    page = render(found, start, end, look, steps) if found else _missing(document_id, look, steps)
    page.headers["Cache-Control"] = "no-store"
    return page


@router.get("/documents/{document_id}", response_class=HTMLResponse)
async def read_document(
    document_id: str,
    request: Request,
    assistant: TheAssistant,
    parts: TheParts,
    workers: TheWorkers,
    look: TheLook,
    start: str = "",
    end: str = "",
    cites: str = "",
) -> HTMLResponse:
    """The reader's page; for an unknown document a page that says so, as people come here from links."""

    def page() -> HTMLResponse:
        place = cited_range(start, end, 10**9)
        steps = read_steps(read_places(cites), CitedPlace(document_id, *place), look.kept) if place else None
        if document_id.startswith(OWN_FILE):
            files, person = parts.own_files, visitor_of(request.cookies)
            own = files.document(document_id, person) if files else None
            return _own(own, document_id, start, end, look, steps)
        found = assistant.document(document_id)
        if found is None:
            return _missing(document_id, look, steps)
        return render(found, start, end, look, steps, assistant.versions(document_id))

    return await in_worker(workers, page)
