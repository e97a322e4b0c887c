"""Weights of a tuning run -> what ships: ``python -m eval.reading.training.export WEIGHTS VERSION``.

Only the layers that differ from the packed ones are written, in the steps of 8 bits that ``convert`` rounds
matrices to, with the vectors that they make of the check's texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from eval.reading.training.encoder import Encoder, Pieces, Words, embed
from vectorstore.embeddings.base import clean
from vectorstore.embeddings.builtin.check import PASSAGES, QUESTION
from vectorstore.embeddings.builtin.convert import convert, round_matrix
from vectorstore.embeddings.builtin.encoder import Encoder as RunningEncoder
from vectorstore.embeddings.builtin.engine import open_packed, packed_file
from vectorstore.embeddings.builtin.tuned import FILE, SAMPLES, SCALE, VERSION, TunedWeights

_KINDS = {"weight": "w", "bias": "b"}


def export(weights: Path, version: str, output: Path) -> tuple[int, float]:
    """Write the tuned layers; gives the size in bytes, and the least cosine of 8 bits with full precision."""
    state = torch.load(weights, map_location="cpu", weights_only=True)
    stored: dict[str, Any] = {VERSION: np.array(version), **changed_layers(state)}
    np.savez_compressed(output, **stored, samples=np.zeros(1, np.float32))
    tuned = TunedWeights(packed_file(), output)
    encoder = RunningEncoder(tuned, convert(tuned))
    stored[SAMPLES] = np.vstack([encoder.passage(PASSAGES), encoder.query(QUESTION)])
    np.savez_compressed(output, **stored)
    return output.stat().st_size, float((stored[SAMPLES] * in_full_precision(state)).sum(axis=1).min())


def changed_layers(state: Mapping[str, torch.Tensor]) -> dict[str, NDArray[Any]]:
    """The tensors of layers that differ from the packed ones, by their names in the packed file."""
    packed = open_packed()
    stored: dict[str, NDArray[Any]] = {}
    for key, value in state.items():
        if not key.startswith("layers."):
            continue
        _, layer, part, kind = key.split(".")
        name, tensor = f"l{layer}.{part}.{_KINDS[kind]}", np.asarray(value.float().numpy(), np.float32)
        before = packed.matrix(name) if tensor.ndim == 2 else packed.vector(name)
        if np.array_equal(before.reshape(-1), tensor.reshape(-1)):
            continue
        if tensor.ndim == 2:
            stored[name], stored[name + SCALE] = round_matrix(tensor)
        else:
            stored[name] = tensor
    return stored


def in_full_precision(state: dict[str, torch.Tensor]) -> NDArray[np.float32]:
    """Unit vectors of the check's passages, then of its question, as PyTorch makes them."""
    packed = open_packed()
    pieces = Pieces(packed.vocabulary)
    texts = [f"passage: {clean(text)}" for text in PASSAGES] + [f"query: {clean(QUESTION)}"]
    rows = [pieces.whole(text) for text in texts]
    model = Encoder(packed)
    model.load_state_dict(state)
    return embed(model, Words(packed, (piece for row in rows for piece in row)), rows)


def main(
    weights: Annotated[Path, typer.Argument(help="File of weights that tune wrote.")],
    version: Annotated[str, typer.Argument(help="Name of the tuning, by which older libraries are known.")],
    output: Annotated[Path, typer.Option(help="Where to write.")] = FILE,
) -> None:
    """Write the file that ships."""
    size, cosine = export(weights, version, output)
    typer.echo(f"{size / 1e6:.1f} MB; least cosine of 8 bits with full precision {cosine:.4f}")


if __name__ == "__main__":
    typer.run(main)
