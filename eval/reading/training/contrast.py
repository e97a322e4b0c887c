"""Questions against what answers them and what does not: the loss of the embedding, and what it finds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Vectors = NDArray[np.float32]
_ALIKE_UNNAMED = 0.92  # from this cosine with the evidence on, what another document says may answer too
_ALIKE_UNIT = 0.93  # the same of a sentence where the question names its document: a sentence names none
_AT_ONCE = 128  # questions
_ALIKE_CHUNK = 0.97  # and of a chunk, which has its title in front


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the numbers of the entries that answer it, and of the documents that it may mean."""

    id: str
    text: str
    document: int
    units: tuple[int, ...]
    chunks: tuple[int, ...]
    lures: tuple[int, ...]
    named: bool
    near: tuple[int, ...]


class Entries:
    """All chunks, sentences and cells of a library in one order, with their vectors."""

    def __init__(self, folder: Path) -> None:
        rows = _lines(folder / "entries.jsonl")
        self.ids: list[str] = [row["id"] for row in rows]
        self.texts: list[str] = [row["text"] for row in rows]
        self.number = {entry: at for at, entry in enumerate(self.ids)}
        self.documents: list[str] = list(dict.fromkeys(row["document"] for row in rows))
        place = {name: at for at, name in enumerate(self.documents)}
        self.document = np.asarray([place[row["document"]] for row in rows])
        self.vectors: Vectors = np.load(folder / "entries.npy")
        self.is_chunk = np.asarray(["#" not in entry for entry in self.ids])
        parted = {entry.partition("#")[0] for entry in self.ids if "#" in entry}
        self.is_unit = np.asarray([entry not in parted for entry in self.ids])
        self.units = np.flatnonzero(self.is_unit)
        self.chunk = np.asarray([self.number[entry.partition("#")[0]] for entry in self.ids])

    def asked(self, folder: Path, side: str) -> list[Asked]:
        """The answerable questions of a side whose evidence was found."""
        place = {name: at for at, name in enumerate(self.documents)}
        return [
            Asked(
                id=row["id"],
                text=row["text"],
                document=place[row["document"]],
                units=self._numbers(row["units"]),
                chunks=self._numbers(row["chunks"]),
                lures=self._numbers(row["lures"]),
                named=row["named"],
                near=tuple(place[name] for name in row["near"] if name in place),
            )
            for row in _lines(folder / "questions.jsonl")
            if row["side"] == side and row["units"] and row["chunks"]
        ]

    def _numbers(self, ids: Sequence[str]) -> tuple[int, ...]:
        return tuple(self.number[entry] for entry in ids)

    def may_answer(self, asked: Sequence[Asked]) -> NDArray[np.uint8]:
        """By question, as bits: entries that are no evidence and yet no wrong answer for certain.

        They are copies of the evidence, and the like of it in other documents.
        """
        blocks = (asked[at : at + _AT_ONCE] for at in range(0, len(asked), _AT_ONCE))
        return np.concatenate([np.packbits(self._may_answer(block), axis=1) for block in blocks])

    def doubtful(self, one: Asked, among: Sequence[int]) -> list[int]:
        """Of some entries, those that may answer a question although they are not its evidence."""
        if not among:
            return []
        numbers = np.asarray(among)
        nearest = (self.vectors[numbers] @ self.vectors[[*one.units, *one.chunks]].T).max(axis=1)
        limit = np.where(self.is_unit[numbers], _ALIKE_UNIT, _ALIKE_CHUNK) if one.named else _ALIKE_UNNAMED
        elsewhere = self.document[numbers] != one.document
        unsure = elsewhere & (np.isin(self.document[numbers], one.near) | (nearest >= limit))
        return [int(number) for number in numbers[unsure]]

    def _may_answer(self, asked: Sequence[Asked]) -> NDArray[np.bool_]:
        held = [[*one.units, *one.chunks] for one in asked]
        first = np.cumsum([0, *map(len, held[:-1])])
        near = self.vectors[[entry for some in held for entry in some]] @ self.vectors.T
        named_limit = np.where(self.is_unit, _ALIKE_UNIT, _ALIKE_CHUNK).astype(np.float32)
        limits = np.stack([np.full_like(named_limit, _ALIKE_UNNAMED), named_limit])
        meant = np.zeros((len(asked), len(self.documents)), bool)
        for row, one in enumerate(asked):
            meant[row, list(one.near)] = True
        named = np.asarray([one.named for one in asked], int)
        unsure: NDArray[np.bool_] = np.maximum.reduceat(near, first, axis=0) >= limits[named]
        unsure |= meant[:, self.document]
        own = self.document == np.asarray([one.document for one in asked])[:, None]
        unsure &= ~own
        return unsure


def loss_of(
    questions: Tensor,
    passages: Tensor,
    drawn: Sequence[int],
    entries: Entries,
    batch: Sequence[Asked],
    unsure: NDArray[np.uint8],
    temperature: float,
) -> Tensor:
    """The mean loss of a batch among the entries that were drawn for it: sentences, then chunks."""
    scores = questions @ passages.T / temperature
    doubtful = np.unpackbits(unsure, axis=1, count=len(entries.ids)).astype(bool)[:, list(drawn)]
    column = {entry: at for at, entry in enumerate(drawn)}
    total = scores.new_zeros(())
    for kind, held in (
        (entries.is_unit, [one.units for one in batch]),
        (entries.is_chunk, [one.chunks for one in batch]),
    ):
        here = [[column[entry] for entry in some if entry in column] for some in held]
        total = total + _loss(scores, kind[list(drawn)] & ~doubtful, here) / 2
    return total


def _loss(scores: Tensor, among: NDArray[np.bool_], held: Sequence[Sequence[int]]) -> Tensor:
    """Each entry that is held against all that are not; the mean over those of a question, then over all."""
    rows = np.repeat(np.arange(len(held)), [len(some) for some in held])
    columns = np.concatenate([np.asarray(some) for some in held])
    among[rows, columns] = False
    below = scores.masked_fill(~torch.from_numpy(among), float("-inf")).logsumexp(1)
    at = torch.from_numpy(rows)
    right = scores[at, torch.from_numpy(columns)]
    share = torch.tensor([1 / len(some) for some in held for _ in some])
    return ((torch.logaddexp(right, below[at]) - right) * share).sum() / len(held)


def found(
    questions: Vectors, vectors: Vectors, entries: Entries, asked: Sequence[Asked], pool: NDArray[np.bool_]
) -> dict[str, float]:
    """Shares of the questions whose evidence is among the first: of the pool, of its own document."""
    chunks = np.flatnonzero(pool & entries.is_chunk)
    sums: dict[str, list[float]] = {}
    for vector, one in zip(questions, asked, strict=True):
        scores = vectors @ vector
        near = _nearness(scores, entries)
        own = entries.document == one.document
        places = {
            "chunk": _place(scores, chunks, one.chunks),
            "near": _place(near, chunks, one.chunks),
            "own chunk": _place(near, np.flatnonzero(entries.is_chunk & own), one.chunks),
            "own unit": _place(scores, np.flatnonzero(entries.is_unit & own), one.units),
        }
        for name, place in places.items():
            for depth in (1, 5):
                sums.setdefault(f"{name}@{depth}", []).append(place < depth)
    return {name: float(np.mean(values)) for name, values in sums.items()}


def _nearness(scores: Vectors, entries: Entries) -> Vectors:
    """By chunk: the mean of its own score and that of its best sentence, as the product's search has it."""
    best = np.full(len(scores), -1.0, np.float32)
    np.maximum.at(best, entries.chunk[entries.units], scores[entries.units])
    return np.asarray((scores + best) / 2, np.float32)


def _place(scores: Vectors, among: NDArray[np.intp], held: Sequence[int]) -> int:
    best = scores[list(held)].max()
    return int((scores[among] > best).sum())


def pool_of(entries: Entries, asked: Sequence[Asked], others: int, seed: int = 0) -> NDArray[np.bool_]:
    """All entries of the documents that are asked about, and of so many chunks of others."""
    own = np.isin(entries.document, [one.document for one in asked])
    free = np.flatnonzero(entries.is_chunk & ~own)
    drawn = np.random.default_rng(seed).choice(free, min(others, len(free)), replace=False)
    pool: NDArray[np.bool_] = own | np.isin(entries.chunk, drawn)
    return pool


def _lines(path: Path) -> list[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
