"""What an answer may rest on: the best passages that fit a budget, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.types import Evidence, StandAlone
from vectorstore.text import count_tokens
from vectorstore.types import Passage

_FEW = 6  # passages for a small model


def pack(asked: StandAlone, passages: Sequence[Passage], most_tokens: int) -> Evidence:
    """The passages that fit the budget, taken best first, at least one.

    They stand as in their documents, so that neighbours are read together; the
    document with the best passage comes first.
    """
    kept: list[Passage] = []
    used = 0
    for passage in passages:
        size = count_tokens(passage.chunk.text)
        if kept and used + size > most_tokens:
            continue
        kept.append(passage)
        used += size
    return Evidence(
        question=asked.text,
        asked=asked.foreign or asked.text,
        passages=tuple(in_reading_order(kept)),
        tokens=used,
        dropped=len(passages) - len(kept),
    )


def best_first(evidence: Evidence) -> tuple[Passage, ...]:
    """The passages by rank."""
    return tuple(sorted(evidence.passages, key=lambda passage: passage.rank))


def best_last(evidence: Evidence) -> Evidence:
    """The few best passages alone, the best right before the question: small models read that best.

    Liu and others, Lost in the Middle, 2024.
    """
    kept = best_first(evidence)[:_FEW]
    tokens = sum(count_tokens(passage.chunk.text) for passage in kept)
    dropped = evidence.dropped + len(evidence.passages) - len(kept)
    return replace(evidence, passages=tuple(reversed(kept)), tokens=tokens, dropped=dropped)


def in_reading_order(passages: Sequence[Passage]) -> list[Passage]:
    """As they stand in their documents, the document with the best passage first."""
    first: dict[tuple[str, int], int] = {}
    for passage in passages:
        first.setdefault((passage.chunk.document_id, passage.chunk.part), passage.rank)
    return sorted(passages, key=lambda p: (first[p.chunk.document_id, p.chunk.part], p.chunk.ordinal))
