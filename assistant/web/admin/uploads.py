"""From files in a browser to documents of the library: looked at, corrected, saved or given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from assistant.upkeep.library import OnProgress, Preview, list_documents
from assistant.web.admin.access.gate import (
    Administration,
    GuardedRoute,
    TheAdministration,
    TheForm,
    admin_page,
    look_of,
    redirect,
)
from assistant.web.admin.corrections import read_correction, write_catalog
from assistant.web.admin.shown import (
    ShownChunk,
    chunks_of,
    facts_of,
    marks_of,
    names_of,
    section_count,
    statuses,
)
from assistant.web.admin.staging.staging import Kept, Readings
from assistant.web.admin.wording import DOCUMENT, FIELDS
from assistant.web.dependencies import TheWorkers, in_worker
from assistant.web.door.middleware import UPLOAD_PATH
from assistant.wording import STATUS_NAMES
from vectorstore.documents.catalog import DocumentEntry, load_catalog
from vectorstore.errors import Language, Message, PolicyAssistantError, UnreadableFile
from vectorstore.library.ingest import IngestReport
from vectorstore.library.intake import Failure
from vectorstore.library.sources import CATALOG
from vectorstore.types import Head, Status

router = APIRouter(include_in_schema=False, route_class=GuardedRoute)

_FIRST_CHUNKS = 3
_WORDS = {
    **DOCUMENT,
    **FIELDS,
    "title": Message("入库预览", "Preview"),
    "reading": Message("正在读取上传的文件，请稍候。", "Reading the files; a moment."),
    "says": Message(
        "下面是每份文件读出的结果，还没有入库。有误请更正，无误请保存。",
        "This is what each file was read as. Nothing is in the library yet: correct it, then save.",
    ),
    "replaces": Message(
        "资料库里已有同名的上传文件，保存后将替换旧版，对旧版的更正不保留。",
        "A file of this name was uploaded before; saving replaces it, with what was corrected of it.",
    ),
    "unreadable": Message("无法读取，不会入库：", "Can't be read, and will not be saved: "),
    "first": Message("最前面的片段", "The first chunks"),
    "apply": Message("更正", "Correct"),
    "save": Message("保存入库", "Save"),
    "discard": Message("放弃", "Give up"),
    "nothing": Message("没有可以入库的文件。", "There is nothing to save."),
}
_REFUSED = Message("没有收下", "Refused")
_RENAMED = Message("{} 将存为 {}。", "{} will be kept as {}.")
_SAVING = Message("保存入库", "Saving to the library")
_NO_FILES = UnreadableFile(
    Message("没有选择文件。", "No file was chosen."), Message("请先选择文件。", "Choose files first.")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A document that an upload would give; with a problem, one that it would not."""

    source: str
    problem: str = ""
    head: Head | None = None
    facts: tuple[str, ...] = ()
    status: str = ""
    issued: bool = True
    replaces: bool = False
    sections: int = 0
    chunks: int = 0
    first: tuple[ShownChunk, ...] = ()
    marks: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@router.post(UPLOAD_PATH)
async def upload(
    request: Request, administration: TheAdministration, workers: TheWorkers, form: TheForm
) -> Response:
    """Keep the files aside; what is refused is told, with its reason."""
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
    if not files:
        raise _NO_FILES
    number, kept, refused = await in_worker(workers, lambda: _keep(administration, files))
    language = look_of(request).language
    renamed = [each for each in kept if each.name != each.given]
    if kept and not refused and not renamed:
        return redirect(request, f"{UPLOAD_PATH}/{number}")
    return admin_page(
        request,
        "refused.html",
        _WORDS,
        status=200 if kept else 422,
        title=_REFUSED.in_language(language) if refused else _WORDS["title"].in_language(language),
        refused=[
            f"{error.message.in_language(language)}{error.hint.in_language(language)}" for error in refused
        ],
        renamed=[_RENAMED.in_language(language).format(each.given, each.name) for each in renamed],
        go_on=f"{UPLOAD_PATH}/{number}" if kept else "",
    )


def _keep(
    administration: Administration, files: Sequence[UploadFile]
) -> tuple[str, list[Kept], list[PolicyAssistantError]]:
    """The upload's id, the files that were kept, and why others were not."""
    staging, uploaded = administration.staging, str(administration.uploaded.folder)
    # Names in the library that are not for an upload to replace.
    taken = {
        listed.source.partition("/")[0].casefold()
        for listed in list_documents(administration.settings)
        if listed.place != uploaded
    } | {CATALOG}
    number, kept, refused = staging.begin(), list[Kept](), list[PolicyAssistantError]()
    for file in files:
        try:
            kept.append(staging.add(number, file.filename or "", file.file, taken))
        except UnreadableFile as error:
            refused.append(error)
    if not kept:
        staging.discard(number)
    return number, kept, refused


@router.get(UPLOAD_PATH + "/{number}")
async def show_upload(
    request: Request, administration: TheAdministration, workers: TheWorkers, number: str
) -> Response:
    """What each file would become, or that they are still being read."""
    readings = await in_worker(workers, lambda: administration.staging.reading(number))
    language = look_of(request).language
    return admin_page(
        request,
        "upload.html",
        _WORDS,
        script="job.js" if readings is None else "",
        wait=readings is None,
        number=number,
        items=[_item(each, administration, language) for each in readings or ()],
        statuses=statuses(language),
    )


@router.post(UPLOAD_PATH + "/{number}/correct")
async def correct(
    request: Request, administration: TheAdministration, number: str, form: TheForm
) -> Response:
    """Keep what a person corrected beside the upload, and read its files again."""
    if _correct(administration, number, form):
        administration.staging.read_again(number)
    return redirect(request, f"{UPLOAD_PATH}/{number}")


@router.post(UPLOAD_PATH + "/{number}/save")
async def save(request: Request, administration: TheAdministration, number: str, form: TheForm) -> Response:
    """Take in what could be read, as it was corrected on the page, in the background."""
    staging, uploaded = administration.staging, administration.uploaded
    folder, readings = staging.folder_of(number), staging.reading(number)
    names = _readable(folder, readings or ())
    if not names:
        return redirect(request, f"{UPLOAD_PATH}/{number}")
    _correct(administration, number, form)

    def take(on_progress: OnProgress) -> IngestReport:
        report = uploaded.add(folder, names, on_progress)
        staging.discard(number)
        return report

    administration.jobs.start(_SAVING, take)
    return redirect(request, "/admin/job")


def _correct(administration: Administration, number: str, form: Mapping[str, object]) -> bool:
    """Write down what the form has otherwise than the files were read; whether there is any such thing.

    The fields of each file have its number before their names. Raises CorrectionInvalid.
    """
    staging = administration.staging
    catalog = staging.folder_of(number) / CATALOG
    before = {entry.source: entry for entry in load_catalog(catalog).document}
    read = [each.document for each in staging.reading(number) or () if isinstance(each, Preview)]
    heads = {document.source: document.head for document in read}
    entries = dict(before)
    for name, source in form.items():
        prefix, _, field = name.rpartition(".")
        if field != "source" or not isinstance(source, str) or source not in heads:
            continue
        given = {key.removeprefix(f"{prefix}."): form[key] for key in form if key.startswith(f"{prefix}.")}
        entry = before.get(source) or DocumentEntry(source=source)
        corrected = read_correction(given, heads[source], entry)
        if corrected != entry:
            entries[source] = corrected
    if entries != before:
        write_catalog(catalog, entries.values())
    return entries != before


@router.post(UPLOAD_PATH + "/{number}/discard")
async def discard(request: Request, administration: TheAdministration, number: str) -> Response:
    """Delete the files again."""
    administration.staging.folder_of(number)
    administration.staging.discard(number)
    return redirect(request, "/admin")


def _readable(folder: Path, readings: Readings) -> list[str]:
    """The files of which anything can be read."""
    sources = [each.document.source for each in readings if isinstance(each, Preview)]
    files = sorted(path.name for path in folder.iterdir() if path.is_file())
    return [name for name in files if any(s == name or s.startswith(f"{name}/") for s in sources)]


def _item(reading: Preview | Failure, administration: Administration, language: Language) -> _Item:
    if isinstance(reading, Failure):
        problem = reading.message.in_language(language) + reading.hint.in_language(language)
        return _Item(source=reading.source, problem=problem)
    document = reading.document
    return _Item(
        source=document.source,
        head=document.head,
        facts=facts_of(document.head),
        status=STATUS_NAMES[document.head.status].in_language(language),
        issued=document.head.status is Status.ISSUED,
        replaces=administration.uploaded.has(document.source.partition("/")[0]),
        sections=section_count(document.sections),
        chunks=len(reading.chunks),
        first=chunks_of(reading.chunks[:_FIRST_CHUNKS], language),
        marks=names_of(marks_of(document.sections), language),
        notices=tuple(notice.in_language(language) for notice in document.notices),
    )
