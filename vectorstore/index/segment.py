"""A segment of the index: a snapshot of documents, their vectors and words, built once and then only read.

A generation has one that holds the whole library as it once was, its base, with a graph over the vectors;
and beside it perhaps a small one of what has come or changed since, whose vectors are searched exactly.
The base is opened once for all generations that share it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from vectorstore.disk.private import make_folder
from vectorstore.documents.chunking import is_chunk
from vectorstore.errors import LibraryDamaged, Message
from vectorstore.index.chroma import VectorIndex
from vectorstore.index.exact import Entry, ExactVectors
from vectorstore.index.keywords import KeywordIndex
from vectorstore.index.manifest import VECTORS
from vectorstore.store.database import Database, Vector
from vectorstore.text import search_terms

_LIBRARY = "library.sqlite"
_EXACT = "exact"
_KEYWORDS = "keywords"


class IndexedText(NamedTuple):
    """A chunk, or a sentence or cell of one (see chunking.entry_id), with its vector.

    ``text`` is what was embedded; of a chunk the keyword index holds it too.
    """

    entry_id: str
    document_id: str
    text: str
    vector: Vector


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment opened for reading."""

    database: Database
    exact: ExactVectors
    keywords: KeywordIndex


class Base:
    """A base opened for reading, until the last generation that holds it lets go."""

    def __init__(
        self, segment: Segment, graph: VectorIndex, files: Mapping[str, str], opened: ExitStack
    ) -> None:
        self.segment = segment
        self.graph = graph
        self.files = files
        self._opened = opened
        self._holders = 1
        self._lock = Lock()

    def hold(self, files: Mapping[str, str]) -> bool:
        """Whether this is the base of these files and still open; then it stays so until let go once more."""
        with self._lock:
            is_it = self._holders > 0 and self.files == files
            self._holders += is_it
            return is_it

    def let_go(self) -> None:
        """Close it if nobody else holds it."""
        with self._lock:
            self._holders -= 1
            if not self._holders:
                self._opened.close()


def build_base(
    folder: Path, database: Database, texts: Sequence[IndexedText], on_progress: Callable[[int, int], None]
) -> None:
    """Write a segment of the whole library and a graph over it. Raises StorageUnusable, LibraryDamaged."""
    entries = _build(folder, database, texts, None)
    VectorIndex.build(folder / VECTORS, entries, on_progress)
    graph = VectorIndex.open(folder / VECTORS)
    try:
        _verify(folder, entries, graph.lost(entries))
    finally:
        graph.close()


def build_side(
    folder: Path, database: Database, texts: Sequence[IndexedText], document_ids: Collection[str]
) -> None:
    """Write a segment of these documents. Raises StorageUnusable, LibraryDamaged."""
    entries = _build(folder, database, texts, document_ids)
    _verify(folder, entries, ())


def open_segment(folder: Path, opened: ExitStack) -> Segment:
    """Open a segment until ``opened`` is closed. Raises IndexMismatch."""
    database = Database(folder / _LIBRARY, read_only=True)
    opened.callback(database.close)
    exact = ExactVectors.open(folder / _EXACT)
    opened.callback(exact.close)
    return Segment(database, exact, KeywordIndex.open(folder / _KEYWORDS))


def open_base(folder: Path, lent: Path, files: Mapping[str, str], opened: ExitStack) -> Base:
    """Open a base, its graph where that is lent; it closes what ``opened`` has too. Raises IndexMismatch."""
    segment = open_segment(folder, opened)
    graph = VectorIndex.open(lent / VECTORS)
    opened.callback(graph.close)
    return Base(segment, graph, files, opened.pop_all())


def _build(
    folder: Path, database: Database, texts: Sequence[IndexedText], document_ids: Collection[str] | None
) -> list[Entry]:
    make_folder(folder)
    database.snapshot(folder / _LIBRARY, document_ids)
    chunks = (text for text in texts if is_chunk(text.entry_id))
    terms = ((chunk.entry_id, chunk.document_id, search_terms(chunk.text)) for chunk in chunks)
    KeywordIndex.build(folder / _KEYWORDS, terms)
    entries = [Entry(text.entry_id, text.document_id, text.vector) for text in texts]
    ExactVectors.build(folder / _EXACT, entries)
    return entries


def _verify(folder: Path, entries: Sequence[Entry], lost: Sequence[str]) -> None:
    """Raise LibraryDamaged where what was written does not hold what it is of."""
    chunk_ids = (entry.chunk_id for entry in entries if is_chunk(entry.chunk_id))
    missing = (
        *lost,
        *KeywordIndex.open(folder / _KEYWORDS).lost(chunk_ids),
        *ExactVectors.open(folder / _EXACT).lost(entries),
    )
    if missing:
        raise LibraryDamaged(
            Message(
                f"新建的索引找不到其中 {len(missing)} 个片段，没有启用。",
                f"The new index does not find {len(missing)} of its own chunks and was not published.",
            ),
            Message(
                "原有索引照常可用；请检查磁盘后再运行 policy-assistant ingest。",
                "The index before it still answers; check the disk, then run policy-assistant ingest again.",
            ),
        )
