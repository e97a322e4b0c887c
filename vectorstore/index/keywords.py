"""The lexical index: BM25 over terms cut beforehand.

It is our own, as an index has to rank by what it holds now: engines that take
documents in and out count those that are gone until they have rewritten their files,
and two indexes of one library would rank differently. Here a segment is arrays
that never change, and what is gone is left out of every count.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import chain
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.disk.storage import storage_unusable
from vectorstore.errors import IndexMismatch, Message
from vectorstore.index.exact import best_places
from vectorstore.types import Hit

_MOST_TERMS = 512  # distinct terms of one query; the rarest say the most
_SATURATION, _BY_LENGTH = 1.2, 0.75  # k1 and b of BM25, as everybody has them
_EXACT_LENGTHS = 24  # up to here, and 16 further on, a length counts as it is
_MOST_OFTEN = 2**16 - 1
_ENTRIES = "entries.json"
_ARRAYS = ("owners", "lengths", "terms", "starts", "chunks", "counts")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """The files of one segment. Chunks are numbered in the order in which they were given.

    ``owners`` is by chunk the number of its document, ``lengths`` how many terms it has, ``kept`` whether it
    counts. ``terms`` are digests, sorted; those from ``starts[n]`` on of ``chunks`` have the n-th, so often
    as ``counts`` says.
    """

    ids: Sequence[str]
    documents: Sequence[str]
    owners: NDArray[np.int32]
    lengths: NDArray[np.int32]
    terms: NDArray[np.uint64]
    starts: NDArray[np.int64]
    chunks: NDArray[np.int32]
    counts: NDArray[np.uint16]
    kept: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    def having(self, term: np.uint64) -> slice:
        """Where the chunks stand that have a term."""
        at = int(np.searchsorted(self.terms, term))
        if at == len(self.terms) or self.terms[at] != term:
            return slice(0, 0)
        return slice(int(self.starts[at]), int(self.starts[at + 1]))

    def frequency(self, term: np.uint64) -> int:
        """How many chunks that count have a term."""
        return int(np.count_nonzero(self.kept[self.chunks[self.having(term)]]))

    def of(self, document_ids: Collection[str]) -> NDArray[np.bool_]:
        """By chunk: whether it is of one of these documents."""
        wanted = set(document_ids)
        numbers = [number for number, one in enumerate(self.documents) if one in wanted]
        return np.isin(self.owners, np.array(numbers, np.int32))


class KeywordIndex:
    """The segments of an index opened for reading. Safe to use from several threads."""

    def __init__(self, segments: Sequence[_Segment]) -> None:
        self._segments = tuple(segments)
        self.size = sum(int(np.count_nonzero(segment.kept)) for segment in segments)
        total = sum(int(segment.lengths[segment.kept].sum()) for segment in segments)
        self._average = max(1, total) / max(1, self.size)

    @staticmethod
    def build(folder: Path, entries: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Write a segment of (chunk id, document id, terms) into a new folder. Raises StorageUnusable."""
        ids: list[str] = []
        documents: dict[str, int] = {}
        vocabulary: dict[str, int] = {}
        owners, lengths, sizes, terms, counts = (array(kind) for kind in "iiiiH")
        for chunk_id, document_id, cut in entries:
            counted = Counter(cut)
            ids.append(chunk_id)
            owners.append(documents.setdefault(document_id, len(documents)))
            lengths.append(len(cut))
            sizes.append(len(counted))
            terms.extend(vocabulary.setdefault(term, len(vocabulary)) for term in counted)
            counts.extend(min(count, _MOST_OFTEN) for count in counted.values())
        digests = np.array([_digest(term) for term in vocabulary], np.uint64)
        order = np.argsort(digests)
        ranks = np.empty(len(order), np.int32)
        ranks[order] = np.arange(len(order), dtype=np.int32)
        ranked = ranks[np.asarray(terms)] if terms else ranks
        by_term = np.argsort(ranked, kind="stable")
        found = np.bincount(ranked, minlength=len(order))
        arrays = {
            "owners": np.asarray(owners),
            "lengths": np.asarray(lengths),
            "terms": digests[order],
            "starts": np.concatenate([[0], np.cumsum(found)]).astype(np.int64),
            "chunks": np.repeat(np.arange(len(ids), dtype=np.int32), np.asarray(sizes))[by_term],
            "counts": np.asarray(counts)[by_term],
        }
        try:
            folder.mkdir(parents=True)
            written = {"chunks": ids, "documents": list(documents)}
            (folder / _ENTRIES).write_text(json.dumps(written, ensure_ascii=True), encoding="ascii")
            for name in _ARRAYS:
                np.save(folder / f"{name}.npy", arrays[name])
        except OSError as error:
            raise storage_unusable(folder, error) from error

    @classmethod
    def open(cls, folder: Path) -> KeywordIndex:
        """Open one segment. Raises IndexMismatch when it is not one."""
        try:
            written = json.loads((folder / _ENTRIES).read_text(encoding="ascii"))
            arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
            kept = np.ones(len(written["chunks"]), np.bool_)
            return cls([_Segment(ids=written["chunks"], documents=written["documents"], kept=kept, **arrays)])
        except (OSError, ValueError, KeyError) as error:
            raise IndexMismatch(
                Message(f"无法打开关键词索引：{error}。", f"Can't open the keyword index: {error}."),
                Message(
                    "请运行 policy-assistant ingest 重建索引。", "Run policy-assistant ingest to rebuild it."
                ),
            ) from error

    def without(self, document_ids: Collection[str]) -> KeywordIndex:
        """The same segments, as if these documents had never been in them."""
        return KeywordIndex([replace(one, kept=one.kept & ~one.of(document_ids)) for one in self._segments])

    def beside(self, other: KeywordIndex) -> KeywordIndex:
        """These segments and those of another, ranked as one."""
        return KeywordIndex([*self._segments, *other._segments])

    def search(
        self,
        terms: Sequence[str],
        limit: int,
        document_ids: Sequence[str] = (),
    ) -> list[Hit]:
        """At most ``limit`` chunks, best first, of these documents only if any are named.

        A term counts once however often it is given; of more than 512 the
        rarest count. No known term, no hits. The same chunks give the same
        ranks and scores, whichever segments they are in.
        """
        weights = self._weights(terms)
        if limit < 1 or not weights:
            return []
        hits = [
            hit for segment in self._segments for hit in self._best(segment, weights, limit, document_ids)
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))[:limit]

    def document_frequency(self, term: str) -> int:
        """How many chunks have this term."""
        return self._frequency(_digest(term))

    def lost(self, chunk_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the chunks that the index does not hold exactly once."""
        held = Counter(chain.from_iterable(_kept_ids(segment) for segment in self._segments))
        return tuple(chunk_id for chunk_id in chunk_ids if held[chunk_id] != 1)

    def _frequency(self, term: np.uint64) -> int:
        return sum(segment.frequency(term) for segment in self._segments)

    def _weights(self, terms: Sequence[str]) -> dict[np.uint64, float]:
        """How much each of the rarest terms says, the rarest first."""
        frequencies = {term: self._frequency(term) for term in map(_digest, dict.fromkeys(terms))}
        known = sorted((term for term in frequencies if frequencies[term]), key=frequencies.__getitem__)
        return {
            term: log(1 + (self.size - frequencies[term] + 0.5) / (frequencies[term] + 0.5))
            for term in known[:_MOST_TERMS]
        }

    def _best(
        self, segment: _Segment, weights: dict[np.uint64, float], limit: int, document_ids: Sequence[str]
    ) -> list[Hit]:
        lengths = _as_one_byte(segment.lengths) / self._average
        damping = _SATURATION * (1 - _BY_LENGTH + _BY_LENGTH * lengths)
        scores = np.zeros(len(segment.ids))
        for term, weight in weights.items():
            having = segment.having(term)
            chunks, counts = segment.chunks[having], segment.counts[having]
            scores[chunks] += weight * (_SATURATION + 1) * counts / (counts + damping[chunks])
        allowed = segment.kept & segment.of(document_ids) if document_ids else segment.kept
        candidates = np.flatnonzero(allowed & (scores > 0))
        best = candidates[best_places(scores[candidates], limit)]
        return [Hit(segment.ids[chunk], float(scores[chunk])) for chunk in best.tolist()]


def _kept_ids(segment: _Segment) -> Iterable[str]:
    return (segment.ids[chunk] for chunk in np.flatnonzero(segment.kept).tolist())


def _as_one_byte(lengths: NDArray[np.int32]) -> NDArray[np.int32]:
    """Lengths as Lucene and what came after it keep them: above 40, their four first binary digits.

    The reader's weights were fitted on passages that were ranked so (docs/reading.md).
    """
    over = np.maximum(lengths - _EXACT_LENGTHS, 0)
    digits = np.frexp(over)[1]
    step = np.left_shift(1, np.maximum(digits - 4, 0))
    kept: NDArray[np.int32] = np.minimum(lengths, _EXACT_LENGTHS) + over // step * step
    return kept


def _digest(term: str) -> np.uint64:
    """Eight bytes for a term: among a million terms two are alike once in some forty million libraries."""
    return np.uint64(int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()))
