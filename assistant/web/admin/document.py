"""One document of the library: how it was read and cut, what a person knows better, and its removal."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from assistant.upkeep.library import find_document, list_documents, remove_documents
from assistant.web.admin.access.gate import (
    Administration,
    GuardedRoute,
    TheAdministration,
    TheForm,
    admin_page,
    look_of,
    redirect,
)
from assistant.web.admin.corrections import read_correction
from assistant.web.admin.shown import chunks_of, facts_of, outline_of, reader_link, statuses
from assistant.web.admin.wording import DOCUMENT, FIELDS
from assistant.web.dependencies import TheWorkers, in_worker
from assistant.web.door.http_errors import UnknownDocument
from assistant.wording import STATUS_NAMES
from vectorstore.documents.chunking import split_with_reasons
from vectorstore.errors import Message
from vectorstore.store.database import Listed
from vectorstore.types import Status

router = APIRouter(include_in_schema=False, route_class=GuardedRoute)

_WORDS = {
    **DOCUMENT,
    **FIELDS,
    "outline": Message("提纲", "Outline"),
    "cut": Message("片段，及为什么这样切", "Chunks, and why each was cut so"),
    "apply": Message("保存更正", "Save"),
    "elsewhere": Message(
        "这份文件不是上传的。对它的更正写在它所在文件夹的 catalog.toml 里：",
        "This document was not uploaded. What is corrected of it stands in the catalog.toml of its folder: ",
    ),
    "sure": Message("确定要移除这份文件吗？", "Remove this document?"),
    "deletes": Message(
        "上传的文件会从服务器删除，无法恢复：", "The uploaded file is deleted from the server, for good: "
    ),
    "whole": Message(
        "它来自压缩包，压缩包里的其他文件会一并移除。",
        "It is from an archive; all that came of the archive goes with it.",
    ),
    "returns": Message(
        "这份文件来自启动时收录的文件夹，下次启动会再收录；不需要的请从那里删去：",
        "It is from the folder that is taken in at every start, and will come back: delete it there too: ",
    ),
    "again": Message(
        "只从资料库移除，原文件保留；再次收录它所在的地方时会回来：",
        "It leaves the library only; taking in its place again brings it back: ",
    ),
}
_REMOVING = Message("移除文件", "Removing a document")
_CORRECTING = Message("更正文件信息", "Correcting a document")


def _find(administration: Administration, document_id: str) -> Listed:
    for listed in list_documents(administration.settings):
        if listed.id == document_id:
            return listed
    raise UnknownDocument


def _is_upload(administration: Administration, listed: Listed) -> bool:
    return listed.place == str(administration.uploaded.folder)


@router.get("/admin/documents/{document_id}")
async def show_document(
    request: Request, administration: TheAdministration, workers: TheWorkers, document_id: str
) -> Response:
    """Its outline and chunks, and the form for what is known of it."""
    look = look_of(request)

    def render() -> Response:
        listed = _find(administration, document_id)
        document = find_document(administration.settings, listed.id)
        head = document.head
        return admin_page(
            request,
            "document.html",
            _WORDS,
            title=head.title,
            id=listed.id,
            source=listed.source,
            place=listed.place,
            head=head,
            facts=facts_of(head),
            standing=STATUS_NAMES[head.status].in_language(look.language),
            issued=head.status is Status.ISSUED,
            notices=[notice.in_language(look.language) for notice in document.notices],
            outline=outline_of(document, look.language),
            chunks=chunks_of(split_with_reasons(document), look.language),
            uploaded=_is_upload(administration, listed),
            statuses=statuses(look.language),
            reader=reader_link(listed.id, look),
        )

    return await in_worker(workers, render)


@router.post("/admin/documents/{document_id}/correct")
async def correct(
    request: Request,
    administration: TheAdministration,
    workers: TheWorkers,
    form: TheForm,
    document_id: str,
) -> Response:
    """Keep what a person corrected of an uploaded document, and read it again."""
    listed = await in_worker(workers, lambda: _find(administration, document_id))
    if not _is_upload(administration, listed):
        raise UnknownDocument
    uploaded = administration.uploaded
    entry = read_correction(form, listed.head, uploaded.entry(listed.source))
    administration.jobs.start(_CORRECTING, lambda on_progress: uploaded.correct(entry, on_progress))
    return redirect(request, "/admin/job")


@router.get("/admin/documents/{document_id}/remove")
async def ask_removal(
    request: Request, administration: TheAdministration, workers: TheWorkers, document_id: str
) -> Response:
    """What removing would do, and a button for it."""
    listed = await in_worker(workers, lambda: _find(administration, document_id))
    seeds = str(administration.settings.seeds_dir.resolve())
    effect = "returns" if listed.place == seeds else "again"
    is_upload = _is_upload(administration, listed)
    return admin_page(
        request,
        "remove.html",
        _WORDS,
        title=listed.head.title,
        id=listed.id,
        effect="deletes" if is_upload else effect,
        place=listed.source if is_upload else listed.place,
        whole=is_upload and not administration.uploaded.has(listed.source),
    )


@router.post("/admin/documents/{document_id}/remove")
async def remove(
    request: Request, administration: TheAdministration, workers: TheWorkers, document_id: str
) -> Response:
    """Take it out of the library; an uploaded file is deleted."""
    listed = await in_worker(workers, lambda: _find(administration, document_id))
    settings, uploaded = administration.settings, administration.uploaded
    if _is_upload(administration, listed):
        administration.jobs.start(_REMOVING, lambda on_progress: uploaded.remove(listed.source, on_progress))
    else:
        administration.jobs.start(
            _REMOVING, lambda on_progress: remove_documents(settings, [listed.id], on_progress)
        )
    return redirect(request, "/admin/job")
