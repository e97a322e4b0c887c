"""The documents of a generation: those of its base that still are as they were, and those beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from vectorstore.store.database import Database
from vectorstore.types import Chunk, Document


class Stated(NamedTuple):
    """A document, its chunks in the order of its text, and its state (see Database.states)."""

    document: Document
    chunks: tuple[Chunk, ...]
    state: str


class Snapshots:
    """What a generation was built from. Safe to use from several threads."""

    def __init__(self, base: Database, side: Database | None, gone: Collection[str]) -> None:
        self._databases = [(base, frozenset(gone))]
        if side:
            self._databases.append((side, frozenset()))

    def documents(self) -> tuple[Document, ...]:
        """All documents, by source."""
        return tuple(one.document for one in self.read().values())

    def chunks(self) -> tuple[Chunk, ...]:
        """The chunks of all documents by source, each document's in the order of its text."""
        return tuple(chain.from_iterable(one.chunks for one in self.read().values()))

    def states(self) -> dict[str, str]:
        """By document id: a digest of all that is stored of the document and its chunks."""
        return {
            document_id: state
            for database, gone in self._databases
            for document_id, state in database.states().items()
            if document_id not in gone
        }

    def read(self, known: Mapping[str, Stated] | None = None) -> dict[str, Stated]:
        """All documents by id, ordered by source; what is ``known`` and the same is not read again."""
        found = [one for database, gone in self._databases for one in _read(database, gone, known or {})]
        found.sort(key=lambda one: one.document.source.encode("utf-8", "surrogatepass"))
        return {one.document.id: one for one in found}


def _read(database: Database, gone: Collection[str], known: Mapping[str, Stated]) -> Iterator[Stated]:
    states = {i: state for i, state in database.states().items() if i not in gone}
    if not known:
        chunks: dict[str, list[Chunk]] = {}
        for chunk in database.chunks():
            chunks.setdefault(chunk.document_id, []).append(chunk)
        for document in database.documents():
            if document.id in states:
                yield Stated(document, tuple(chunks.get(document.id, ())), states[document.id])
        return
    for document_id, state in states.items():
        one = known.get(document_id)
        if one and one.state == state:
            yield one
        elif found := database.document(document_id):
            yield Stated(found, database.chunks(document_id), state)
