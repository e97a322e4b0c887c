"""What a new generation is made of: everything anew, or the base there is and what it lacks beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from vectorstore.disk.private import make_folder
from vectorstore.disk.storage import link_or_copy
from vectorstore.documents.chunking import is_chunk
from vectorstore.index.chroma import DISTANCE
from vectorstore.index.manifest import (
    SCHEMA,
    SIDE,
    BaseHoldings,
    Manifest,
    Recipe,
    changed,
    checksums,
    gone,
)
from vectorstore.index.segment import IndexedText, build_base, build_side
from vectorstore.store.database import Database

_MOST_BESIDE = 0.1  # of what stays of the base: chunks that came beside it or are gone of it


class Published(NamedTuple):
    """The published generation, every file of which is as it was written."""

    name: str
    manifest: Manifest


def to_index(published: Published, recipe: Recipe, chunks: Mapping[str, int]) -> frozenset[str] | None:
    """The documents that a small segment must hold beside the base of what is published, by their ids.

    None where everything is to be built anew. ``chunks`` counts those of each document of the library.
    """
    base, before = published.manifest.base, published.manifest.recipe
    if replace(before, documents={}) != replace(recipe, documents={}):
        return None
    wanted, leaving = changed(base, recipe), gone(base, recipe)
    all_of_base = sum(base.chunks.values())
    left = sum(base.chunks.get(i, 0) for i in leaving)
    beside = sum(chunks.get(i, 0) for i in wanted)
    return wanted if beside + left <= _MOST_BESIDE * (all_of_base - left) else None


def build_anew(
    aside: Path,
    database: Database,
    texts: Sequence[IndexedText],
    recipe: Recipe,
    dimension: int,
    on_progress: Callable[[int, int], None],
) -> Manifest:
    """Write an index of the whole library into a folder; its manifest, which is not written yet."""
    build_base(aside, database, texts, on_progress)
    chunks = _count_chunks(texts)
    return Manifest(
        schema=SCHEMA,
        recipe=recipe,
        base=BaseHoldings(documents=recipe.documents, chunks=chunks),
        dimension=dimension,
        distance=DISTANCE,
        chunks=sum(chunks.values()),
        files=checksums(aside),
    )


def build_beside(
    aside: Path,
    published: Path,
    before: Manifest,
    database: Database,
    texts: Sequence[IndexedText],
    recipe: Recipe,
) -> Manifest:
    """Link the base of what is published into a folder, and write what it lacks beside it; the manifest."""
    make_folder(aside)
    for path in before.base_files:
        make_folder((aside / path).parent)
        link_or_copy(published / path, aside / path)
    documents = changed(before.base, recipe)
    files = before.base_files
    if documents:
        build_side(aside / SIDE, database, texts, documents)
        files |= {f"{SIDE}/{path}": checksum for path, checksum in checksums(aside / SIDE).items()}
    leaving = gone(before.base, recipe)
    staying = sum(count for i, count in before.base.chunks.items() if i not in leaving)
    chunks = staying + sum(_count_chunks(texts).values())
    return replace(before, recipe=recipe, chunks=chunks, files=files)


def _count_chunks(texts: Sequence[IndexedText]) -> dict[str, int]:
    return dict(Counter(text.document_id for text in texts if is_chunk(text.entry_id)))
