"""The library of documents as a person handles it: take in, look at, remove, index anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import vectorstore
from assistant.build import build_embedder
from assistant.setup.settings import Settings
from assistant.upkeep.needs_a_look import Need, needs_a_look
from vectorstore.disk.storage import temporary_folder
from vectorstore.documents.catalog import DocumentEntry, load_catalog
from vectorstore.documents.chunking import Cut, split_with_reasons
from vectorstore.documents.understand import stop_reading, understand
from vectorstore.documents.versions import Versions
from vectorstore.errors import DocumentUnknown, Message, PolicyAssistantError, UnreadableFile
from vectorstore.index.generations import intact_recipe
from vectorstore.library.ingest import IngestReport, ProgressEvent, ingest
from vectorstore.library.intake import Failure, SourceFile
from vectorstore.library.sources import CATALOG, Gathered, gather
from vectorstore.store.database import Database, Listed
from vectorstore.types import Chunk, Document

OnProgress = Callable[[ProgressEvent], None]

_LIBRARY = "library.sqlite"
_DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a file in would give: its document and chunks, each with why it was cut so."""

    document: Document
    chunks: tuple[tuple[Chunk, Cut], ...]


def documents_dir(settings: Settings) -> Path:
    """The folder of the documents that were uploaded, which may not be there yet."""
    return (settings.data_dir / _DOCUMENTS).resolve()


def prepare_library(settings: Settings, on_progress: OnProgress) -> IngestReport | None:
    """Bring the library up to date with ``seeds_dir`` and what was uploaded; cheap when nothing changed.

    None where nothing may be done unasked: the index is of another embedding model. Raises what ``gather``
    and ``ingest`` raise.
    """
    published = intact_recipe(settings.data_dir)
    if published and published.embedding_model != build_embedder(settings).model:
        return None
    return take_in(settings, _at_start(settings), on_progress=on_progress)


def _at_start(settings: Settings) -> list[str | Path]:
    uploaded = documents_dir(settings)
    return [settings.seeds_dir, *([uploaded] if uploaded.is_dir() else [])]


def take_in(
    settings: Settings, places: Sequence[str | Path], *, rebuild: bool = False, on_progress: OnProgress
) -> IngestReport:
    """Take in what is at these files, folders, archives and URLs; see ``gather`` and ``ingest``."""
    with _gathered(settings, places) as gathered:
        return _ingest(settings, gathered, on_progress, rebuild=rebuild)


def index_anew(settings: Settings, on_progress: OnProgress) -> IngestReport:
    """Build a new index, after reading again what changed or today's rules read otherwise.

    Files that are gone, or were fetched from the web, are not read: their documents stay as they are.
    """
    documents, uploaded = list_documents(settings), documents_dir(settings)
    places = sorted({Path(document.place) for document in documents if document.place} | {uploaded})
    with _gathered(settings, [place for place in places if place.exists()]) as gathered:
        known = {document.source for document in documents}
        files = tuple(file for file in gathered.files if file.source in known or file.place == str(uploaded))
        again = replace(gathered, files=files, listed=(), failed=())
        return _ingest(settings, again, on_progress, reindex=True)


def remove_documents(settings: Settings, names: Sequence[str], on_progress: OnProgress) -> IngestReport:
    """Take documents out of the library, by name or id. Raises DocumentUnknown, then nothing is removed."""
    sources = [_find(list_documents(settings), name).source for name in names]
    nothing = Gathered(files=(), entries={}, listed=(), failed=())
    return _ingest(settings, nothing, on_progress, remove=sources)


def seeds_among(settings: Settings, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the documents that are taken in at every start, uploads too. Raises DocumentUnknown."""
    documents = list_documents(settings)
    at_start = {str(settings.seeds_dir.resolve()), str(documents_dir(settings))}
    found = (_find(documents, name) for name in names)
    return tuple(document.source for document in found if document.place in at_start)


def preview(settings: Settings, places: Sequence[str | Path]) -> Iterator[Preview | Failure]:
    """What taking these in would give, file by file; nothing is stored. Raises as ``gather`` does."""
    with _gathered(settings, places) as gathered:
        yield from gathered.failed
        for file in gathered.files:
            try:
                document = understand(file.path, file.source, gathered.entries.get(file.origin))
            except UnreadableFile as error:
                yield Failure(source=file.source, message=error.message, hint=error.hint)
            else:
                yield Preview(document, split_with_reasons(document))


def list_documents(settings: Settings) -> tuple[Listed, ...]:
    """All documents of the library by name; none where there is no library yet."""
    path = settings.data_dir / _LIBRARY
    if not path.is_file():
        return ()
    with closing(Database(path)) as database:
        heads = {document.id: document.head for document in Versions(database.documents()).documents}
        return tuple(one._replace(head=heads.get(one.id, one.head)) for one in database.listed())


def look_at(settings: Settings, report: IngestReport) -> tuple[Need, ...]:
    """What of the documents that a run took in somebody should look at."""
    with closing(Database(settings.data_dir / _LIBRARY)) as database:
        return tuple(needs_a_look(database.documents(), {*report.added, *report.replaced}))


def find_document(settings: Settings, name: str) -> Document:
    """The document of that name or id, or whose name alone begins so. Raises DocumentUnknown."""
    found = _find(list_documents(settings), name)
    with closing(Database(settings.data_dir / _LIBRARY)) as database:
        document = database.document(found.id)
    if document is None:
        raise _unknown(name)
    return document


def _find(documents: Sequence[Listed], name: str) -> Listed:
    exact = [document for document in documents if name in (document.id, document.source)]
    begun = [document for document in documents if document.source.startswith(name)] if name else []
    for found in (exact, begun):
        if len(found) == 1:
            return found[0]
    raise _unknown(name)


def _unknown(name: str) -> PolicyAssistantError:
    return DocumentUnknown(
        Message(f"资料库里没有“{name}”这份文件。", f"The library has no document {name!r}."),
        Message(
            "运行 policy-assistant list 可看到全部文件。", "See policy-assistant list for all documents."
        ),
    )


@contextmanager
def _gathered(settings: Settings, places: Sequence[str | Path]) -> Iterator[Gathered]:
    """What is at these places; unpacked and fetched files are there until the block ends."""
    with temporary_folder() as scratch:
        yield gather(places, scratch=Path(scratch), catalog=load_catalog(settings.seeds_dir / CATALOG))


def _ingest(
    settings: Settings,
    gathered: Gathered,
    on_progress: OnProgress,
    *,
    remove: Sequence[str] = (),
    rebuild: bool = False,
    reindex: bool = False,
) -> IngestReport:
    code, entries = _code_digest(), gathered.entries
    return ingest(
        gathered.files,
        data_dir=settings.data_dir,
        embedder=build_embedder(settings),
        understand=lambda file: understand(file.path, file.source, entries.get(file.origin)),
        rules=lambda file: code + _entry_digest(entries, file),
        stop=stop_reading,
        failed=gathered.failed,
        listed=gathered.listed,
        remove=remove,
        rebuild=rebuild,
        reindex=reindex,
        on_progress=on_progress,
    )


def _entry_digest(entries: Mapping[str, DocumentEntry], file: SourceFile) -> str:
    entry = entries.get(file.origin)
    return entry.model_dump_json() if entry else ""


def _code_digest() -> str:
    """A digest of the code that decides how a file is understood."""
    digest = sha256()
    for file in sorted(Path(vectorstore.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
