"""Generations of the index: built aside, verified, published at once, then only read.

``data_dir/index/`` holds one folder for each generation, and CURRENT, a file
with the name of the one in use. A generation is a vector index, a keyword
index, a snapshot of the library that both were built from, and a manifest with
the checksum of every file. Its name is a number and the start of the
manifest's own checksum, so nothing in it can change unnoticed. What is broken
is built again from the library, never repaired.

A small change builds as much: the generation has links to the files of the base of the one before, which
were read and found intact just then, and beside it a small segment of what the base lacks
(see segment). When that is a tenth of all, everything is built anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from vectorstore.disk.private import close_to_others, make_folder
from vectorstore.disk.storage import move_folder, replace_file, storage_errors, sync_tree
from vectorstore.errors import IndexMismatch, IndexMissing, Message
from vectorstore.index.building import Published, build_anew, build_beside
from vectorstore.index.exact import ExactVectors
from vectorstore.index.keywords import KeywordIndex
from vectorstore.index.lent import lend
from vectorstore.index.manifest import (
    SIDE,
    Manifest,
    Recipe,
    gone,
    intact_manifest,
    is_intact,
    read_manifest,
    write_manifest,
)
from vectorstore.index.nearest import NearestVectors
from vectorstore.index.published import current_name, generation_names, last_number
from vectorstore.index.segment import Base, IndexedText, open_base, open_segment
from vectorstore.index.snapshots import Snapshots
from vectorstore.store.database import Database


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
    database: Snapshots
    vectors: NearestVectors
    exact: ExactVectors
    keywords: KeywordIndex
    notices: tuple[Message, ...]
    base: Base
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


def intact_published(data_dir: Path) -> Published | None:
    """The published generation if every file of it is as it was written, else None."""
    name = current_name(data_dir)
    if name is None:
        return None
    folder = data_dir / "index" / name
    with storage_errors(folder):
        manifest = intact_manifest(folder)
    return Published(name, manifest) if manifest else None


def intact_recipe(data_dir: Path) -> Recipe | None:
    """The recipe of the published generation if every file of it is as it was written, else None."""
    published = intact_published(data_dir)
    return published.manifest.recipe if published else None


def open_current(data_dir: Path, embedding_model: str, before: Generation | None = None) -> Generation:
    """Open the published generation, or the newest intact one before it if it is damaged.

    Of one that is open, ``before``, the base is shared where it is the same.
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
            generation = _open(index, name, published, embedding_model, before)
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
    upon: Published | None = None,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> str:
    """Build a generation, verify it and publish it; its name. ``on_progress(done, total)`` counts texts.

    It stands ``upon`` the base of the one published before, if that is given: ``texts`` are those of the
    documents that ``to_index`` names then, else all. For one process at a time. Killed at any moment, the
    generation published before still is. It is kept, as the one to fall back on; older ones are
    removed. Raises StorageUnusable, or LibraryDamaged if what was written does
    not find its own chunks.
    """
    index = data_dir / "index"
    with storage_errors(index):
        make_folder(index)
        remove_unfinished(data_dir)
        aside = index / f".building-{uuid4().hex}"
        try:
            manifest = (
                build_beside(aside, index / upon.name, upon.manifest, database, texts, recipe)
                if upon
                else build_anew(aside, database, texts, recipe, dimension, on_progress)
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


def _open(
    index: Path, name: str, published: str | None, embedding_model: str, before: Generation | None
) -> Generation | None:
    """The generation, or None if it is damaged."""
    folder = index / name
    with storage_errors(folder), ExitStack() as resources:
        manifest = read_manifest(folder)
        if manifest is None:
            return None
        if manifest.recipe.embedding_model != embedding_model:
            raise _other_model(manifest.recipe.embedding_model, embedding_model)
        side_files = dict(manifest.files.items() - manifest.base_files.items())
        base = _base(folder, manifest, before, resources)
        if base is None or not is_intact(folder, side_files):
            return None
        side = open_segment(folder / SIDE, resources) if side_files else None
        leaving = gone(manifest.base, manifest.recipe)
        exact, keywords = base.segment.exact, base.segment.keywords
        if leaving:
            exact, keywords = exact.without(leaving), keywords.without(leaving)
        return Generation(
            name=name,
            published=published,
            manifest=manifest,
            database=Snapshots(base.segment.database, side.database if side else None, leaving),
            vectors=NearestVectors(base.graph, base.segment.exact, leaving, side.exact if side else None),
            exact=exact.beside(side.exact) if side else exact,
            keywords=keywords.beside(side.keywords) if side else keywords,
            notices=() if name == published else (_FALLEN_BACK,),
            base=base,
            resources=resources.pop_all(),
        )


def _base(folder: Path, manifest: Manifest, before: Generation | None, resources: ExitStack) -> Base | None:
    """The base of a generation until ``resources`` close, shared with ``before``; None if it is damaged."""
    base = before.base if before and before.base.hold(manifest.base_files) else None
    if base is None:
        with ExitStack() as opened:
            lent = lend(folder, manifest, opened)  # what is opened is what is checked
            if lent is None or not is_intact(folder, manifest.base_files, lent):
                return None
            base = open_base(folder, lent, manifest.base_files, opened)
    resources.callback(base.let_go)
    return base


def _remove_old(index: Path, published: str) -> None:
    """Keep the published generation and the newest other that is intact; a damaged one is no use."""
    spare = None
    for name in generation_names(index):
        if name == published:
            continue
        if spare is None and intact_manifest(index / name, known=index / published):
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
