"""What a generation of the index holds: documents and chunks, by place and in order, and nothing ranked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import chain, islice

from vectorstore.documents.chunking import is_searched, unnamed_fields
from vectorstore.documents.versions import Versions
from vectorstore.index.snapshots import Stated
from vectorstore.mentions.named import Target
from vectorstore.mentions.row_selection import RowTable
from vectorstore.places import nearness_to
from vectorstore.types import EVERYWHERE, Chunk, Document, Head, Scope, SectionKind

_OUTSIDE = 8  # chunks at either end of a document among which letterhead and imprint stand
_LETTERHEADS = 3  # of one document
_OVER_TABLE = 2  # lines over a table that may say what it is of, and in what it counts
_LONGEST_OVER = 40  # characters of such a line
_TABLES_KEPT = 64  # what tables of named documents are kept ready

Place = tuple[str, int]  # a document's id and a part of it


class Holdings:
    """The documents and chunks of a generation. Safe to use from several threads."""

    def __init__(self, documents: Sequence[Document], chunks: Sequence[Chunk]) -> None:
        self.versions = Versions(documents)
        self.documents = self.versions.documents
        self.chunks = tuple(chunks)
        self._documents = {document.id: document for document in self.documents}
        self._chunks = {chunk.id: chunk for chunk in self.chunks}
        self._order = {document.id: number for number, document in enumerate(self.documents)}
        self._places: dict[Place, list[Chunk]] = {}
        self._by_document: dict[str, list[Chunk]] = {}
        for chunk in sorted(self.chunks, key=lambda one: one.start):
            self._by_document.setdefault(chunk.document_id, []).append(chunk)
            self._places.setdefault((chunk.document_id, chunk.part), []).append(chunk)
        self._rows_at = lru_cache(maxsize=_TABLES_KEPT)(self._table_at)

    @classmethod
    def of(cls, read: Collection[Stated]) -> Holdings:
        """Those of documents as they are read."""
        return cls([one.document for one in read], [chunk for one in read for chunk in one.chunks])

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None."""
        return self._documents.get(document_id)

    def document_of(self, chunk: Chunk) -> Document:
        """The document that a chunk is of."""
        return self._documents[chunk.document_id]

    def head_of(self, chunk: Chunk) -> Head:
        """What the document, or the part of a compilation that a chunk is in, says of itself."""
        return self.document_of(chunk).head_of(chunk.part)

    def chunk(self, chunk_id: str) -> Chunk | None:
        """The chunk of that id, or None."""
        return self._chunks.get(chunk_id)

    def preceding(self, chunk: Chunk) -> Iterator[Chunk]:
        """The chunks before one in its document, the nearest first."""
        chunks = self._by_document.get(chunk.document_id, [])
        at = bisect_left(chunks, chunk.start, key=lambda one: one.start)
        return (chunks[place] for place in range(at - 1, -1, -1))

    def following(self, chunk: Chunk) -> Iterator[Chunk]:
        """The chunks behind one in its document, in order."""
        chunks = self._by_document.get(chunk.document_id, ())
        return islice(chunks, bisect_right(chunks, chunk.start, key=lambda one: one.start), None)

    def chunks_of(self, document_id: str) -> Sequence[Chunk]:
        """All chunks of a document in order."""
        return self._by_document.get(document_id, ())

    def section_of(self, chunk: Chunk) -> list[Chunk]:
        """The chunks under the same headings, that one among them."""
        return [one for one in self._by_document[chunk.document_id] if one.path == chunk.path]

    def siblings_of(self, chunk: Chunk) -> list[Chunk]:
        """The chunks under the heading over that one's own, itself among them: of a row, its table."""
        over = chunk.path[:-1] if len(chunk.path) > 1 else chunk.path
        return [one for one in self._by_document[chunk.document_id] if one.path[: len(over)] == over]

    def tables_of(self, document_id: str) -> Iterator[tuple[str, tuple[Chunk, ...]]]:
        """The tables of a document that are known whole: the lines right over each, and all its rows."""
        document = self._documents.get(document_id)
        rows = {c.start: c for c in self.chunks_of(document_id) if c.kind is SectionKind.ROW}
        inside = (section.walk() for section in document.sections) if document else ()
        for table in (one for one in chain.from_iterable(inside) if one.kind is SectionKind.TABLE):
            starts = [one.start for one in table.walk() if one.kind is SectionKind.ROW]
            if document and starts and all(start in rows for start in starts):
                over = document.text[: table.start].rstrip().rsplit("\n", _OVER_TABLE)[-_OVER_TABLE:]
                yield (
                    "\n".join(line for line in over if len(line) <= _LONGEST_OVER),
                    tuple(map(rows.__getitem__, starts)),
                )

    def letterheads(self, document_id: str) -> list[Chunk]:
        """The chunks in which a document tells its number, date and issuer without naming them."""
        chunks = self._by_document.get(document_id, [])
        ends = (*chunks[:_OUTSIDE], *chunks[_OUTSIDE:][-_OUTSIDE:])
        document = self._documents.get(document_id)
        heads = (c for c in ends if document and is_searched(c) and _is_letterhead(c, document))
        return list(islice(heads, _LETTERHEADS))

    def places_in(self, scope: Scope) -> frozenset[Place] | None:
        """Documents and parts that a scope allows; None for all."""
        if scope == EVERYWHERE:
            return None
        return frozenset(
            (document.id, part)
            for document in self.documents
            for part in range(len(document.parts) + 1)
            if scope.allows(document.id, document.head_of(part))
        )

    def heads_in(self, scope: Scope) -> list[Head]:
        """What the documents that a scope allows, and the parts of them, say of themselves."""
        places = self.places_in(scope)
        return [
            document.head_of(part)
            for document in self.documents
            for part in range(len(document.parts) + 1)
            if places is None or (document.id, part) in places
        ]

    def home_of(self, place: str, scope: Scope) -> str:
        """The region of a place's own documents or, where it has none, of the nearest place around it."""
        regions = sorted({head.region for head in self.heads_in(scope)})
        nearest = max(regions, key=lambda region: nearness_to(region, place), default="")
        return nearest if nearness_to(nearest, place) else ""

    def is_in(self, chunk_id: str, places: frozenset[Place] | None) -> bool:
        """Whether there is that chunk, and in one of these places."""
        chunk = self._chunks.get(chunk_id)
        return chunk is not None and (places is None or (chunk.document_id, chunk.part) in places)

    def rows_of(self, targets: Iterable[Target], places: frozenset[Place] | None) -> RowTable:
        """The rows of these targets, of all if there are none, as far as they are in these places."""
        wanted = frozenset((target.document_id, target.part) for target in targets)
        if not wanted and places is None:
            return self._all_rows
        inside = wanted or places or frozenset()
        return self._rows_at(inside & places if places is not None else inside)

    @cached_property
    def _all_rows(self) -> RowTable:
        return RowTable(chunk for chunk in self.chunks if chunk.kind is SectionKind.ROW)

    def _table_at(self, places: frozenset[Place]) -> RowTable:
        found = chain.from_iterable(self._places.get(place, ()) for place in places)
        rows = (chunk for chunk in found if chunk.kind is SectionKind.ROW)
        return RowTable(sorted(rows, key=lambda chunk: (self._order[chunk.document_id], chunk.ordinal)))


def _is_letterhead(chunk: Chunk, document: Document) -> bool:
    return bool(unnamed_fields(chunk.text, document.head_of(chunk.part)))


def documents_of(places: Iterable[Place]) -> tuple[str, ...]:
    """The documents in which places are, in order."""
    return tuple(sorted({document_id for document_id, _ in places}))
