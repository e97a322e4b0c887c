"""Questions with passages, cut as the product cuts them, for a model that reads both together.

Run by ``python -m eval.reading.training.examples DATA LIBRARY``; DATA is a folder that training_data and
mine wrote. Writes ``examples.jsonl`` there: each question with the chunks that hold its evidence
and, some three times as many, chunks that do not: those that only look so and those that search
finds. What another document says is no wrong answer for certain unless the question names its own.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.reading.pairs import headings_of, sentence_of
from eval.reading.training.contrast import Asked, Entries
from eval.reading.training.mine import MINED
from eval.reading.training.training_data import QUESTIONS
from vectorstore.documents.chunking import embedded_units, entry_id, units
from vectorstore.store.database import Database
from vectorstore.text import squeeze
from vectorstore.types import Chunk

EXAMPLES = "examples.jsonl"
_HOLDING, _WRONG = 2, 3  # chunks of a question at most that hold its evidence, and that do not
_SEARCHED = 12  # of the passages found, among which wrong ones are drawn


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage; ``labels`` tell which sentences or cells answer, ``over`` stands above them.

    ``spans`` are the number of a sentence and the range of its characters that answer.
    ``sort`` is why the passage was taken: evidence, lure, found (by search, in the same document) or
    elsewhere (in another).
    """

    id: str
    question: str
    over: str
    sentences: tuple[str, ...]
    labels: tuple[int, ...]
    spans: tuple[tuple[int, int, int], ...]
    sort: str
    side: str


class Passages:
    """The chunks of a library as a reader sees them."""

    def __init__(self, database: Database) -> None:
        documents = {document.id: document for document in database.documents()}
        self._chunks = {chunk.id: chunk for chunk in database.chunks()}
        self._documents = {chunk_id: documents[chunk.document_id] for chunk_id, chunk in self._chunks.items()}

    def source(self, chunk_id: str) -> str:
        """The document of a chunk."""
        return self._documents[chunk_id].source

    def example(self, row: Mapping[str, Any], chunk_id: str, sort: str) -> Example:
        """A question, as training_data wrote it, with a chunk."""
        chunk, document = self._chunks[chunk_id], self._documents[chunk_id]
        entries, sentences = zip(*_sentences(chunk), strict=True)
        held = set(row["units"])
        labels = tuple(int(entry in held) for entry in entries)
        evidence = [squeeze(span)[0] for span in row["evidence"]]
        spans = ((at, *_range(sentences[at], evidence)) for at, label in enumerate(labels) if label)
        return Example(
            row["id"],
            row["text"],
            headings_of(document.head_of(chunk.part), chunk.path),
            sentences,
            labels,
            tuple(spans),
            sort,
            row["side"],
        )


def _sentences(chunk: Chunk) -> Iterator[tuple[str, str]]:
    """Entries and words of a chunk's sentences, or of its cells with their headers."""
    first = 1 if embedded_units(chunk) else 0
    for number, (start, end) in enumerate(units(chunk) or ((chunk.start, chunk.end),), start=first):
        yield entry_id(chunk, number), sentence_of(chunk, start, end)


def _range(sentence: str, evidence: Sequence[str]) -> tuple[int, int]:
    """The characters of a sentence that evidence quotes; all of it where the evidence runs beyond it."""
    squeezed, positions = squeeze(sentence)
    for span in evidence:
        at = squeezed.find(span)
        if at >= 0 and span:
            return positions[at], positions[at + len(span) - 1] + 1
    return 0, len(sentence)


class Drawing:
    """Draws the passages of a question."""

    def __init__(self, entries: Entries, passages: Passages, seed: int) -> None:
        self._entries = entries
        self._passages = passages
        self._chance = random.Random(seed)  # noqa: S311  # the same in every run

    def examples(
        self, row: Mapping[str, Any], mined: Sequence[str], unsure: frozenset[str]
    ) -> Iterator[Example]:
        """Those that hold the evidence, and wrong ones: what only looks so first, then what search found."""
        holding = row["chunks"][:_HOLDING]
        for chunk_id in holding:
            yield self._passages.example(row, chunk_id, "evidence")
        known = set(row["chunks"])
        lures = [chunk_id for chunk_id in row["lure_chunks"] if chunk_id not in known]
        own, others = self._wrong(row, mined, known | set(lures), unsure)
        self._chance.shuffle(lures)
        self._chance.shuffle(own)
        self._chance.shuffle(others)
        sorts = [("lure", lures[:1]), ("found", own[:2]), ("elsewhere", others[:1]), ("found", own[2:4])]
        drawn = [(sort, chunk_id) for sort, some in sorts for chunk_id in some]
        for sort, chunk_id in drawn[:_WRONG]:
            yield self._passages.example(row, chunk_id, sort)

    def _wrong(
        self, row: Mapping[str, Any], mined: Sequence[str], known: set[str], unsure: frozenset[str]
    ) -> tuple[list[str], list[str]]:
        """Chunks found in the question's own document, and in others that can't be meant."""
        left = [chunk_id for chunk_id in mined if chunk_id not in known]
        own = [chunk_id for chunk_id in left if self._passages.source(chunk_id) == row["document"]]
        if not row["named"]:
            return own, []
        near = {row["document"], *row["near"]}
        others = [c for c in left if self._passages.source(c) not in near and c not in unsure]
        return own, others


def write(data: Path, library: Path, seed: int = 0) -> dict[str, int]:
    """Write the examples; gives how many there are of each side and sort."""
    entries = Entries(data)
    asked = {side: entries.asked(data, side) for side in ("train", "develop")}
    unsure = {one.id: one for some in asked.values() for one in some}
    mined = {row["id"]: row["chunks"][:_SEARCHED] for row in _lines(data / MINED)}
    counts: dict[str, int] = {}
    with closing(Database(library / "library.sqlite", read_only=True)) as database:
        drawing = Drawing(entries, Passages(database), seed)
        with (data / EXAMPLES).open("w", encoding="utf-8") as file:
            for row in _lines(data / QUESTIONS):
                doubtful = _doubtful(entries, unsure.get(row["id"]), mined[row["id"]])
                if row["side"] == "aside" or (row["answerable"] and not row["units"]):
                    continue
                for example in drawing.examples(row, mined[row["id"]], doubtful):
                    file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
                    name = f"{example.side} {example.sort}"
                    counts[name] = counts.get(name, 0) + 1
    return counts


def _doubtful(entries: Entries, one: Asked | None, mined: Sequence[str]) -> frozenset[str]:
    """Of the chunks found, those that may answer too."""
    if one is None:
        return frozenset()
    numbers = [entries.number[chunk_id] for chunk_id in mined if chunk_id in entries.number]
    return frozenset(entries.ids[at] for at in entries.doubtful(one, numbers))


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main(
    data: Annotated[Path, typer.Argument(help="Folder that training_data and mine wrote.")],
    library: Annotated[Path, typer.Argument(help="Data folder with the documents of the questions.")],
    seed: Annotated[int, typer.Option(help="Of which wrong passages are drawn.")] = 0,
) -> None:
    """Write the examples of a reader."""
    counts = write(data, library, seed)
    typer.echo(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


if __name__ == "__main__":
    typer.run(main)
