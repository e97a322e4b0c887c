"""The list of documents, a new index, and how a run over the library goes."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from assistant.upkeep.library import index_anew, list_documents
from assistant.web.admin.access.gate import GuardedRoute, TheAdministration, admin_page, look_of, redirect
from assistant.web.admin.shown import facts_of, reader_link
from assistant.web.admin.wording import DOCUMENT
from assistant.web.dependencies import TheWorkers, in_worker
from assistant.web.door.middleware import MAX_UPLOAD_BYTES
from assistant.web.look import Look
from assistant.wording import STATUS_NAMES
from vectorstore.errors import Message
from vectorstore.library.ingest import IngestReport
from vectorstore.store.database import Listed
from vectorstore.text import fold
from vectorstore.types import Status

router = APIRouter(include_in_schema=False, route_class=GuardedRoute)

_ON_A_PAGE = 50
_WORDS = {
    **DOCUMENT,
    "title": Message("资料库", "Library"),
    "upload": Message("上传文件（可一次选多份）", "Upload files, several at once"),
    "send": Message("上传并预览", "Upload and preview"),
    "kinds": Message(
        "Word、WPS、PDF、OFD、Excel、PPT（pptx）、网页、文本或 zip，每份不超过 50 MB。"
        "上传后先看预览，确认后才入库。",
        "Word, WPS, PDF, OFD, Excel, PPTX, web pages, text or zip, 50 MB each."
        " Nothing goes into the library before you have seen the preview.",
    ),
    "too_much": Message("一次上传不能超过 200 MB，请分几次。", "200 MB at once at most; upload in turns."),
    "at_work": Message("正在处理一项操作，查看进度", "The library is at work: see how far it is"),
    "find": Message("查找", "Find"),
    "words": Message("标题、文号、单位、地区或文件名", "Title, number, issuer, region or file name"),
    "turn": Message("翻页", "Pages"),
    "previous": Message("上一页", "Previous page"),
    "next": Message("下一页", "Next page"),
    "reindex": Message("重建索引", "Re-index"),
    "reindex_says": Message(
        "重新读取有变化的文件并重建索引。更新程序之后，或检索结果异常时使用；期间照常可以提问。",
        "Reads again what changed and builds the index anew, after an update or when search behaves oddly."
        " Questions are answered meanwhile.",
    ),
}
_COUNT = Message("{} 份文件", "{} documents")
_JOB_WORDS = {
    "title": Message("处理进度", "Progress"),
    "none": Message("没有正在进行的操作。", "Nothing is running."),
    "running": Message("正在进行，可以离开本页，不会中断。", "Running. You can leave this page."),
    "done": Message("已完成，几秒后新提问就会用到。", "Done. New questions use it within seconds."),
    "back": Message("返回资料库", "Back to the library"),
    "failed": Message("没有收录的文件", "Files that were not taken in"),
    "notices": Message("提示", "Notices"),
}
_STAGES = {
    "read": Message("读取文件", "Reading files"),
    "embed": Message("计算向量（字）", "Embedding (characters)"),
    "index": Message("建立索引（片段）", "Indexing (chunks)"),
}
_REPORT = Message(
    "新增 {} 份、更新 {} 份、移除 {} 份文件，{} 份没有变化；库中共 {} 个片段，用时 {:.0f} 秒。",
    "{} documents added, {} replaced, {} removed, {} unchanged; "
    "{} chunks in the library, after {:.0f} seconds.",
)
_REINDEX = Message("重建索引", "Re-index")


@dataclass(frozen=True, slots=True)
class _Item:
    id: str
    title: str
    source: str
    facts: tuple[str, ...]
    status: str
    issued: bool
    chunks: int
    reader: str


def _item(listed: Listed, look: Look) -> _Item:
    head = listed.head
    return _Item(
        id=listed.id,
        title=head.title,
        source=listed.source,
        facts=facts_of(head),
        status=STATUS_NAMES[head.status].in_language(look.language),
        issued=head.status is Status.ISSUED,
        chunks=listed.chunks,
        reader=reader_link(listed.id, look),
    )


def _fits(listed: Listed, terms: list[str]) -> bool:
    head = listed.head
    said = fold("\n".join((head.title, listed.source, *facts_of(head), *head.aliases)))
    return all(term in said for term in terms)


@router.get("/admin")
async def show_library(
    request: Request, administration: TheAdministration, workers: TheWorkers, q: str = "", page: str = ""
) -> Response:
    """The documents, those with all words of ``q``, a page at a time."""
    look, q = look_of(request), q[:100].strip()
    documents = await in_worker(workers, lambda: list_documents(administration.settings))
    found = [listed for listed in documents if _fits(listed, fold(q).split())]
    last = max(1, -(-len(found) // _ON_A_PAGE))
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    number = min(max(number, 1), last)
    job = administration.jobs.last
    return admin_page(
        request,
        "library.html",
        _WORDS,
        script="upload.js",
        q=q,
        items=[_item(listed, look) for listed in found[(number - 1) * _ON_A_PAGE : number * _ON_A_PAGE]],
        count=_COUNT.in_language(look.language).format(len(found)),
        page=number,
        last=last,
        at_work=job is not None and not job.over,
        most_bytes=MAX_UPLOAD_BYTES,
    )


@router.post("/admin/reindex")
async def reindex(request: Request, administration: TheAdministration) -> Response:
    """Read again what changed, and build the index anew."""
    administration.jobs.start(_REINDEX, lambda on_progress: index_anew(administration.settings, on_progress))
    return redirect(request, "/admin/job")


@router.get("/admin/job")
async def show_job(request: Request, administration: TheAdministration) -> Response:
    """How far the run is, or how it ended."""
    job, language = administration.jobs.last, look_of(request).language
    report, error = (job.report, job.error) if job else (None, None)
    runs = job is not None and not job.over
    stages = list(job.stages.values()) if job else []
    return admin_page(
        request,
        "job.html",
        _JOB_WORDS,
        script="job.js" if runs else "",
        wait=runs,
        runs=runs,
        job_title=job.title.in_language(language) if job else "",
        stages=[(_STAGES[event.stage].in_language(language), event) for event in stages],
        error=[part.in_language(language) for part in error] if error else [],
        report=_summary(report).in_language(language) if report else "",
        failed=[
            (failure.source, failure.message.in_language(language), failure.hint.in_language(language))
            for failure in (report.failed if report else ())
        ],
        notices=[
            (notice.source, notice.message.in_language(language))
            for notice in (report.notices if report else ())
        ],
    )


def _summary(report: IngestReport) -> Message:
    counts = [len(each) for each in (report.added, report.replaced, report.removed, report.unchanged)]
    return Message(
        *(words.format(*counts, report.chunks, report.seconds) for words in (_REPORT.zh, _REPORT.en))
    )
