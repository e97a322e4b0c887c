"""Search among a hundred thousand chunks: is what a small library finds still found, and how fast?

Run by ``python -m eval.benchmarks.scale``: prints Markdown tables; docs/retrieval.md
holds them. Building takes an hour on two cores. ``--data-dir`` keeps what is
built, and goes on where a run before it stopped. The small library is that of
the seeds; the large one has them among their look-alikes (eval/perturbed/lookalikes.py).
Trust the ratios: a shared machine's milliseconds are noisy.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from assistant.build import build_embedder
from assistant.setup.settings import load_settings
from assistant.upkeep.library import take_in
from eval.benchmarks.retrieval import Ranked, header, names_places, rank_cases, row
from eval.perturbed.lookalikes import write_lookalikes
from eval.questions.cases import SHIPPED_CASES, Case, load_cases
from vectorstore.embeddings import Embedder
from vectorstore.index.generations import Generation, open_current
from vectorstore.search.searcher import Searcher

CHUNKS = 100_000
_MEGABYTE = 1_000_000
_COMPARED = 50  # questions whose nearest vectors are also looked for exactly
_NEAREST = 10
_ENOUGH = 20_000  # vectors of which the nearest are certainly of ten different texts
_SAME = 2e-4  # between two computations of one similarity


@dataclass(frozen=True, slots=True)
class _Built:
    """What taking a library in took: seconds of this run, and the peak memory of its process in bytes."""

    seconds: float
    memory: int


def build(data_dir: Path, chunks: int) -> _Built:
    """The seeds and so many look-alikes that there are ``chunks`` of chunks, or a few more."""
    settings = load_settings(data_dir=data_dir)
    started = time.perf_counter()
    report = take_in(settings, [settings.seeds_dir], on_progress=lambda _: None)
    if chunks > report.chunks:
        with open_current(data_dir, build_embedder(settings).model) as generation:
            documents = generation.database.documents()
        copies = -(-chunks // report.chunks) - 1
        with TemporaryDirectory() as folder:
            write_lookalikes(documents, Path(folder), copies)
            take_in(settings, [Path(folder)], on_progress=lambda _: None)
    memory = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _Built(seconds=time.perf_counter() - started, memory=memory)


def print_sizes(data_dir: Path, searcher: Searcher, built: _Built, opened: float) -> None:
    """Chunks, vectors, memory, disk, and how long building and opening took."""
    index = max((data_dir / "index").glob("0*"))
    rows = {
        "documents": f"{len(searcher.holdings.documents):,}",
        "chunks": f"{len(searcher.holdings.chunks):,}",
        "building in this run, minutes": f"{built.seconds / 60:.0f}",
        "building, peak memory, MB": f"{built.memory / _MEGABYTE:,.0f}",
        "opening, seconds": f"{opened:.1f}",
        "searching, memory, MB": f"{_memory() / _MEGABYTE:,.0f}",
        "disk: documents and vectors, MB": f"{_size(data_dir / 'library.sqlite') / _MEGABYTE:,.0f}",
        "disk: one index, MB": f"{_size(index) / _MEGABYTE:,.0f}",
    }
    typer.echo("| | |\n|---|---:|")
    for name, value in rows.items():
        typer.echo(f"| {name} | {value} |")


def print_times(kinds: dict[str, Sequence[Ranked]]) -> None:
    """Milliseconds from question to passages."""
    typer.echo("\n| questions | cases | p50, ms | p95, ms |\n|---|---:|---:|---:|")
    for name, ranked in kinds.items():
        seconds = sorted(one.seconds for one in ranked)
        p95 = seconds[int(0.95 * (len(seconds) - 1))]
        typer.echo(f"| {name} | {len(ranked)} | {1000 * statistics.median(seconds):.0f} | {1000 * p95:.0f} |")


def print_graph(generation: Generation, embedder: Embedder, cases: Sequence[Case]) -> None:
    """How many of the truly nearest texts Chroma's graph finds; texts with one vector count as one."""
    everywhere = [document.id for document in generation.database.documents()]
    shares: list[float] = []
    for case in cases[:: max(1, len(cases) // _COMPARED)]:
        vector = embedder.embed_query(case.question)
        found = {round(hit.score, 4) for hit in generation.vectors.search(vector, _NEAREST)}
        exact = generation.exact.search(vector, _ENOUGH, everywhere)
        nearest = sorted({round(hit.score, 4) for hit in exact}, reverse=True)[:_NEAREST]
        shares.append(sum(_is_among(score, found) for score in nearest) / len(nearest))
    typer.echo(
        f"\nChroma's graph finds {100 * statistics.fmean(shares):.1f} % of the {_NEAREST} nearest texts"
        f" ({len(shares)} questions)."
    )


def _is_among(score: float, found: Iterable[float]) -> bool:
    return any(abs(score - other) < _SAME for other in found)


def _open(data_dir: Path, resources: ExitStack) -> tuple[Generation, Searcher, Embedder, float]:
    embedder = build_embedder(load_settings(data_dir=data_dir))
    embedder.embed_query("")
    started = time.perf_counter()
    generation = resources.enter_context(open_current(data_dir, embedder.model))
    searcher = Searcher(generation, embedder)
    return generation, searcher, embedder, time.perf_counter() - started


def _in_another_process(data_dir: Path, chunks: int) -> _Built:
    """Built where its memory does not count as that of searching."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        return processes.submit(build, data_dir, chunks).result()


def _memory() -> int:
    """Bytes of this process that are in memory now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


def main(
    chunks: Annotated[int, typer.Option(min=1, help="Chunks of the large library.")] = CHUNKS,
    data_dir: Annotated[Path | None, typer.Option(help="Where to build it, and to keep it.")] = None,
) -> None:
    """Build both libraries and compare them."""
    cases = [case for case in load_cases(SHIPPED_CASES) if case.answerable]
    with ExitStack() as resources:
        small_dir = Path(resources.enter_context(TemporaryDirectory()))
        large_dir = data_dir or Path(resources.enter_context(TemporaryDirectory()))
        _in_another_process(small_dir, 0)
        built = _in_another_process(large_dir, chunks)
        with ExitStack() as small:
            _, searcher, _, _ = _open(small_dir, small)
            naming = [case for case in cases if names_places(case.question, searcher)]
            before = rank_cases(searcher, naming)
            before_all = rank_cases(searcher, cases)
        generation, searcher, embedder, opened = _open(large_dir, resources)
        rank_cases(searcher, cases[:5])  # what is loaded at first use is no part of the time
        after = rank_cases(searcher, naming)
        named = {case.id for case in naming}
        others = rank_cases(searcher, [case for case in cases if case.id not in named])
        print_sizes(large_dir, searcher, built, opened)
        typer.echo(f"\n{header('questions that name their places')}")
        typer.echo(row("the documents alone", before))
        typer.echo(row("among look-alikes", after))
        kinds = {"small library, all": before_all, "large, naming places": after, "large, others": others}
        print_times({**kinds, "large, all": [*after, *others]})
        print_graph(generation, embedder, cases)


if __name__ == "__main__":
    typer.run(main)
