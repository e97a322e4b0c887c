"""Trains the reader: ``python -m eval.reading.training.train DATA OUTPUT``; DATA has what ``examples`` wrote.

The same command goes on from the checkpoint in OUTPUT, in the middle of a pass too. The
learning rate warms up, stays, and goes down over the last part of ``--passes``. A run may start from
the weights of another, with fewer layers.
"""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from eval.reading.training.encoder import Pieces, Words, follow
from eval.reading.training.examples import EXAMPLES
from eval.reading.training.joint import Reader, Row, collate, crop, encode, like_lengths, loss_of
from vectorstore.embeddings.builtin.engine import open_weights

CHECKPOINT, WEIGHTS, CURVE = "checkpoint.pt", "weights.pt", "curve.jsonl"
_BATCH, _KEEP, _WARM = 16, 0.99, 30
_HEADS = 10.0  # times the rate of the layers
_DECAY = 0.3  # of all steps, in which the rate goes down
_SIZES = (80, 260)  # characters that a passage is cropped to while training
_WHOLE = 400  # characters of a passage when it is measured
_WITHOUT_TITLE = 0.15
_KEPT_EVERY = 300.0  # seconds between two checkpoints


class Training:
    """The state of a training run of the reader."""

    def __init__(
        self,
        data: Path,
        *,
        passes: int,
        rate: float,
        trained: int,
        seed: int,
        layers: Sequence[int] | None = None,
        start: Path | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.seed, self.rate = seed, rate
        lines = (data / EXAMPLES).read_text(encoding="utf-8").splitlines()
        every = [json.loads(line) for line in lines]
        self.train = [one for one in every if one["side"] == "train"]
        self.develop = [one for one in every if one["side"] == "develop"]
        self.total = passes * -(-len(self.train) // _BATCH)
        weights = open_weights()
        self.pieces = Pieces(weights.vocabulary)
        self.words = Words(weights, (i for one in every for i in encode(self.pieces, one).pair.ids))
        self.model = Reader(weights, layers)
        if start:
            load_some(self.model, torch.load(start, weights_only=True))
        self.model.encoder.drop = 0.05
        self.model.encoder.train_last(trained)
        self.mean = copy.deepcopy(self.model.state_dict())
        named = [(name, value) for name, value in self.model.named_parameters() if value.requires_grad]
        layers = [value for name, value in named if name.startswith("encoder.layers")]
        heads = [value for name, value in named if not name.startswith("encoder")]
        self.optimizer = torch.optim.AdamW([{"params": layers}, {"params": heads}], weight_decay=0.01)
        self.steps, self.seconds = 0, 0.0

    def rows(self, number: int) -> tuple[list[Row], list[list[int]]]:
        """The rows of a pass, cropped afresh, and its batches."""
        chance = random.Random(f"{self.seed} {number}")  # noqa: S311  # the same in every run
        rows = [
            encode(self.pieces, crop(one, *_SIZES, chance), over=chance.random() >= _WITHOUT_TITLE)
            for one in self.train
        ]
        order = chance.sample(range(len(rows)), len(rows))
        return rows, list(like_lengths(rows, order, _BATCH))

    def step(self, rows: Sequence[Row]) -> float:
        """One batch; gives its loss."""
        share = min(1.0, (self.steps + 1) / _WARM, (self.total - self.steps) / (self.total * _DECAY))
        for group, times in zip(self.optimizer.param_groups, (1.0, _HEADS), strict=True):
            group["lr"] = self.rate * times * share
        batch = collate(rows)
        loss = loss_of(self.model(self.words(batch.ids), batch), batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        follow(self.mean, self.model, self.steps, _KEEP)
        self.steps += 1
        return loss.item()

    def measure(self, most: int) -> dict[str, float]:
        """What the running mean says of so many examples of the development set."""
        model = copy.deepcopy(self.model)
        model.load_state_dict(self.mean)
        model.eval()
        chosen = random.Random(self.seed).sample(self.develop, min(most, len(self.develop)))  # noqa: S311
        chance = random.Random(self.seed)  # noqa: S311  # the same in every run
        rows = [encode(self.pieces, crop(one, _WHOLE, _WHOLE, chance)) for one in chosen]
        order = sorted(range(len(rows)), key=lambda at: len(rows[at].pair.ids))
        right: list[int] = []
        passages = np.zeros(len(rows))
        with torch.no_grad():
            for start in range(0, len(rows), _BATCH):
                some = order[start : start + _BATCH]
                batch = collate([rows[at] for at in some])
                scores = model(self.words(batch.ids), batch)
                passages[some] = scores.passages.numpy()
                best = scores.sentences.masked_fill(batch.labels < 0, -np.inf).argmax(1).tolist()
                several = [(at, b) for at, b in zip(some, best, strict=True) if len(rows[at].pair.places) > 1]
                right.extend(rows[at].labels[b] for at, b in several if 1 in rows[at].labels)
        return {"first sentence": float(np.mean(right)), **_areas(chosen, passages)}

    def state(self) -> dict[str, Any]:
        """All that a later run needs to go on."""
        own: dict[str, Any] = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        own["random"] = torch.get_rng_state()
        return own | {name: getattr(self, name) for name in ("steps", "seconds", "mean")}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on from what ``state`` gave."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        self.steps, self.seconds, self.mean = state["steps"], state["seconds"], state["mean"]


def run(training: Training, output: Path, *, minutes: float, every: float, measured: int) -> None:
    """Train until all passes are done or so many minutes are over; measure ``every`` so many seconds."""
    output.mkdir(parents=True, exist_ok=True)
    if (output / CHECKPOINT).exists():
        training.resume(torch.load(output / CHECKPOINT, weights_only=False))
    begun, before = time.monotonic(), training.seconds
    kept = noted = before
    losses: list[float] = []
    while training.steps < training.total:
        per_pass = -(-len(training.train) // _BATCH)
        rows, groups = training.rows(training.steps // per_pass)
        for group in groups[training.steps % per_pass :]:
            losses.append(training.step([rows[at] for at in group]))
            training.seconds = before + time.monotonic() - begun
            if training.seconds - kept >= _KEPT_EVERY:
                kept = training.seconds
                save(training, output)
            if training.seconds - noted >= every:
                noted = training.seconds
                note(training, output, losses, measured)
                losses = []
            if training.seconds - before >= 60 * minutes:
                note(training, output, losses, measured)
                return
    note(training, output, losses, measured)


def note(training: Training, output: Path, losses: Sequence[float], measured: int) -> None:
    """Measure, write a line of the curve, keep a checkpoint."""
    figures = {name: round(value, 3) for name, value in training.measure(measured).items()}
    loss = round(float(np.mean(losses)), 3) if losses else None
    row = {"examples": training.steps * _BATCH, "seconds": round(training.seconds), "loss": loss, **figures}
    with (output / CURVE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    typer.echo(json.dumps(row))
    save(training, output)


def save(training: Training, output: Path) -> None:
    """Keep a checkpoint, in place at once, and the running mean's weights."""
    torch.save(training.state(), output / f"{CHECKPOINT}.part")
    (output / f"{CHECKPOINT}.part").replace(output / CHECKPOINT)
    torch.save(training.mean, output / WEIGHTS)


def load_some(model: Reader, state: Mapping[str, torch.Tensor]) -> None:
    """Take over the weights of all layers that the model has."""
    model.load_state_dict({name: state[name] for name in model.state_dict()})


def _areas(examples: Sequence[Mapping[str, Any]], scores: NDArray[np.float64]) -> dict[str, float]:
    """How often a passage that holds the answer scores above one of each other sort."""
    sorts = np.asarray([one["sort"] for one in examples])
    holding = scores[sorts == "evidence"]
    others = {sort: scores[sorts == sort] for sort in ("lure", "found", "elsewhere")}
    return {f"above {sort}": _area(holding, some) for sort, some in others.items() if len(some)}


def _area(above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    return float((above[:, None] > below[None]).mean() + (above[:, None] == below[None]).mean() / 2)


def main(
    data: Annotated[Path, typer.Argument(help="Folder with examples.jsonl.")],
    output: Annotated[Path, typer.Argument(help="Folder of checkpoint, weights and curve.")],
    minutes: Annotated[float, typer.Option(help="How long this run lasts at most.")] = 600,
    passes: Annotated[int, typer.Option(min=1, help="Passes over all examples.")] = 3,
    rate: Annotated[float, typer.Option(help="Greatest learning rate of the layers.")] = 5e-5,
    trained: Annotated[int, typer.Option(min=1, help="Last layers that are trained.")] = 6,
    layers: Annotated[str, typer.Option(help="Numbers of the layers it has, with commas; else all.")] = "",
    start: Annotated[Path | None, typer.Option(help="Weights to start from.")] = None,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    every: Annotated[float, typer.Option(help="Seconds between two measurements.")] = 900,
    measured: Annotated[int, typer.Option(min=1, help="Examples that are measured on.")] = 600,
) -> None:
    """Train the reader."""
    training = Training(
        data,
        passes=passes,
        rate=rate,
        trained=trained,
        seed=seed,
        layers=[int(number) for number in layers.split(",")] if layers else None,
        start=start,
    )
    run(training, output, minutes=minutes, every=every, measured=measured)


if __name__ == "__main__":
    typer.run(main)
