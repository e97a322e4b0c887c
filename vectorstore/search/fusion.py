"""Scores of two searches made one."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean, pstdev

from vectorstore.documents.chunking import chunk_of


def nearness(near: Mapping[str, float]) -> dict[str, float]:
    """How near each chunk is: the mean of its own similarity and that of its nearest sentence.

    ``near`` is similarity by entry of the index, chunks and sentences. What the index did not give counts as
    the farthest that it gave; a chunk without sentences counts alone.
    """
    farthest = min(near.values(), default=0.0)
    best: dict[str, float] = {}
    for entry, similarity in near.items():
        chunk_id = chunk_of(entry)
        if chunk_id != entry:
            best[chunk_id] = max(best.get(chunk_id, farthest), similarity)
    chunk_ids = {chunk_of(entry) for entry in near}
    return {c: (near.get(c, farthest) + best.get(c, near.get(c, farthest))) / 2 for c in chunk_ids}


def mix(dense: Mapping[str, float], lexical: Mapping[str, float]) -> dict[str, float]:
    """Scores by chunk: half and half of those of two searches, each standardised.

    Standardised: with mean 0 and standard deviation 1 over all chunks that either found. What one search
    did not find counts as its worst.

    >>> mixed = mix({"a": 0.9, "b": 0.5}, {"a": 12.0, "b": 4.0, "c": 4.0})
    >>> max(mixed, key=mixed.__getitem__), round(mixed["b"], 2) == round(mixed["c"], 2)
    ('a', True)
    """
    candidates = dense.keys() | lexical.keys()
    mixed = dict.fromkeys(candidates, 0.0)
    for scores in (dense, lexical):
        if not scores:
            continue
        worst = min(scores.values())
        values = [scores.get(chunk_id, worst) for chunk_id in candidates]
        mean, deviation = fmean(values), pstdev(values) or 1.0
        for chunk_id in candidates:
            mixed[chunk_id] += 0.5 * (scores.get(chunk_id, worst) - mean) / deviation
    return mixed
