"""One document into a hundred thousand chunks: how long until it is found, beside building the index anew?

Run by ``python -m eval.benchmarks.growth``: prints a Markdown table; docs/benchmarks.md
holds it. Seeds and look-alikes of them (eval/perturbed/lookalikes.py) are taken in with an
embedder that takes no time, as what is measured is the index: what a model needs for the
sentences of one document comes on top. ``--data-dir`` keeps what is built, and goes on where a run
before it stopped. Trust the ratio: a shared machine's seconds are noisy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from zlib import crc32

import numpy as np
import typer

from assistant.setup.settings import load_settings
from eval.perturbed.lookalikes import write_lookalikes
from vectorstore.documents.catalog import load_catalog
from vectorstore.documents.understand import understand
from vectorstore.embeddings import Embedder
from vectorstore.library.ingest import IngestReport, ingest
from vectorstore.library.live import LiveLibrary
from vectorstore.library.sources import CATALOG, gather
from vectorstore.store.database import Database
from vectorstore.types import EVERYWHERE

CHUNKS = 100_000
_DIMENSION = 384
_NEW = "新增.txt"
_QUESTION = "望星湖小学的课后服务每月收多少钱？"
_TEXT = (
    "望星湖小学课后服务管理办法\n第一条 望星湖小学课后服务每月收费{amount}元。\n第二条 家庭困难的学生免费。\n"
)
_LOOK_EVERY = 0.05  # seconds


class ChanceEmbedder(Embedder):
    """Vectors of chance, as long as those of the built-in model, and the same for the same text."""

    @property
    def model(self) -> str:
        """Its name in the index."""
        return "chance"

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return _DIMENSION

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector of each text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a text."""
        vector = np.random.default_rng(crc32(text.encode())).standard_normal(_DIMENSION)
        return [float(number) for number in vector / np.linalg.norm(vector)]


class _Library:
    """The library that is measured, in a folder."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.embedder = ChanceEmbedder()
        self._catalog = load_catalog(load_settings().seeds_dir / CATALOG)

    def take_in(
        self, places: Sequence[Path], *, remove: Sequence[str] = (), reindex: bool = False
    ) -> IngestReport:
        """Files and folders into the library; the report."""
        with TemporaryDirectory() as scratch:
            gathered = gather(places, scratch=Path(scratch), catalog=self._catalog)
            return ingest(
                gathered.files,
                data_dir=self.data_dir,
                embedder=self.embedder,
                understand=lambda file: understand(file.path, file.source, gathered.entries.get(file.origin)),
                remove=remove,
                reindex=reindex,
            )

    def grow(self, chunks: int) -> int:
        """Seeds and look-alikes up to so many chunks, or a few more; how many there are."""
        if self._count() >= chunks:
            return self.take_in([]).chunks  # published now, where a run before it was stopped
        report = self.take_in([load_settings().seeds_dir])
        with closing(Database(self.data_dir / "library.sqlite")) as database:
            seeds = set(report.added) | set(report.unchanged)
            documents = [document for document in database.documents() if document.source in seeds]
            each = sum(len(database.chunks(document.id)) for document in documents)
        with TemporaryDirectory() as folder:
            write_lookalikes(documents, Path(folder), -(-chunks // each) - 1)
            return self.take_in([Path(folder)]).chunks

    def _count(self) -> int:
        with closing(Database(self.data_dir / "library.sqlite")) as database:
            return sum(database.chunk_counts().values())


def _wait_for(live: LiveLibrary, generation: str) -> str:
    """Until the running library answers from a generation; the best passage that it gives then."""
    while True:
        with live.searcher() as searcher:
            if live.generation_name == generation:
                return searcher.search(_QUESTION, scope=EVERYWHERE, limit=1)[0].chunk.text
        time.sleep(_LOOK_EVERY)


def measure(library: _Library, folder: Path) -> dict[str, tuple[float, float]]:
    """Seconds until the new index was published, and until a running server answered from it."""
    file = folder / _NEW
    found: dict[str, tuple[float, float]] = {}

    def timed(name: str, words: str, change: Callable[[], IngestReport]) -> None:
        started = time.perf_counter()
        report = change()
        published = time.perf_counter()
        best = _wait_for(live, report.generation)
        found[name] = (published - started, time.perf_counter() - started)
        if words not in best or (not words and "望星湖" in best):
            raise SystemExit(f"{name}: {best!r} is what is found.")

    with closing(LiveLibrary(library.data_dir, library.embedder)) as live:
        with live.searcher() as searcher:
            searcher.search(_QUESTION, scope=EVERYWHERE, limit=1)
        timed("everything built anew", "", lambda: library.take_in([], reindex=True))
        for name, amount in (("one document added", 300), ("the same document changed", 350)):
            file.write_text(_TEXT.format(amount=amount), encoding="utf-8")
            timed(name, f"{amount}元", lambda: library.take_in([file]))
        timed("and removed", "", lambda: library.take_in([], remove=[_NEW]))
    return found


def main(
    chunks: Annotated[int, typer.Option(min=1, help="Chunks of the library.")] = CHUNKS,
    data_dir: Annotated[Path | None, typer.Option(help="Where to build it, and to keep it.")] = None,
) -> None:
    """Build the library and change it."""
    with TemporaryDirectory() as folder:
        library = _Library(data_dir or Path(folder) / "data")
        size = library.grow(chunks)
        found = measure(library, Path(folder))
    rebuilt = found["everything built anew"][1]
    typer.echo(f"| {size:,} chunks | published, s | found, s | of building anew |\n|---|---:|---:|---:|")
    for name, (published, answered) in found.items():
        typer.echo(f"| {name} | {published:.1f} | {answered:.1f} | {answered / rebuilt:.2f} |")


if __name__ == "__main__":
    typer.run(main)
