"""The built-in embedding in PyTorch, to be trained: its 12 layers, its pieces, its frozen word embeddings.

The word embeddings stay those of the packed model, so that a product that already carries
them needs only the layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models
from torch import Tensor, nn
from torch.nn import functional

from vectorstore.embeddings.builtin.weights import Vocabulary, Weights

LONGEST = 510  # pieces between the marks of begin and end: a window of the product
_PAD = 1
_SPACES = re.compile(" {2,}")
_SPACE = "\u2581"
_ROWS_AT_ONCE = 4096
_PARTS = ("q", "k", "v", "ao", "aln", "fi", "fo", "oln")


class Pieces:
    """The product's cut of a text into pieces, some hundred times as fast."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.begin, self.end = vocabulary.begin, vocabulary.end
        self.space = vocabulary.pieces.index(_SPACE)
        self._replacements = vocabulary.replacements
        pairs = list(zip(vocabulary.pieces, vocabulary.scores, strict=True))
        self._model = Tokenizer(models.Unigram(pairs, vocabulary.unknown, byte_fallback=False))

    def encode(self, text: str, *, leading: bool = True) -> list[int]:
        """Ids of the pieces; ``leading``: with the mark of a space in front, as at the start of a text."""
        text = _SPACES.sub(" ", text.translate(self._replacements))
        if leading and not text.startswith(" "):
            text = " " + text
        ids: list[int] = self._model.encode(text.replace(" ", _SPACE), add_special_tokens=False).ids
        return ids

    def whole(self, text: str, most: int = LONGEST) -> list[int]:
        """Ids of a text by itself, between the marks of begin and end, cut at ``most`` pieces."""
        return [self.begin, *self.encode(text)[:most], self.end]


class Layer(nn.Module):
    """Attention and a wide inner layer, each added to its input and normalised."""

    def __init__(self, hidden: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.ao = (nn.Linear(hidden, hidden) for _ in range(4))
        self.fi, self.fo = nn.Linear(hidden, inner), nn.Linear(inner, hidden)
        self.aln, self.oln = (nn.LayerNorm(hidden, epsilon) for _ in range(2))

    def forward(self, state: Tensor, allowed: Tensor, drop: float) -> Tensor:
        """The next state; ``allowed`` is true where a token may be looked at."""
        batch, tokens, hidden = state.shape
        q, k, v = (
            part(state).view(batch, tokens, self.heads, -1).transpose(1, 2)
            for part in (self.q, self.k, self.v)
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        mixed = self.ao(mixed.transpose(1, 2).reshape(batch, tokens, hidden))
        state = self.aln(state + functional.dropout(mixed, drop, self.training))
        outer = self.fo(functional.gelu(self.fi(state)))
        result: Tensor = self.oln(state + functional.dropout(outer, drop, self.training))
        return result


class Encoder(nn.Module):
    """Word embeddings of the pieces -> states of the last layer, of all or of those with these numbers."""

    def __init__(self, weights: Weights, layers: Sequence[int] | None = None) -> None:
        super().__init__()
        hidden = weights.hidden
        self.drop = 0.0
        self.norm = nn.LayerNorm(hidden, weights.epsilon)
        self.layers = nn.ModuleDict(
            {
                str(number): Layer(hidden, weights.heads, weights.inner, weights.epsilon)
                for number in layers or weights.layers
            }
        )
        places = weights.vector("emb.pos").reshape(-1, hidden)
        self.places = nn.Parameter(torch.tensor(places + weights.vector("emb.type").reshape(-1, hidden)[0]))
        _fill(self.norm, weights, "emb.ln")
        for number, layer in self.layers.items():
            for part in _PARTS:
                _fill(getattr(layer, part), weights, f"l{number}.{part}")

    def forward(self, words: Tensor, mask: Tensor) -> Tensor:
        """words: (batch, tokens, hidden); mask: (batch, tokens), true where there is a token."""
        return self.upper(self.norm(words + self.places[: words.shape[1]]), mask, 0)

    def in_order(self) -> list[nn.Module]:
        """The layers as they follow one another."""
        return list(self.layers.values())

    def train_last(self, count: int) -> None:
        """Let nothing be trained but so many of the last layers."""
        self.requires_grad_(False)
        for layer in self.in_order()[-count:]:
            layer.requires_grad_(True)

    def upper(self, state: Tensor, mask: Tensor, first: int, last: int | None = None) -> Tensor:
        """The state after the layers from ``first`` on, up to ``last``, counted from 0."""
        allowed = mask[:, None, None, :]
        for layer in self.in_order()[first:last]:
            state = layer(state, allowed, self.drop)
        return state


class Words(nn.Module):
    """The rows of the word embeddings that occur, by their ids in the whole vocabulary."""

    table: Tensor
    index: Tensor

    def __init__(self, weights: Weights, ids: Iterable[int]) -> None:
        super().__init__()
        kept = np.array(sorted({_PAD, *ids}))
        parts = [kept[at : at + _ROWS_AT_ONCE].tolist() for at in range(0, len(kept), _ROWS_AT_ONCE)]
        index = np.zeros(len(weights.vocabulary.pieces), np.int64)
        index[kept] = np.arange(len(kept))
        self.register_buffer("table", torch.tensor(np.concatenate([weights.words(p) for p in parts])))
        self.register_buffer("index", torch.tensor(index))

    def forward(self, ids: Tensor) -> Tensor:
        """(batch, tokens) -> (batch, tokens, hidden)."""
        return functional.embedding(self.index[ids], self.table)


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Rows of ids as one table, and where there are ids."""
    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), _PAD)
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = True
    return ids, mask


def pooled(states: Tensor, mask: Tensor) -> Tensor:
    """The mean of each row's states, at unit length."""
    return functional.normalize((states * mask[..., None]).sum(1), dim=-1)


def embed(
    encoder: Encoder, words: Words, rows: Sequence[Sequence[int]], size: int = 32
) -> NDArray[np.float32]:
    """Unit vectors of rows of ids, in order, without gradients; like lengths are computed together."""
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    vectors = np.empty((len(rows), encoder.places.shape[1]), np.float32)
    was_training = encoder.training
    encoder.eval()
    with torch.no_grad():
        for start in range(0, len(order), size):
            some = order[start : start + size]
            ids, mask = padded([rows[at] for at in some])
            vectors[some] = pooled(encoder(words(ids), mask), mask).numpy()
    encoder.train(was_training)
    return vectors


def follow(mean: Mapping[str, Tensor], model: nn.Module, step: int, keep: float) -> None:
    """Move a running mean of a model's weights one step on; it starts quickly."""
    share = 1 - min(keep, (step + 1) / (step + 10))
    with torch.no_grad():
        for name, value in model.state_dict().items():
            mean[name].lerp_(value, share)


def _fill(module: nn.Module, weights: Weights, name: str) -> None:
    is_norm = isinstance(module, nn.LayerNorm)
    matrix = weights.vector(f"{name}.w") if is_norm else weights.matrix(f"{name}.w")
    module.weight.data = torch.tensor(np.array(matrix))
    module.bias.data = torch.tensor(np.array(weights.vector(f"{name}.b")))
