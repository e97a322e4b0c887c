"""Generations of the index: built aside, verified, published at once, then only read.

``data_dir/index/`` holds one folder for each generation, and CURRENT, a file
with the name of the one in use. A generation is a vector index, a keyword
index, a snapshot of the library that both were built from, and a manifest with
the checksum of every file. Its name is a number and the start of the
manifest's own checksum, so nothing in it can change unnoticed. What is broken
is built again from the library, never repaired.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from uuid import uuid4

from vectorstore.disk.private import close_to_others, make_folder
from vectorstore.disk.storage import move_folder, replace_file, storage_errors, sync_tree
from vectorstore.documents.chunking import is_chunk
from vectorstore.errors import IndexMismatch, IndexMissing, LibraryDamaged, Message
from vectorstore.index.chroma import DISTANCE, VectorIndex
from vectorstore.index.exact import Entry, ExactVectors
from vectorstore.index.keywords import KeywordIndex
from vectorstore.index.lent import lend
from vectorstore.index.manifest import (
    KEYWORDS,
    SCHEMA,
    VECTORS,
    Manifest,
    Recipe,
    checksums,
    intact_manifest,
    is_intact,
    read_manifest,
    write_manifest,
)
from vectorstore.index.published import current_name, generation_names, last_number
from vectorstore.store.database import Database, Vector
from vectorstore.text import search_terms

_LIBRARY = "library.sqlite"
_EXACT = "exact"


class IndexedText(NamedTuple):
    """A chunk, or a sentence or cell of one (see chunking.entry_id), with its vector.

    ``text`` is what was embedded; of a chunk the keyword index holds it too.
    """

    entry_id: str
    document_id: str
    text: str
    vector: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """An index opened for reading; never changes. Use as a context manager, or close it.

    Open it after a fork, and close it when no search is under way.
    ``published`` is what current_name said when this was opened: when it says
    something else, there is a newer one to open. ``notices`` is what users
    should know, such as that the newest generation is damaged.
    """

    name: str
    published: str | None
    manifest: Manifest
    database: Database
    vectors: VectorIndex
    exact: ExactVectors
    keywords: KeywordIndex
    notices: tuple[Message, ...]
    resources: ExitStack

    def close(self) -> None:
        """Free all descriptors and what was lent; may be called twice."""
        self.resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def intact_recipe(data_dir: Path) -> Recipe | None:
    """The recipe of the published generation if every file of it is as it was written, else None."""
    name = current_name(data_dir)
    if name is None:
        return None
    folder = data_dir / "index" / name
    with storage_errors(folder):
        manifest = intact_manifest(folder)
    return manifest.recipe if manifest else None


def open_current(data_dir: Path, embedding_model: str) -> Generation:
    """Open the published generation, or the newest intact one before it if it is damaged.

    Checksums are compared before anything is opened: the engines can crash on
    corrupt files. Raises IndexMissing when there is none to open, IndexMismatch
    for one of another embedding model or another version of the program, and
    StorageUnusable. All name the command to run.
    """
    index = data_dir / "index"
    while True:
        published = current_name(data_dir)
        # Newer than the published one are only those that were never published.
        for name in (name for name in generation_names(index) if published is None or name <= published):
            generation = _open(index, name, published, embedding_model)
            if generation is not None:
                return generation
        if published == current_name(data_dir):  # else it was replaced, and removed, meanwhile
            raise _missing(damaged=published is not None)


def publish(
    data_dir: Path,
    database: Database,
    texts: Sequence[IndexedText],
    *,
    recipe: Recipe,
    dimension: int,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> str:
    """Build a generation, verify it and publish it; its name. ``on_progress(done, total)`` counts texts.

    For one process at a time. Killed at any moment, the generation published
    before still is. It is kept, as the one to fall back on; older ones are
    removed. Raises StorageUnusable, or LibraryDamaged if what was written does
    not find its own chunks.
    """
    index = data_dir / "index"
    with storage_errors(index):
        make_folder(index)
        remove_unfinished(data_dir)
        aside = index / f".building-{uuid4().hex}"
        try:
            _build(aside, database, texts, on_progress)
            manifest = Manifest(
                schema=SCHEMA,
                recipe=recipe,
                dimension=dimension,
                distance=DISTANCE,
                chunks=sum(is_chunk(text.entry_id) for text in texts),
                files=checksums(aside),
            )
            name = f"{last_number(index) + 1:08d}-{write_manifest(aside, manifest)}"
            close_to_others(aside)
            sync_tree(aside)
            move_folder(aside, index / name)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        replace_file(index / "CURRENT", f"{name}\n")
        _remove_old(index, name)
    return name


def remove_unfinished(data_dir: Path) -> None:
    """Remove what builds that were killed have left. For one process at a time."""
    index = data_dir / "index"
    with storage_errors(index):
        for leftover in index.glob(".building-*"):
            shutil.rmtree(leftover)


def _build(
    folder: Path, database: Database, texts: Sequence[IndexedText], on_progress: Callable[[int, int], None]
) -> None:
    make_folder(folder)
    database.snapshot(folder / _LIBRARY)
    chunks = (text for text in texts if is_chunk(text.entry_id))
    terms = ((chunk.entry_id, chunk.document_id, search_terms(chunk.text)) for chunk in chunks)
    KeywordIndex.build(folder / KEYWORDS, terms)
    entries = [Entry(text.entry_id, text.document_id, text.vector) for text in texts]
    ExactVectors.build(folder / _EXACT, entries)
    VectorIndex.build(folder / VECTORS, entries, on_progress)
    _verify(folder, entries)


def _verify(folder: Path, entries: Sequence[Entry]) -> None:
    chunk_ids = (entry.chunk_id for entry in entries if is_chunk(entry.chunk_id))
    lost = KeywordIndex.open(folder / KEYWORDS).lost(chunk_ids)
    vectors = VectorIndex.open(folder / VECTORS)
    try:
        lost += vectors.lost(entries)
    finally:
        vectors.close()
    if lost:
        raise LibraryDamaged(
            Message(
                f"新建的索引找不到其中 {len(lost)} 个片段，没有启用。",
                f"The new index does not find {len(lost)} of its own chunks and was not published.",
            ),
            Message(
                "原有索引照常可用；请检查磁盘后再运行 policy-assistant ingest。",
                "The index before it still answers; check the disk, then run policy-assistant ingest again.",
            ),
        )


def _open(index: Path, name: str, published: str | None, embedding_model: str) -> Generation | None:
    """The generation, or None if it is damaged."""
    folder = index / name
    with storage_errors(folder), ExitStack() as resources:
        manifest = read_manifest(folder)
        if manifest is None:
            return None
        if manifest.recipe.embedding_model != embedding_model:
            raise _other_model(manifest.recipe.embedding_model, embedding_model)
        lent = lend(folder, manifest, resources)  # what is opened is what is checked
        if lent is None or not is_intact(folder, manifest, lent):
            return None
        database = Database(folder / _LIBRARY, read_only=True)
        resources.callback(database.close)
        vectors = VectorIndex.open(lent / VECTORS)
        resources.callback(vectors.close)
        exact = ExactVectors.open(folder / _EXACT)
        resources.callback(exact.close)
        return Generation(
            name=name,
            published=published,
            manifest=manifest,
            database=database,
            vectors=vectors,
            exact=exact,
            keywords=KeywordIndex.open(lent / KEYWORDS),
            notices=() if name == published else (_FALLEN_BACK,),
            resources=resources.pop_all(),
        )


def _remove_old(index: Path, published: str) -> None:
    """Keep the published generation and the newest other that is intact; a damaged one is no use."""
    spare = None
    for name in generation_names(index):
        if name == published:
            continue
        if spare is None and intact_manifest(index / name):
            spare = name
        else:
            shutil.rmtree(index / name, ignore_errors=True)


_INGEST = Message("请运行 policy-assistant ingest 重建索引。", "Run policy-assistant ingest to rebuild it.")
_FALLEN_BACK = Message(
    "最新的索引已损坏，暂用它之前的一个，新近的改动可能不在其中。请运行 policy-assistant ingest。",
    "The newest index is damaged; the one before it is in use and may lack recent changes."
    " Run policy-assistant ingest.",
)


def _missing(*, damaged: bool) -> IndexMissing:
    if damaged:
        return IndexMissing(Message("索引已损坏。", "The index is damaged."), _INGEST)
    return IndexMissing(
        Message("还没有可检索的索引。", "There is no index to search yet."),
        Message("请运行 policy-assistant ingest 建立索引。", "Run policy-assistant ingest to build it."),
    )


def _other_model(found: str, wanted: str) -> IndexMismatch:
    return IndexMismatch(
        Message(
            f"索引是用向量模型 {found} 建的，而现在用的是 {wanted}。",
            f"The index was built with the embedding model {found}, and {wanted} is in use now.",
        ),
        _INGEST,
    )
