"""Weights of a training run -> what ships: ``python -m eval.reading.training.export_cross_encoder``.

The layers are written as ``export`` writes those of the embedding, the heads in full, with the logits that
they make of the check's pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer

from assistant.reading.cross_encoder import FILE, SAMPLES, Heads, logits_of_samples
from eval.reading.training.encoder import Pieces, Words
from eval.reading.training.export import changed_layers
from eval.reading.training.joint import Reader, collate, encode
from vectorstore.embeddings.builtin.convert import convert_states
from vectorstore.embeddings.builtin.encoder import Layers
from vectorstore.embeddings.builtin.engine import open_packed, packed_file
from vectorstore.embeddings.builtin.tuned import LAYERS, VERSION, TunedWeights
from vectorstore.embeddings.builtin.tuned import SAMPLES as SAMPLES_NAME

_ENCODER = "encoder."
_HEADS = {"sentence.0": "sentence.inner", "sentence.2": "sentence.outer"}
_HEADS |= {"passage.0": "passage.inner", "passage.2": "passage.outer"}


def export(weights: Path, version: str, output: Path) -> tuple[int, float]:
    """Write layers and heads; gives the size in bytes, and the most that 8 bits change a logit by."""
    state = torch.load(weights, map_location="cpu", weights_only=True)
    layers = {key.removeprefix(_ENCODER): value for key, value in state.items() if key.startswith(_ENCODER)}
    stored: dict[str, Any] = {VERSION: np.array(version), **changed_layers(layers)}
    stored[LAYERS] = np.array(numbers_of(state))
    for key, name in _HEADS.items():
        for kind in ("weight", "bias"):
            stored[f"{name}.{kind[0]}"] = np.asarray(state[f"{key}.{kind}"].numpy(), np.float32)
    stored[SAMPLES_NAME] = np.zeros(1, np.float32)
    np.savez_compressed(output, **stored)
    tuned = TunedWeights(packed_file(), output)
    made = logits_of_samples(Layers(tuned, convert_states(tuned)), Heads(tuned))
    stored[SAMPLES_NAME] = made
    np.savez_compressed(output, **stored)
    return output.stat().st_size, float(np.abs(made - in_full_precision(state)).max())


def numbers_of(state: Mapping[str, torch.Tensor]) -> list[int]:
    """The numbers of the layers that there are weights of."""
    prefix = f"{_ENCODER}layers."
    return sorted({int(key.removeprefix(prefix).split(".")[0]) for key in state if key.startswith(prefix)})


def in_full_precision(state: dict[str, torch.Tensor]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The logits of the check's pairs, as PyTorch makes them."""
    packed = open_packed()
    pieces = Pieces(packed.vocabulary)
    model = Reader(packed, numbers_of(state))
    model.load_state_dict(state)
    model.eval()
    logits: list[float] = []
    for question, headings, sentences in SAMPLES:
        example = {"question": question, "over": headings, "sentences": sentences}
        row = encode(pieces, {**example, "spans": (), "labels": [0] * len(sentences)})
        batch = collate([row])
        with torch.no_grad():
            scores = model(Words(packed, row.pair.ids)(batch.ids), batch)
        logits += [*scores.sentences[0].tolist(), float(scores.passages[0])]
    return np.asarray(logits, np.float32)


def main(
    weights: Annotated[Path, typer.Argument(help="File of weights that train wrote.")],
    version: Annotated[str, typer.Argument(help="Name of the training.")],
    output: Annotated[Path, typer.Option(help="Where to write.")] = FILE,
) -> None:
    """Write the file that ships."""
    size, apart = export(weights, version, output)
    typer.echo(f"{size / 1e6:.1f} MB; logits at most {apart:.3f} from full precision")


if __name__ == "__main__":
    typer.run(main)
