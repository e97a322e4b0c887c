"""Scores of two searches made one."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean, pstdev

from vectorstore.chunking import chunk_of


def nearness(near: Mapping[str, float]) -> dict[str, float]:
    """By chunk, from similarities by entry: the mean of its own and that of its nearest sentence."""
    farthest = min(near.values(), default=0.0)
    best: dict[str, float] = {}
    for entry, similarity in near.items():
        chunk_id = chunk_of(entry)
        if chunk_id != entry:
            best[chunk_id] = max(best.get(chunk_id, farthest), similarity)
    chunk_ids = {chunk_of(entry) for entry in near}
    return {c: (near.get(c, farthest) + best.get(c, near.get(c, farthest))) / 2 for c in chunk_ids}


def mix(dense: Mapping[str, float], lexical: Mapping[str, float]) -> dict[str, float]:
    """Half and half of the standardised scores; what one search did not find counts as its worst."""
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
