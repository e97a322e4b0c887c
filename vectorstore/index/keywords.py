"""The lexical index: BM25 over terms cut beforehand. The only file that imports tantivy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from vectorstore.disk.storage import storage_unusable
from vectorstore.errors import IndexMismatch, Message
from vectorstore.types import Hit

_MOST_TERMS = 512  # distinct terms of one query; the rarest say the most
_HEAP = 64_000_000  # bytes that the writer gathers before it writes a segment


class KeywordIndex:
    """An index opened for reading. Safe to use from several threads."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()

    @staticmethod
    def build(folder: Path, entries: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Write an index of (chunk id, document id, terms) into a new folder.

        The same entries in the same order give the same ranks. Raises
        StorageUnusable.
        """
        try:
            folder.mkdir(parents=True)
            # One thread: with more, equal scores would come in another order each time.
            writer = tantivy.Index(_schema(), path=str(folder)).writer(heap_size=_HEAP, num_threads=1)
            for chunk_id, document_id, terms in entries:
                writer.add_document(
                    tantivy.Document(
                        chunk_id=_encodable(chunk_id),
                        document_id=_encodable(document_id),
                        terms=[_encodable(term) for term in terms],
                    )
                )
            writer.commit()
            writer.wait_merging_threads()
        except (OSError, ValueError) as error:  # tantivy tells a full disk by ValueError
            raise storage_unusable(folder, error) from error

    @classmethod
    def open(cls, folder: Path) -> KeywordIndex:
        """Open an index. Raises IndexMismatch when this version of tantivy can't read it."""
        try:
            return cls(tantivy.Index.open(str(folder)))
        except (OSError, ValueError) as error:
            raise IndexMismatch(
                Message(f"无法打开关键词索引：{error}。", f"Can't open the keyword index: {error}."),
                Message(
                    "请运行 policy-assistant ingest 重建索引。", "Run policy-assistant ingest to rebuild it."
                ),
            ) from error

    @property
    def size(self) -> int:
        """How many chunks the index holds."""
        return self._searcher.num_docs

    def search(
        self,
        terms: Sequence[str],
        limit: int,
        document_ids: Sequence[str] = (),
    ) -> list[Hit]:
        """At most ``limit`` chunks, best first, of these documents only if any are named.

        ``terms`` are data, never an expression: operators in them mean
        nothing. A term counts once however often it is given; of more than 512
        the rarest count. No known term, no hits.
        """
        limit = min(limit, self.size)
        known = self._rarest(terms)
        if limit < 1 or not known:
            return []
        query = Query.boolean_query([(Occur.Should, self._term(term)) for term in known])
        if document_ids:
            allowed = Query.term_set_query(self._schema, "document_id", list(map(_encodable, document_ids)))
            query = Query.boolean_query(
                [(Occur.Must, query), (Occur.Must, Query.const_score_query(allowed, 0.0))]
            )
        found = self._searcher.search(query, limit, count=False).hits
        hits = [Hit(self._searcher.doc(address)["chunk_id"][0], score) for score, address in found]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))

    def document_frequency(self, term: str) -> int:
        """How many chunks have this term."""
        return self._searcher.doc_freq("terms", _encodable(term))

    def lost(self, chunk_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the chunks that the index does not hold exactly once."""
        return tuple(i for i in chunk_ids if self._searcher.doc_freq("chunk_id", _encodable(i)) != 1)

    def _rarest(self, terms: Sequence[str]) -> list[str]:
        distinct = dict.fromkeys(map(_encodable, terms))
        frequencies = {term: self._searcher.doc_freq("terms", term) for term in distinct}
        known = [term for term in distinct if frequencies[term]]
        return sorted(known, key=lambda term: frequencies[term])[:_MOST_TERMS]

    def _term(self, term: str) -> Query:
        return Query.term_query(self._schema, "terms", term, index_option="freq")


def _schema() -> tantivy.Schema:
    # "raw" takes each value as one term, so nothing is cut, folded or dropped here
    return (
        tantivy.SchemaBuilder()
        .add_text_field("chunk_id", stored=True, tokenizer_name="raw", index_option="basic")
        .add_text_field("document_id", tokenizer_name="raw", index_option="basic")
        .add_text_field("terms", tokenizer_name="raw", index_option="freq")
        .build()
    )


def _encodable(text: str) -> str:
    """Text that tantivy takes: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
