"""The one place where settings become objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import vectorstore
from assistant.answer import Assistant, Limits
from assistant.examples import QUESTIONS_FILE
from assistant.model.llm import build_chat_model
from assistant.settings import Settings
from vectorstore.catalog import load_catalog
from vectorstore.embeddings import Embedder, make_embedder
from vectorstore.errors import LibraryBusy, Message, UnreadableFile
from vectorstore.generations import current_name, intact_recipe
from vectorstore.ingest import IngestReport, ProgressEvent, SourceFile, ingest
from vectorstore.live import LiveLibrary
from vectorstore.storage import replace_file, storage_errors
from vectorstore.understand import understand

OnProgress = Callable[[ProgressEvent], None]

_CATALOG = "catalog.toml"
_SEEDS_TAKEN = "seeds.txt"  # which seeds the library has, so that one that is taken away leaves it


def build_embedder(settings: Settings) -> Embedder:
    """Whatever makes vectors. Nothing is loaded before its first call. Raises EmbeddingUnavailable."""
    key = settings.embedding_api_key
    return make_embedder(
        kind=settings.embedding,
        cache_dir=settings.data_dir / "cache",
        model=settings.embedding_model,
        base_url=settings.embedding_base_url,
        api_key=key.get_secret_value() if key else None,
    )


def build_assistant(settings: Settings) -> Assistant:
    """The assistant over the library in ``data_dir``, opened already.

    Raises IndexMissing, IndexMismatch, PromptInvalid, SettingsInvalid or EmbeddingUnavailable.
    """
    library = LiveLibrary(settings.data_dir, build_embedder(settings))
    assistant = Assistant(
        library=library,
        chat_model=build_chat_model(settings),
        prompts_dir=settings.prompts_dir,
        limits=Limits(
            passages=settings.passages,
            evidence_tokens=settings.evidence_tokens,
            question_chars=settings.question_chars,
            history_turns=settings.history_turns,
        ),
        language=settings.language,
    )
    with library.searcher():  # what is wrong with the index is told now and not to the first who asks
        return assistant


def prepare_library(settings: Settings, on_progress: OnProgress) -> IngestReport | None:
    """Bring the library up to date with ``seeds_dir``; cheap when nothing changed.

    None where there is nothing that may be done unasked: another process is writing, or the index is of
    another embedding model. Raises what ``ingest`` raises.
    """
    embedder = build_embedder(settings)
    published = intact_recipe(settings.data_dir)
    if published and published.embedding_model != embedder.model:
        return None
    seeds = _sources([settings.seeds_dir])
    taken = _seeds_taken(settings)
    try:
        gone = taken - {file.source for file in seeds}
        report = _ingest(settings, embedder, seeds, on_progress, remove=gone)
    except LibraryBusy:
        if current_name(settings.data_dir) is None:
            raise
        return None
    with storage_errors(settings.data_dir):
        replace_file(settings.data_dir / _SEEDS_TAKEN, "\n".join(sorted(file.source for file in seeds)))
    return report


def ingest_files(
    settings: Settings, paths: Sequence[Path], *, rebuild: bool, on_progress: OnProgress
) -> IngestReport:
    """Take files, and all files in folders, into the library. Raises UnreadableFile for a missing path."""
    return _ingest(settings, build_embedder(settings), _sources(paths), on_progress, rebuild=rebuild)


def _ingest(
    settings: Settings,
    embedder: Embedder,
    sources: Sequence[SourceFile],
    on_progress: OnProgress,
    *,
    remove: Collection[str] = (),
    rebuild: bool = False,
) -> IngestReport:
    folders = sorted({file.path.parent for file in sources} | {settings.seeds_dir})
    catalogs = {folder: load_catalog(folder / _CATALOG) for folder in folders}
    return ingest(
        sources,
        data_dir=settings.data_dir,
        embedder=embedder,
        understand=lambda path, source: understand(path, source, catalogs[path.parent]),
        version=_rules([folder / _CATALOG for folder in folders]),
        remove=remove,
        rebuild=rebuild,
        on_progress=on_progress,
    )


def _sources(paths: Iterable[Path]) -> list[SourceFile]:
    """The documents at ``paths``, named by their place below the folder that was given."""
    found: list[SourceFile] = []
    for path in paths:
        if path.is_dir():
            files = [file for file in sorted(path.rglob("*")) if file.is_file() and _is_document(file, path)]
            found += [SourceFile(path=file, source=file.relative_to(path).as_posix()) for file in files]
        elif path.exists():
            found.append(SourceFile(path=path, source=path.name))
        else:
            raise UnreadableFile(
                Message(f"没有文件或文件夹 {path}。", f"There is no file or folder {path}."),
                Message("请检查路径。", "Check the path."),
            )
    return found


def _is_document(file: Path, folder: Path) -> bool:
    inside = file.relative_to(folder)
    hidden = any(part.startswith(".") for part in inside.parts)
    return not hidden and file.name not in (_CATALOG, QUESTIONS_FILE) and file.stem.lower() != "readme"


def _rules(catalogs: Iterable[Path]) -> str:
    """A digest of all that decides how a file is understood: the code that does, and the catalogs."""
    code = sorted(Path(vectorstore.__file__).parent.rglob("*.py"))
    digest = sha256()
    for file in (*code, *(catalog for catalog in catalogs if catalog.is_file())):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _seeds_taken(settings: Settings) -> set[str]:
    file = settings.data_dir / _SEEDS_TAKEN
    with storage_errors(file):
        return set(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else set()
