"""What retrieval finds, what each part of it earns, how look-alike documents and time tell on it.

Run as ``python -m eval.benchmarks.retrieval``; prints Markdown. Answerable cases
only: a case counts at k when all of its gold quotes are met by the first k passages.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from assistant.build import build_cross_encoder, build_embedder
from assistant.find import CLOSELY
from assistant.question.followup import stand_alone
from assistant.reading.read import Reader
from assistant.setup.settings import Settings, load_settings
from assistant.types import Turn
from assistant.upkeep.library import take_in
from eval.judging.matching import rank_of
from eval.judging.replies import Found
from eval.perturbed.lookalikes import write_lookalikes
from eval.questions.cases import SHIPPED_CASES, Case, load_cases
from eval.questions.splits import Split, is_in
from vectorstore.documents.catalog import load_catalog
from vectorstore.documents.chunking import is_chunk
from vectorstore.documents.understand import understand
from vectorstore.embeddings import Embedder
from vectorstore.embeddings.builtin.universal import UniversalEmbedder
from vectorstore.index.exact import ExactVectors
from vectorstore.index.generations import Generation, open_current
from vectorstore.index.keywords import KeywordIndex
from vectorstore.index.nearest import NearestVectors
from vectorstore.library.ingest import ingest
from vectorstore.library.intake import SourceFile
from vectorstore.library.sources import CATALOG
from vectorstore.mentions.named import Mentions
from vectorstore.mentions.row_selection import Selection
from vectorstore.places import names_of_region
from vectorstore.search.searcher import Searcher
from vectorstore.text import fold, trim
from vectorstore.types import EVERYWHERE, Document, Hit, Scope, Section, SectionKind

DEPTHS = (1, 3, 5, 10)
COPIES = 9
_READ = 20  # passages that are read, as many as the assistant reads
_NEVER = 10**6  # the rank of what was not found


@dataclass(frozen=True, slots=True)
class Ranked:
    """A case, the rank of the last of its gold quotes that was found, and the seconds that it took."""

    case: Case
    rank: int
    seconds: float


class _Nothing:
    """An index that finds nothing: what is left without it."""

    def search(self, *_: object) -> list[Hit]:
        return []


@dataclass(frozen=True, slots=True)
class _WholeChunks:
    """Vectors of whole chunks alone, without those of their sentences and cells."""

    vectors: NearestVectors | ExactVectors

    def search(self, vector: Sequence[float], limit: int, *document_ids: Sequence[str]) -> list[Hit]:
        found = self.vectors.search(vector, 4 * limit, *document_ids)
        return [hit for hit in found if is_chunk(hit.chunk_id)][:limit]


class _WithoutNames(Searcher):
    def read_mentions(self, question: str, scope: Scope = EVERYWHERE) -> Mentions:
        return Mentions()


class _WithoutRows(Searcher):
    def select_rows(self, question: str, mentions: Mentions, scope: Scope = EVERYWHERE) -> Selection | None:
        return None


class _WithoutGlossary(Searcher):
    def gloss(self, question: str, *, by_dictionary: bool = True) -> str:
        return ""


def _lacking(generation: Generation, **parts: object) -> Generation:
    return replace(generation, **parts)  # type: ignore[arg-type]  # stands in for an index by its one method


VARIANTS: Mapping[str, Callable[[Generation, Embedder], Searcher]] = {
    "all of it": Searcher,
    "without words (BM25)": lambda g, e: Searcher(_lacking(g, keywords=_Silent(g.keywords)), e),
    "without meaning (vectors)": lambda g, e: Searcher(_lacking(g, vectors=_Nothing(), exact=_Nothing()), e),
    "without vectors of sentences": lambda g, e: Searcher(
        _lacking(g, vectors=_WholeChunks(g.vectors), exact=_WholeChunks(g.exact)), e
    ),
    "without what a question names": _WithoutNames,
    "without selected rows": _WithoutRows,
    "without the glossary": _WithoutGlossary,
}


@dataclass(frozen=True, slots=True)
class _Silent:
    """A keyword index that only knows how rare words are."""

    keywords: KeywordIndex

    @property
    def size(self) -> int:
        return self.keywords.size

    def document_frequency(self, term: str) -> int:
        return self.keywords.document_frequency(term)

    def search(self, *_: object) -> list[Hit]:
        return []


def rank_cases(searcher: Searcher, cases: Sequence[Case], *, reads: bool = True) -> list[Ranked]:
    """Search for every case, with its earlier turns; in the order of the reader if it ``reads``."""
    reader = Reader(cross_encoder=build_cross_encoder(load_settings()))
    ranked: list[Ranked] = []
    for case in cases:
        history = [Turn(role=turn.role, content=turn.content) for turn in case.history]
        started = time.perf_counter()
        asked = stand_alone(case.question, history, searcher, reader)
        passages = searcher.search(asked.text, scope=EVERYWHERE, limit=_READ, around=asked.around)
        if (
            reads and len(searcher.read_mentions(asked.text).groups) < 2
        ):  # things side by side keep their turns
            passages = reader.read(
                asked.focus, passages, searcher.weight, asked.context, closely=CLOSELY
            ).passages
        seconds = time.perf_counter() - started
        found = [Found(file=passage.source, text=passage.chunk.text) for passage in passages]
        ranks = [rank_of(gold, found) or _NEVER for gold in case.evidence]
        ranked.append(Ranked(case, max(ranks, default=_NEVER), seconds))
    return ranked


def share(ranked: Sequence[Ranked], depth: int) -> str:
    """The share of cases with all their evidence in the first ``depth``, in per cent."""
    return f"{100 * sum(one.rank <= depth for one in ranked) / len(ranked):.1f}" if ranked else "–"


def row(name: str, ranked: Sequence[Ranked]) -> str:
    """A line of a table: the share of cases at each depth."""
    return f"| {name} | {len(ranked)} | " + " | ".join(share(ranked, depth) for depth in DEPTHS) + " |"


def header(first: str) -> str:
    """The head of such a table."""
    depths = " | ".join(f"@{depth}" for depth in DEPTHS)
    return f"| {first} | cases | {depths} |\n|---|---:|" + "---:|" * len(DEPTHS)


def print_kinds(ranked: Sequence[Ranked]) -> None:
    """By split, and by kind."""
    typer.echo("## By kind\n\nAll evidence in the first k, in per cent.\n")
    typer.echo(header("kind"))
    for split in (Split.TUNE, Split.REPORT, Split.ALL):
        typer.echo(row(f"**{split.value}**", [one for one in ranked if is_in(one.case.family, split)]))
    for kind in sorted({one.case.kind for one in ranked}):
        typer.echo(row(kind.value, [one for one in ranked if one.case.kind is kind]))


def print_variants(generation: Generation, embedder: Embedder, cases: Sequence[Case]) -> None:
    """What is lost without each part."""
    typer.echo("\n## What each part earns\n\nThe same, leaving out one part at a time.\n")
    typer.echo(header("variant"))
    for name, build in VARIANTS.items():
        typer.echo(row(name, rank_cases(build(generation, embedder), cases)))
    typer.echo(
        row("without the reader's order", rank_cases(Searcher(generation, embedder), cases, reads=False))
    )


def print_without_structure(settings: Settings, embedder: Embedder, cases: Sequence[Case]) -> None:
    """One more row: documents taken for plain text, whose chunks are paragraphs gathered to some size."""

    def read_plainly(document: Document) -> Document:
        start, end = trim(document.text, 0, len(document.text))
        whole = Section(kind=SectionKind.TEXT, label="", title="", start=start, end=end)
        return replace(document, sections=(whole,), parts=())

    typer.echo(row("without structure", _rank_anew(settings, embedder, cases, read_plainly)))


def print_other_model(settings: Settings, cases: Sequence[Case]) -> None:
    """One more row: the embedding of platforms that the built-in model does not exist for."""
    ranked = _rank_anew(settings, UniversalEmbedder(), cases, lambda document: document)
    typer.echo(row("with the embedding of Windows", ranked))


def _rank_anew(
    settings: Settings, embedder: Embedder, cases: Sequence[Case], change: Callable[[Document], Document]
) -> list[Ranked]:
    """The cases in a library of the same documents, read or embedded in another way."""
    with TemporaryDirectory() as data_dir:
        files = [SourceFile(path=path, source=path.name) for path in sorted(settings.seeds_dir.glob("*.txt"))]
        catalog = load_catalog(settings.seeds_dir / CATALOG)

        def read(file: SourceFile) -> Document:
            return change(understand(file.path, file.source, catalog.entry(file.source)))

        ingest(files, data_dir=Path(data_dir), embedder=embedder, understand=read)
        with open_current(Path(data_dir), embedder.model) as generation:
            return rank_cases(Searcher(generation, embedder), cases)


def print_times(ranked: Sequence[Ranked], embedder: Embedder) -> None:
    """The whole way to passages beside the embedding of the question alone."""
    alone: list[float] = []
    for one in ranked:
        started = time.perf_counter()
        embedder.embed_query(one.case.question + " ")  # another text, so that nothing is remembered
        alone.append(time.perf_counter() - started)
    typer.echo("\n## Time\n\nMilliseconds on this machine, one question at a time; trust the ratio.\n")
    typer.echo("| | p50 | p95 |\n|---|---:|---:|")
    for name, seconds in (("question to passages", [one.seconds for one in ranked]), ("embedding", alone)):
        ordered = sorted(seconds)
        p95 = ordered[int(0.95 * (len(ordered) - 1))]
        typer.echo(f"| {name} | {1000 * statistics.median(ordered):.1f} | {1000 * p95:.1f} |")
    ratio = statistics.median(one.seconds for one in ranked) / statistics.median(alone)
    typer.echo(f"| ratio | {ratio:.1f} | |")


def print_lookalikes(
    settings: Settings, embedder: Embedder, small: Searcher, ranked: Sequence[Ranked], copies: int
) -> None:
    """Cases that say by a place what they are about, before and after its look-alikes came in.

    A question that says so by a title alone, or not at all, means any of ten then.
    """
    naming = [one for one in ranked if names_places(one.case.question, small)]
    with TemporaryDirectory() as folder:
        write_lookalikes(small.holdings.documents, Path(folder), copies)
        take_in(settings, [Path(folder)], on_progress=lambda _: None)
        with open_current(settings.data_dir, embedder.model) as generation:
            searcher = Searcher(generation, embedder)
            crowded = rank_cases(searcher, [one.case for one in naming])
            typer.echo(
                f"\n## Among look-alikes\n\n{copies} copies of each document under the names of other places:"
            )
            typer.echo(f"{len(small.holdings.chunks)} chunks become {len(searcher.holdings.chunks)}.\n")
    typer.echo(header("questions that name their places"))
    typer.echo(row("the documents alone", naming))
    typer.echo(row("among look-alikes", crowded))


def names_places(question: str, searcher: Searcher) -> bool:
    """Whether each thing that a question names is told by the name of a place."""
    text, mentions = fold(question), searcher.read_mentions(question)
    by_region = [
        any(name in text for target in group for name in names_of_region(target.head.region))
        for group in mentions.groups
    ]
    return bool(by_region) and all(by_region)


def main(
    copies: Annotated[int, typer.Option(min=0, help="Look-alikes of each document.")] = COPIES,
) -> None:
    """Measure everything over a library of the seeds in a folder of its own, which goes in the end."""
    with TemporaryDirectory() as data_dir:
        chosen = load_settings(data_dir=Path(data_dir))
        embedder = build_embedder(chosen)
        take_in(chosen, [chosen.seeds_dir], on_progress=lambda _: None)
        cases = [case for case in load_cases(SHIPPED_CASES) if case.answerable]
        with open_current(chosen.data_dir, embedder.model) as generation:
            searcher = Searcher(generation, embedder)
            rank_cases(searcher, cases[:5])  # what is loaded at first use is no part of the time
            ranked = rank_cases(searcher, cases)
            print_kinds(ranked)
            print_variants(generation, embedder, cases)
            print_without_structure(chosen, embedder, cases)
            print_other_model(chosen, cases)
            print_times(ranked, embedder)
            if copies:
                print_lookalikes(chosen, embedder, searcher, ranked, copies)


if __name__ == "__main__":
    typer.run(main)
