"""From files to a published index: read, chunk, store, embed, build. Incremental, one writer at a time.

What can be taken in is; a file that can't is in the report with its reason.
Killed at any moment, the index that was published before still answers, and
the next run goes on where this one stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from vectorstore.disk.lock import sole_writer
from vectorstore.disk.space import check_space, for_files, for_index
from vectorstore.disk.storage import storage_errors
from vectorstore.documents import chunking
from vectorstore.embeddings import Embedder
from vectorstore.errors import EmbeddingUnavailable, Message
from vectorstore.index.building import to_index
from vectorstore.index.generations import intact_published, publish, remove_unfinished
from vectorstore.index.manifest import Recipe, read_manifest
from vectorstore.index.published import current_name
from vectorstore.index.segment import IndexedText
from vectorstore.library.intake import Failure, Intake, Notice, SourceFile
from vectorstore.store.database import Database, Vector, text_digest
from vectorstore.types import Document

_EMBEDDED_AT_ONCE = 64  # texts that a killed run may lose
_LIBRARY = "library.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """How far a stage is: files read, characters embedded, or chunks indexed."""

    stage: Literal["read", "embed", "index"]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the library has otherwise than the published index.

    ``added`` are the sources of documents that the index lacks or has as they were before, ``removed`` is how
    many it still answers from.
    """

    added: tuple[str, ...]
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What a run did, by source. ``chunks`` are those of the whole library.

    ``generation`` is the published one, whether this run built it or not.
    """

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Failure, ...]
    notices: tuple[Notice, ...]
    chunks: int
    seconds: float
    generation: str


def ingest(
    sources: Sequence[SourceFile],
    *,
    data_dir: Path,
    embedder: Embedder,
    understand: Callable[[SourceFile], Document],
    rules: Callable[[SourceFile], str] = lambda _: "",
    stop: Callable[[], None] = lambda: None,
    failed: Sequence[Failure] = (),
    listed: Collection[str] = (),
    remove: Collection[str] = (),
    rebuild: bool = False,
    reindex: bool = False,
    on_progress: Callable[[ProgressEvent], None] = lambda _: None,
) -> IngestReport:
    """Bring the library up to date with these files, and publish an index of it if anything changed.

    ``understand`` reads one file, in several threads at once, and may raise
    UnreadableFile for it; the document's id follows from ``source`` alone. It is
    called only for a file whose bytes changed, or when ``rules`` of it did,
    which stands for all else that ``understand`` goes by. ``stop`` ends it early
    wherever it is at work, when the run is interrupted.
    ``failed`` could not be had at all, and is reported with the others.
    ``listed`` are the origins of folders and archives that ``sources`` name in
    full: what came from there before and is not among them leaves the library,
    as do the documents named in ``remove``. ``rebuild`` sets the old library
    aside and begins an empty one; ``reindex`` builds a new index in any case.

    Raises LibraryBusy within a second when another process is at it,
    EmbeddingUnavailable, StorageUnusable, LibraryDamaged, and IndexMismatch for
    a library of another version. Documents and vectors stored before an error
    stay stored.
    """
    started = time.monotonic()
    with sole_writer(data_dir):
        if rebuild:
            _check_space(data_dir, sources)
            _set_aside(data_dir / _LIBRARY)
        with closing(Database(data_dir / _LIBRARY)) as database:
            intake = Intake(database, understand, rules, failed, stop)
            files = intake.named(sources)
            going = {*remove, *intake.gone(files, listed)}
            new = intake.unknown(files)
            if new or going or reindex:
                _check_space(data_dir, new)
            intake.drop(going)
            intake.take(files, lambda done: on_progress(_reading(done, len(files))))
            generation = _index(data_dir, database, embedder, on_progress, anew=reindex)
            return IngestReport(
                added=tuple(intake.added),
                replaced=tuple(intake.replaced),
                unchanged=tuple(intake.unchanged),
                removed=tuple(intake.removed),
                failed=tuple(intake.failed),
                notices=tuple(intake.notices),
                chunks=sum(database.chunk_counts().values()),
                seconds=time.monotonic() - started,
                generation=generation,
            )


def waiting(data_dir: Path) -> Waiting:
    """What was stored and not published. Raises StorageUnusable, LibraryDamaged and IndexMismatch."""
    library, name = data_dir / _LIBRARY, current_name(data_dir)
    if not library.is_file():
        return Waiting((), 0)
    with storage_errors(library):
        manifest = read_manifest(data_dir / "index" / name) if name else None
    indexed = manifest.recipe.documents if manifest else {}
    with closing(Database(library)) as database:
        states, stored = database.states(), database.stored()
    added = (source for source, one in stored.items() if indexed.get(one.id) != states.get(one.id))
    return Waiting(tuple(sorted(added)), len(indexed.keys() - states.keys()))


def _check_space(data_dir: Path, new: Sequence[SourceFile]) -> None:
    """Write nothing where there is no room for what is new and an index beside the published one."""
    remove_unfinished(data_dir)
    name = current_name(data_dir)
    published = data_dir / "index" / name if name else None
    check_space(data_dir, for_files((file.path for file in new), published))


def _reading(done: int, total: int) -> ProgressEvent:
    return ProgressEvent(stage="read", done=done, total=total)


def _index(
    data_dir: Path,
    database: Database,
    embedder: Embedder,
    on_progress: Callable[[ProgressEvent], None],
    *,
    anew: bool,
) -> str:
    """Publish an index of what the library holds, unless the published one is just that; its name."""
    recipe = Recipe(embedding_model=embedder.model, rules=chunking.VERSION, documents=database.states())
    published = None if anew else intact_published(data_dir)
    if published and published.manifest.recipe == recipe:
        return published.name
    some = to_index(published, recipe, database.chunk_counts()) if published else None
    texts = _indexed_texts(_documents(database, some), database)
    by_digest = {text_digest(text): text for _, _, text in texts}
    stored = database.vectors(embedder.model, by_digest)
    vectors = {digest: vector for digest, vector in stored.items() if vector.size == embedder.dimension}
    missing = {digest: text for digest, text in by_digest.items() if digest not in vectors}
    remove_unfinished(data_dir)
    check_space(data_dir, for_index(len(texts), len(missing), embedder.dimension))
    vectors |= _embed(database, embedder, missing, on_progress)
    indexed = [IndexedText(*entry, vectors[text_digest(entry[2])]) for entry in texts]
    return publish(
        data_dir,
        database,
        indexed,
        recipe=recipe,
        dimension=embedder.dimension,
        upon=published if some is not None else None,
        on_progress=lambda done, total: on_progress(ProgressEvent(stage="index", done=done, total=total)),
    )


def _documents(database: Database, some: Collection[str] | None) -> Iterator[Document]:
    """All documents of the library, or those with these ids, by source."""
    if some is None:
        yield from database.documents()
        return
    for stored in database.stored().values():
        if stored.id in some and (document := database.document(stored.id)):
            yield document


def _indexed_texts(documents: Iterable[Document], database: Database) -> list[tuple[str, str, str]]:
    """Entry id, document id and embedded text of every chunk of these that is searched, and of its units."""
    texts: list[tuple[str, str, str]] = []
    for document in documents:
        for chunk in filter(chunking.is_searched, database.chunks(document.id)):
            whole = chunking.embedded_text(chunk, document.head_of(chunk.part))
            for number, text in enumerate((whole, *chunking.embedded_units(chunk))):
                texts.append((chunking.entry_id(chunk, number), document.id, text))
    return texts


def _embed(
    database: Database,
    embedder: Embedder,
    texts: Mapping[str, str],
    on_progress: Callable[[ProgressEvent], None],
) -> dict[str, Vector]:
    """Vectors of new texts, by digest, stored as they come."""
    vectors: dict[str, Vector] = {}
    digests = list(texts)
    total, done = sum(map(len, texts.values())), 0
    for start in range(0, len(digests), _EMBEDDED_AT_ONCE):
        some = digests[start : start + _EMBEDDED_AT_ONCE]
        made = _usable(embedder.embed_documents([texts[digest] for digest in some]), len(some), embedder)
        new = dict(zip(some, made, strict=True))
        database.add_vectors(embedder.model, new)
        vectors |= new
        done += sum(len(texts[digest]) for digest in some)
        on_progress(ProgressEvent(stage="embed", done=done, total=total))
    return vectors


def _usable(made: Sequence[Sequence[float]], count: int, embedder: Embedder) -> Vector:
    """The vectors as rows of an array; a wrong one would be stored for good."""
    if len(made) == count and all(len(vector) == embedder.dimension for vector in made):
        vectors = np.asarray(made, np.float32)
        if np.isfinite(vectors).all() and vectors.any(axis=1).all():
            return vectors
    raise EmbeddingUnavailable(
        Message(
            f"向量模型 {embedder.model} 给出了无法使用的结果。",
            f"The embedding model {embedder.model} gave vectors that can't be used.",
        ),
        Message(
            "请检查向量模型的设置后再运行；已算好的部分已经保存。",
            "Check the settings of the embedding model, then run this again; what was computed is stored.",
        ),
    )


def _set_aside(library: Path) -> None:
    number = 1
    while (target := library.with_name(f"library-old-{number}.sqlite")).exists():
        number += 1
    with storage_errors(library):
        # The journal first: it must never be rolled into the library that comes in place of its own.
        for suffix in ("-journal", ""):
            old = library.with_name(library.name + suffix)
            if old.exists():
                old.rename(target.with_name(target.name + suffix))
