"""The source of truth: documents, sections, chunks and vectors in one SQLite file.

Everything else that is built (the indexes) can be built again from here. One
process writes at a time (see ingest); any number may read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, create_engine, delete, event, func, insert, inspect, or_, select, update
from sqlalchemy.pool import QueuePool

from vectorstore.disk.private import make_file, make_folder
from vectorstore.disk.storage import library_damaged, storage_errors
from vectorstore.errors import IndexMismatch, Message
from vectorstore.store import records
from vectorstore.store.records import text_digest, to_json
from vectorstore.types import Chunk, Document, Head

__all__ = ["Database", "Listed", "Stored", "Vector", "text_digest"]

Vector = NDArray[np.float32]
_FLOAT = np.dtype("<f4")  # on every machine
_AT_ONCE = 500  # rows asked for in one statement; SQLite allows 32,766 variables


class Stored(NamedTuple):
    """A document as ingesting needs to know it; see ``Database.replace``."""

    id: str
    fingerprint: str
    origin: str
    place: str


class Listed(NamedTuple):
    """A document as a list of the library shows it. ``chunks`` counts them."""

    id: str
    source: str
    place: str
    head: Head
    chunks: int


class Database:
    """One library file. Safe to read from several threads; writing is for one.

    Every method raises StorageUnusable when the folder can't be written or the
    disk is full, LibraryBusy when another process keeps the file locked, and
    LibraryDamaged when the file is broken. A write that fails leaves the
    library as it was.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open, or create unless ``read_only``; a file of an earlier version is brought up to this one.

        Raises IndexMismatch for a file of a later version, or of any other to be read only.
        """
        self._path = path
        self._read_only = read_only
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=QueuePool)
        event.listen(self._engine, "begin", _begin)
        try:
            with storage_errors(path):
                self._open()
        except BaseException:
            self.close()
            raise

    def documents(self) -> tuple[Document, ...]:
        """All documents, by source."""
        wanted = select(records.documents).order_by(records.documents.c.source)
        with self._transaction() as connection:
            return tuple(map(records.read_document, connection.execute(wanted).mappings().all()))

    def listed(self) -> tuple[Listed, ...]:
        """All documents by source, without their texts."""
        stored = records.documents.c
        wanted = select(stored.id, stored.source, stored.place, stored.head).order_by(stored.source)
        counts = self.chunk_counts()
        with self._transaction() as connection:
            rows = connection.execute(wanted).all()
        return tuple(
            Listed(row.id, row.source, row.place, records.read_head(row.head), counts.get(row.id, 0))
            for row in rows
        )

    def document(self, document_id: str) -> Document | None:
        """The document with that id, or None."""
        wanted = select(records.documents).where(records.documents.c.id == document_id)
        with self._transaction() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return None if row is None else records.read_document(row)

    def chunks(self, document_id: str | None = None) -> tuple[Chunk, ...]:
        """The chunks of one document, or of all by source, each in the order of its text."""
        chunks, documents = records.chunks, records.documents
        wanted = select(chunks).join(documents).order_by(documents.c.source, chunks.c.ordinal)
        if document_id is not None:
            wanted = wanted.where(chunks.c.document_id == document_id)
        with self._transaction() as connection:
            return tuple(map(records.read_chunk, connection.execute(wanted).mappings().all()))

    def chunk_counts(self) -> dict[str, int]:
        """By document id: how many chunks it has. One without chunks is left out."""
        wanted = select(records.chunks.c.document_id, func.count().label("chunks"))
        with self._transaction() as connection:
            rows = connection.execute(wanted.group_by(records.chunks.c.document_id)).all()
        return {row.document_id: row.chunks for row in rows}

    def stored(self) -> dict[str, Stored]:
        """By source: what tells whether a document has to be read again."""
        documents = records.documents.c
        wanted = select(
            documents.source, documents.id, documents.fingerprint, documents.origin, documents.place
        )
        with self._transaction() as connection:
            return {source: Stored(*rest) for source, *rest in connection.execute(wanted).all()}

    def move(self, document_id: str, origin: str, place: str) -> None:
        """Note that the same file stands elsewhere now."""
        documents = records.documents
        with self._transaction() as connection:
            connection.execute(
                update(documents).where(documents.c.id == document_id).values(origin=origin, place=place)
            )

    def states(self) -> dict[str, str]:
        """By document id: a digest of all that is stored of the document and its chunks."""
        with self._transaction() as connection:
            rows = connection.execute(select(records.documents.c.id, records.documents.c.state)).all()
        return {row.id: row.state for row in rows}

    def replace(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        *,
        fingerprint: str = "",
        origin: str = "",
        place: str = "",
    ) -> None:
        """Store a document whole, in place of any with its id or its source, in one transaction.

        ``fingerprint`` stands for the file and the rules it was read by; it is
        only compared. ``origin`` is where the file stands, and ``place`` what was
        named to take it in (see intake.SourceFile). Raises ValueError when
        a chunk is not the slice of the text that it says it is.
        """
        for chunk in chunks:
            if chunk.document_id != document.id or chunk.text != document.text[chunk.start : chunk.end]:
                raise ValueError(f"chunk {chunk.id!r} is not a slice of document {document.id!r}")
        row: dict[str, Any] = dict(records.document_row(document))
        rows = [records.chunk_row(chunk) for chunk in chunks]
        row |= {
            "state": text_digest(to_json([row, rows])),
            "fingerprint": fingerprint,
            "origin": origin,
            "place": place,
        }
        stored = records.documents.c
        with self._transaction() as connection:
            connection.execute(
                delete(records.documents).where(
                    or_(stored.id == document.id, stored.source == document.source)
                )
            )
            connection.execute(insert(records.documents), row)
            if rows:
                connection.execute(insert(records.chunks), rows)

    def remove(self, document_id: str) -> bool:
        """Remove a document and its chunks; whether there was one. Vectors stay, for when it comes back."""
        removal = delete(records.documents).where(records.documents.c.id == document_id)
        with self._transaction() as connection:
            return connection.execute(removal).rowcount > 0

    def vectors(self, model: str, digests: Iterable[str]) -> dict[str, Vector]:
        """The vectors of these texts (by text_digest) from that model; those not stored are left out."""
        wanted, stored = list(digests), records.vectors.c
        found: dict[str, Vector] = {}
        with self._transaction() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = stored.digest.in_(wanted[start : start + _AT_ONCE])
                rows = connection.execute(
                    select(stored.digest, stored.vector).where(stored.model == model, some)
                )
                found.update((digest, np.frombuffer(blob, _FLOAT)) for digest, blob in rows)
        return found

    def add_vectors(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """Store vectors by the digest of the embedded text, in one transaction; the newest one counts."""
        rows = [
            {"model": model, "digest": digest, "vector": np.asarray(vector, _FLOAT).tobytes()}
            for digest, vector in vectors.items()
        ]
        if rows:
            with self._transaction() as connection:
                connection.execute(insert(records.vectors).prefix_with("OR REPLACE"), rows)

    def snapshot(self, path: Path, document_ids: Collection[str] | None = None) -> None:
        """Write the documents and chunks of this moment, or those named, to a new file, without vectors."""
        Database(path).close()
        with storage_errors(path), closing(self._connect()) as connection:
            connection.execute("ATTACH ? AS snapshot", (str(path.absolute()),))
            connection.execute("BEGIN")
            documents = "INSERT INTO snapshot.documents SELECT * FROM main.documents"
            chunks = "INSERT INTO snapshot.chunks SELECT * FROM main.chunks"
            if document_ids is None:
                connection.execute(documents)
                connection.execute(chunks)
            for document_id in sorted(document_ids or ()):
                one = (document_id.encode("utf-8", "surrogatepass"),)  # as the columns keep it
                connection.execute(f"{documents} WHERE id = ?", one)
                connection.execute(f"{chunks} WHERE document_id = ?", one)
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _connect(self) -> sqlite3.Connection:
        # isolation_level None: transactions begin where _begin says, so that tables are created in one, too
        mode = "ro" if self._read_only else "rwc"
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            # Not WAL: with several connections, SQLite before 3.51.3 can corrupt it.
            for pragma in ("journal_mode=DELETE", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with storage_errors(self._path), self._engine.begin() as connection:
            yield connection

    def _open(self) -> None:
        if not self._read_only:
            make_folder(self._path.parent)
            make_file(self._path)
        with self._engine.begin() as connection:
            # A snapshot that is opened for reading has been compared with its checksum already.
            if not self._read_only and connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                raise library_damaged(self._path)
            tables = inspect(connection).get_table_names()
            if not tables and not self._read_only:
                records.metadata.create_all(connection)
                connection.execute(insert(records.library), {"version": records.SCHEMA})
                return
            known = records.library.name in tables
            version = connection.execute(select(records.library.c.version)).scalar() if known else None
            while not self._read_only and version in records.UPGRADES:
                for statement in records.UPGRADES[version]:
                    connection.exec_driver_sql(statement)
                version += 1
                connection.execute(update(records.library).values(version=version))
        if version != records.SCHEMA:
            raise _other_version(self._path)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _other_version(path: Path) -> IndexMismatch:
    return IndexMismatch(
        Message(
            f"资料库 {path} 是由另一个版本的程序写的。",
            f"The library {path} was written by another version of the program.",
        ),
        Message(
            "请运行 policy-assistant ingest --rebuild 重新建库。",
            "Run policy-assistant ingest --rebuild to build it anew.",
        ),
    )
