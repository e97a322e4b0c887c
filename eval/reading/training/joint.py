"""A model that reads a question and a passage together: which sentences answer, and whether any does."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.reading.pairs import Pair
from assistant.reading.pairs import pair as pair_of
from eval.reading.training.encoder import Encoder, Pieces, padded
from vectorstore.embeddings.builtin.weights import Weights

_NEVER = -1e4  # as a logit


@dataclass(frozen=True, slots=True)
class Row:
    """A question and a passage as pieces; which of its sentences answer, and at which pieces."""

    pair: Pair
    labels: list[int]
    answer: list[tuple[int, int]]


class Batch(NamedTuple):
    """Rows as tables. ``belongs`` is one over a sentence's length at its pieces, ``firsts`` its mark.

    ``labels`` is -1 where there is no sentence, ``answers`` -1 outside of sentences.
    """

    ids: Tensor
    mask: Tensor
    belongs: Tensor
    firsts: Tensor
    labels: Tensor
    answers: Tensor


class Scores(NamedTuple):
    """Logits: of each piece (in an answer), of each sentence (holds one), of the passage (any does)."""

    pieces: Tensor
    sentences: Tensor
    passages: Tensor


class Reader(nn.Module):
    """Layers of the embedding, and heads for pieces, sentences and the whole passage."""

    def __init__(self, weights: Weights, layers: Sequence[int] | None = None) -> None:
        super().__init__()
        self.encoder = Encoder(weights, layers)
        hidden = weights.hidden
        self.token = nn.Linear(hidden, 1)
        self.sentence = nn.Sequential(nn.Linear(2 * hidden, hidden), nn.GELU(), nn.Linear(hidden, 1))
        self.passage = nn.Sequential(nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, words: Tensor, batch: Batch) -> Scores:
        """``words`` are the word embeddings of the batch's ids."""
        states = self.encoder(words, batch.mask)
        firsts = batch.firsts[..., None].expand(-1, -1, states.shape[-1])
        marks = torch.gather(states, 1, firsts)
        sentences = self.sentence(torch.cat([batch.belongs @ states, marks], -1)).squeeze(-1)
        return Scores(self.token(states).squeeze(-1), sentences, self.passage(states[:, 0]).squeeze(-1))


def encode(pieces: Pieces, example: Mapping[str, Any], *, over: bool = True) -> Row:
    """An example's pieces; sentences that no longer fit are left out."""
    headings, sentences = example["over"] if over else "", example["sentences"]
    pair = pair_of(pieces, example["question"], headings, sentences)
    answer: list[tuple[int, int]] = []
    for at, start, end in example["spans"]:
        if at >= len(pair.places):
            continue
        begin, stop = pair.places[at]
        first = len(pieces.encode(sentences[at][:start], leading=False)) if start else 0
        last = max(first + 1, len(pieces.encode(sentences[at][:end], leading=False)))
        answer.append((begin + 1 + first, min(stop, begin + 1 + last)))
    return Row(pair, list(example["labels"][: len(pair.places)]), answer)


def collate(rows: Sequence[Row]) -> Batch:
    """Rows as tables."""
    ids, mask = padded([row.pair.ids for row in rows])
    most = max(len(row.pair.places) for row in rows)
    belongs = torch.zeros(len(rows), most, ids.shape[1])
    firsts = torch.zeros(len(rows), most, dtype=torch.long)
    labels = torch.full((len(rows), most), -1)
    answers = torch.full(ids.shape, -1)
    for at, row in enumerate(rows):
        for number, (start, end) in enumerate(row.pair.places):
            belongs[at, number, start:end] = 1 / (end - start)
            firsts[at, number] = start
            labels[at, number] = row.labels[number]
            answers[at, start:end] = 0
        for start, end in row.answer:
            answers[at, start:end] = 1
    return Batch(ids, mask, belongs, firsts, labels, answers)


def loss_of(scores: Scores, batch: Batch) -> Tensor:
    """Sentences one by one, sentences against each other, the passage and the pieces."""
    logistic = functional.binary_cross_entropy_with_logits
    known = batch.labels >= 0
    held = (batch.labels == 1).any(1)
    single = logistic(scores.sentences[known], batch.labels[known].float())
    passages = logistic(scores.passages, held.float())
    seen = batch.answers >= 0
    pieces = logistic(scores.pieces[seen], batch.answers[seen].float())
    total = single + 0.7 * passages + 0.7 * pieces
    if held.any():
        logits = scores.sentences[held].masked_fill(~known[held], _NEVER).log_softmax(1)
        wanted = (batch.labels[held] == 1).float()
        total = total - 0.5 * ((logits * wanted).sum(1) / wanted.sum(1)).mean()
    return total


def crop(example: Mapping[str, Any], least: int, most: int, chance: random.Random) -> dict[str, Any]:
    """Sentences around those that answer, or around any, up to a size in characters drawn at random."""
    sizes = [len(sentence) for sentence in example["sentences"]]
    held = [at for at, label in enumerate(example["labels"]) if label]
    low, high = (held[0], held[-1]) if held else 2 * (chance.randrange(len(sizes)),)
    size = chance.randint(least, most)
    while sum(sizes[low : high + 1]) < size and (low > 0 or high + 1 < len(sizes)):
        if high + 1 >= len(sizes) or (low > 0 and chance.random() < 0.5):
            low -= 1
        else:
            high += 1
    spans = [(at - low, start, end) for at, start, end in example["spans"] if low <= at <= high]
    kept = {name: example[name][low : high + 1] for name in ("sentences", "labels")}
    return {**example, **kept, "spans": spans}


def like_lengths(rows: Sequence[Row], order: Sequence[int], size: int) -> Iterator[list[int]]:
    """Batches of row numbers in an order; within some hundred rows those of like length together."""
    pool = size * 20
    for start in range(0, len(order), pool):
        some = sorted(order[start : start + pool], key=lambda at: len(rows[at].pair.ids))
        groups = [some[at : at + size] for at in range(0, len(some), size)]
        random.Random(start).shuffle(groups)  # noqa: S311  # the same in every run
        yield from groups
