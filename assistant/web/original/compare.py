"""Two documents side by side, article by article: usually two versions of one rule. Plain HTML, or Word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from assistant.answer import Assistant
from assistant.saying.answer_json import document_url
from assistant.saying.export.comparison import comparison_to_word
from assistant.saying.export.file_name import file_name
from assistant.saying.export.word_layout import MEDIA_TYPE
from assistant.web.dependencies import TheAssistant, TheWorkers, in_worker
from assistant.web.look import Look, TheLook
from assistant.web.static_page import in_language, static_page
from assistant.wording import CHANGE_NAMES, STATUS_NAMES, dated_name
from vectorstore.documents.comparison import Change, Difference, Piece, Unit, sides_of
from vectorstore.errors import Message
from vectorstore.types import Document, Status

router = APIRouter(include_in_schema=False)

_WORDS = {
    "title": Message("新旧对照", "Two versions compared"),
    "ask": Message("提问", "Ask a question"),
    "documents": Message("全部文件", "All documents"),
    "skip": Message("跳到对照", "Skip to the comparison"),
    "old": Message("旧", "Older"),
    "new": Message("新", "Newer"),
    "counts": Message(
        "修改 {} 处，新增 {} 处，删去 {} 处，未变 {} 处", "{} changed, {} added, {} dropped, {} the same"
    ),
    "figures": Message("其中 {} 处的数字有变", "figures differ in {} of them"),
    "same": Message("{} 处未变", "{} the same"),
    "figure": Message("数字有变", "figures differ"),
    "word": Message("下载 Word", "Download as Word"),
    "swap": Message("交换新旧", "Swap"),
    "original": Message("看原文", "Open the original"),
    "text": Message("对照", "Comparison"),
    "none": Message("两份文件的正文没有不同。", "The texts of the two do not differ."),
    "missing": Message(
        "这两份文件不都在库里，或者同名。可在“全部文件”中查找。",
        "Not both of these documents are in the library, or they are one. Look among all documents.",
    ),
    "too_long": Message(
        "这两份文件不同的地方太多，不能逐条对照。请分别打开。",
        "These two differ in too many places to be compared one by one. Open each by itself.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One difference as it is shown; ``same`` counts units in a row that have not changed."""

    change: str = ""
    name: str = ""
    path: str = ""
    merged: Sequence[Piece] = ()
    old: Sequence[Piece] = ()
    new: Sequence[Piece] = ()
    old_link: str = ""
    new_link: str = ""
    figures: bool = False
    same: Sequence[str] = ()


@router.get("/compare", response_class=HTMLResponse)
async def compare_documents(
    assistant: TheAssistant, workers: TheWorkers, look: TheLook, old: str = "", new: str = ""
) -> HTMLResponse:
    """The page. Whatever its parameters say, it is a page: people come here from links."""
    return await in_worker(workers, lambda: render(assistant, old, new, look))


@router.get("/compare.{form}")
async def export_comparison(
    form: Literal["docx"], assistant: TheAssistant, workers: TheWorkers, look: TheLook, old: str, new: str
) -> Response:
    """The same as a Word file. Raises a 404 where there is nothing to compare."""

    def export() -> tuple[str, bytes]:
        compared = assistant.compare(old, new)
        if compared is None or compared.differences is None:
            raise HTTPException(404)
        today = datetime.now(UTC).astimezone().date()
        content = comparison_to_word(compared, language=look.language, exported_on=today)
        return file_name(f"{compared.new.head.title} {_WORDS['title'].zh}", f".{form}"), content

    saved_as, content = await in_worker(workers, export)
    disposition = f"attachment; filename*=UTF-8''{quote(saved_as)}"
    return Response(content, media_type=MEDIA_TYPE, headers={"Content-Disposition": disposition})


def compare_link(old: str, new: str, look: Look | None = None, page: str = "/compare") -> str:
    """The address of the comparison of two documents by their ids."""
    return f"{page}?{urlencode([('old', old), ('new', new), *(look.kept if look else ())])}"


def render(assistant: Assistant, old: str, new: str, look: Look) -> HTMLResponse:
    """The page of two documents, or one that says why there is none."""
    words = in_language(_WORDS, look.language)
    compared = assistant.compare(old, new)
    if compared is None:
        return _page(look, status=404, title=words["title"], notices=[words["missing"]])
    differences = compared.differences or ()
    differ = any(one.change is not Change.SAME for one in differences)
    notices = [] if differ else [words["too_long" if compared.differences is None else "none"]]
    return _page(
        look,
        title=f"{words['title']}：{compared.new.head.title}",
        sides=[_side(compared.old, words["old"], look), _side(compared.new, words["new"], look)],
        counts=_counted(differences, words) if differ else "",
        notices=notices,
        rows=list(_rows(differences, look)),
        word_link=compare_link(old, new, look, "/compare.docx"),
        swap_link=compare_link(new, old, look),
    )


def _page(
    look: Look,
    *,
    title: str,
    notices: Sequence[str],
    status: int = 200,
    rows: Sequence[Row] = (),
    sides: Sequence[object] = (),
    **values: object,
) -> HTMLResponse:
    return static_page(
        "original/compare.html",
        script="",
        status=status,
        look=look,
        words=in_language(_WORDS, look.language),
        list_link=f"/documents?{urlencode(look.kept)}".rstrip("?"),
        title=title,
        notices=notices,
        rows=rows,
        sides=sides,
        **values,
    )


def _side(document: Document, name: str, look: Look) -> dict[str, str]:
    head = document.head
    status = STATUS_NAMES[head.status].in_language(look.language)
    return {
        "name": name,
        "title": dated_name(head, look.language),
        "status": status if head.status is not Status.ISSUED else "",
        "link": f"/documents/{quote(document.id, safe='')}?{urlencode(look.kept)}".rstrip("?"),
    }


def _counted(differences: Sequence[Difference], words: dict[str, str]) -> str:
    of = {change: sum(one.change is change for one in differences) for change in Change}
    told = words["counts"].format(of[Change.CHANGED], of[Change.ADDED], of[Change.DROPPED], of[Change.SAME])
    figures = sum(one.changes_figures for one in differences)
    return f"{told}（{words['figures'].format(figures)}）" if figures else told


def _rows(differences: Sequence[Difference], look: Look) -> Iterator[Row]:
    for same, group in groupby(differences, key=lambda one: one.change is Change.SAME):
        if same:
            yield Row(same=[one.new.text for one in group if one.new])
            continue
        for one in group:
            merged = one.merged()
            old, new = sides_of(merged)
            yield Row(
                change=one.change.value,
                name=CHANGE_NAMES[one.change].in_language(look.language),
                path=" › ".join(one.unit.chunk.path),
                merged=merged if one.old and one.new else (),
                old=old,
                new=new,
                old_link=_link(one.old, look),
                new_link=_link(one.new, look),
                figures=one.changes_figures,
            )


def _link(unit: Unit | None, look: Look) -> str:
    if unit is None:
        return ""
    kept = "".join(f"&{name}={value}" for name, value in look.kept)
    return f"{document_url(unit.chunk.document_id, unit.start, unit.end)}{kept}"
