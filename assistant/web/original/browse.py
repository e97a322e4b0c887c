"""The page that lists the library's documents. Needs nothing but a browser, and no script at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.web.dependencies import TheAssistant, TheWorkers, in_worker
from assistant.web.look import Look, TheLook
from assistant.web.original.compare import compare_link
from assistant.web.original.listing import (
    ON_A_PAGE,
    SORTS,
    Wish,
    dates_of,
    find_documents,
    kinds_of,
    part_anchors,
    read_wish,
    regions_of,
    years_of,
)
from assistant.web.static_page import in_language, static_page
from assistant.wording import STATUS_NAMES
from vectorstore.errors import Message
from vectorstore.types import Document, Head, Status

router = APIRouter(include_in_schema=False)

_WORDS = {
    "title": Message("全部文件", "All documents"),
    "ask": Message("提问", "Ask a question"),
    "skip": Message("跳到文件列表", "Skip to the list"),
    "list": Message("文件列表", "List of documents"),
    "find": Message("查找文件", "Find documents"),
    "words": Message("标题、文号、单位或地区", "Title, number, issuer or region"),
    "status": Message("状态", "Status"),
    "kind": Message("类别", "Kind"),
    "region": Message("地区", "Region"),
    "year": Message("年份", "Year"),
    "sort": Message("排序", "Sort by"),
    "sort_date": Message("按日期", "date"),
    "sort_title": Message("按标题", "title"),
    "any": Message("全部", "all"),
    "search": Message("查找", "Find"),
    "all": Message("查看全部文件", "Show all documents"),
    "pages": Message("翻页", "Pages"),
    "previous": Message("上一页", "Previous page"),
    "next": Message("下一页", "Next page"),
    "empty": Message("库里还没有文件。", "The library has no documents yet."),
    "none": Message(
        "没有找到符合条件的文件，可以减少条件再试。", "No document is like that; try with less to go by."
    ),
    "count": Message("共 {} 份文件", "{} documents"),
    "found": Message("找到 {} 份", "{} found"),
    "dates": Message("日期从 {} 到 {}", "dated {} to {}"),
    "compare": Message("与上一版对照", "Compare with the version before"),
    "parts": Message("汇编，含 {} 份文件", "A compilation of {} documents"),
    "page_count": Message("{} 页", "{} pages"),
    "characters": Message("{} 字", "{} characters"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A document of the list, or a part of one."""

    link: str
    title: str
    facts: tuple[str, ...]
    status: str = ""
    issued: bool = True
    compare: str = ""
    parts: tuple[Item, ...] = ()


def _facts(head: Head, *more: str) -> tuple[str, ...]:
    issued = head.issued_on.isoformat() if head.issued_on else ""
    return tuple(fact for fact in (head.issuer, head.number, head.region, issued, *more) if fact)


def _item(document: Document, older: str, look: Look) -> Item:
    head = document.head
    link = f"/documents/{quote(document.id, safe='')}?{urlencode(look.kept)}".rstrip("?")
    size = _WORDS["page_count"] if document.pages else _WORDS["characters"]
    count = len(document.pages) or len(document.text)
    anchors = part_anchors(document) if document.parts else {}
    return Item(
        link=link,
        title=head.title,
        facts=_facts(head, size.in_language(look.language).format(f"{count:,}")),
        status=STATUS_NAMES[head.status].in_language(look.language),
        issued=head.status is Status.ISSUED,
        compare=compare_link(older, document.id, look) if older else "",
        parts=tuple(
            Item(link=f"{link}#{anchors.get(number, 'text')}", title=part.title, facts=_facts(part))
            for number, part in enumerate(document.parts, start=1)
        ),
    )


def _page_link(wish: Wish, look: Look, page: int) -> str:
    asked = {
        "q": wish.words,
        "status": wish.status,
        "kind": wish.kind,
        "region": wish.region,
        "year": wish.year,
    }
    given = [(name, value) for name, value in asked.items() if value]
    return f"/documents?{urlencode([*given, ('sort', wish.sort), ('page', page), *look.kept])}"


def render(
    documents: Sequence[Document],
    wish: Wish,
    page: int,
    look: Look,
    older: Callable[[str], str] = lambda _: "",
) -> HTMLResponse:
    """One page of the list; a number beyond the last page gives the last.

    ``older`` gives the version before that of a document's id, or "".
    """
    found = find_documents(documents, wish)
    last = max(1, -(-len(found) // ON_A_PAGE))
    page = min(max(page, 1), last)
    words = in_language(_WORDS, look.language)
    dates = dates_of(documents)
    summary = [words["count"].format(f"{len(documents):,}")] if documents else []
    summary += [words["dates"].format(*dates)] if dates else []
    return static_page(
        "original/browse.html",
        look=look,
        title=words["title"],
        words=words,
        wish=wish,
        summary=summary,
        found=words["found"].format(f"{len(found):,}") if wish.narrows else "",
        items=[
            _item(document, older(document.id), look)
            for document in found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        ],
        empty=not documents,
        statuses=[(each.value, STATUS_NAMES[each].in_language(look.language)) for each in Status],
        kinds=[(kind, kind) for kind in kinds_of(documents)],
        regions=[(region, region) for region in regions_of(documents)],
        years=[(year, year) for year in years_of(documents)],
        sorts=[(sort, words[f"sort_{sort}"]) for sort in SORTS],
        page=page,
        last=last,
        previous=_page_link(wish, look, page - 1) if page > 1 else "",
        following=_page_link(wish, look, page + 1) if page < last else "",
        all_link=f"/documents?{urlencode(look.kept)}".rstrip("?"),
    )


@router.get("/documents", response_class=HTMLResponse)
async def list_documents(
    assistant: TheAssistant,
    workers: TheWorkers,
    look: TheLook,
    q: str = "",
    status: str = "",
    kind: str = "",
    region: str = "",
    year: str = "",
    sort: str = "",
    page: str = "",
) -> HTMLResponse:
    """The list. Whatever its parameters say, it is a page: people come here from links."""
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    wish = read_wish(q, status, kind, region, year, sort)

    def older(document_id: str) -> str:
        versions = [one.id for one in assistant.versions(document_id)]
        return next(iter(versions[versions.index(document_id) + 1 :]), "")

    return await in_worker(workers, lambda: render(assistant.documents(), wish, number, look, older))
