"""Questions and a library of their documents -> the files that an encoder and a reader are trained on.

Run by ``python -m eval.reading.training.training_data QUESTIONS LIBRARY OUTPUT``; LIBRARY is a data
folder with all documents that the questions name. Written are ``entries.jsonl`` (every chunk,
sentence and cell as it is embedded), ``entries.npy`` (their vectors by the untouched embedding)
and ``questions.jsonl``: of each question the entries that hold its evidence and those that only
look so, what other documents it may be asking about, and the side of the split it is on.
"""

from __future__ import annotations

import json
import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from assistant.build import build_embedder
from assistant.setup.settings import Settings
from eval.questions.splits import Split, split_of
from eval.reading.cases import Question, read_questions
from eval.reading.kin import alike, families, shingles_of
from vectorstore.documents.chunking import embedded_text, embedded_units, entry_id, is_searched, units
from vectorstore.embeddings import Embedder
from vectorstore.library.live import LiveLibrary
from vectorstore.mentions.named import Target
from vectorstore.search.searcher import Searcher
from vectorstore.store.database import Database, text_digest
from vectorstore.text import squeeze
from vectorstore.types import Chunk, Document

ENTRIES, VECTORS, QUESTIONS = "entries.jsonl", "entries.npy", "questions.jsonl"
TRAIN, DEVELOP, ASIDE = "train", "develop", "aside"
_DEVELOP = 0.15  # of the documents
_MOST_NAMED = 40  # documents: a name that more have is no name
_SHARED = 0.5  # of a sentence or of the evidence that the other must hold


@dataclass(frozen=True, slots=True)
class Told:
    """A question with what is known of its answer; entries go by their ids.

    ``text`` has the earlier turns in front. ``near`` are the documents that its words name
    together with its own; nothing else is its own where ``named`` is false, and other
    documents may answer it then. ``side`` is that of its document.
    """

    id: str
    text: str
    kind: str
    document: str
    side: str
    answerable: bool
    evidence: tuple[str, ...]
    units: tuple[str, ...]
    chunks: tuple[str, ...]
    lures: tuple[str, ...]
    lure_chunks: tuple[str, ...]
    named: bool
    near: tuple[str, ...]


class Places:
    """Finds spans of a document in its chunks, sentences and cells."""

    def __init__(self, document: Document, chunks: Sequence[Chunk]) -> None:
        self._squeezed, self._positions = squeeze(document.text)
        self._ranges = list(_entry_ranges(chunks))

    def entries(self, span: str) -> tuple[list[str], list[str]]:
        """Ids of the units and of the chunks that hold a span, wherever it stands; nothing if nowhere."""
        wanted = squeeze(span)[0]
        found: tuple[dict[str, None], dict[str, None]] = ({}, {})
        at = self._squeezed.find(wanted) if wanted else -1
        while at >= 0:
            for is_whole, start, end, entry in self._ranges:
                if self._holds(start, end, at, at + len(wanted)):
                    found[is_whole][entry] = None
            at = self._squeezed.find(wanted, at + 1)
        return list(found[False]), list(found[True])

    def _holds(self, start: int, end: int, first: int, last: int) -> bool:
        """Whether a range of the text has its part of a squeezed span, and no mere edge of it."""
        own_first = bisect_right(self._positions, start - 1)
        own_last = bisect_right(self._positions, end - 1)
        shared = min(own_last, last) - max(own_first, first)
        return shared > 0 and shared >= _SHARED * min(own_last - own_first, last - first)


def _entry_ranges(chunks: Sequence[Chunk]) -> Iterator[tuple[bool, int, int, str]]:
    """Whether it is a chunk, start, end and entry. A chunk of one sentence is its own unit too."""
    for chunk in filter(is_searched, chunks):
        yield True, chunk.start, chunk.end, entry_id(chunk)
        if not embedded_units(chunk):
            yield False, chunk.start, chunk.end, entry_id(chunk)
            continue
        for number, (start, end) in enumerate(units(chunk), start=1):
            yield False, start, end, entry_id(chunk, number)


def split_documents(
    documents: Sequence[Document], kept_out: Sequence[frozenset[int]], seed: int = 0
) -> dict[str, str]:
    """The side of each document by its source: a development set, those alike to ``kept_out``, the rest.

    The development set is drawn from families that lie in the half that figures are reported of.
    """
    texts = {document.source: document.text for document in documents}
    family = families(texts, {document.source: document.head.title for document in documents})
    sides = {s: ASIDE if alike(text, kept_out) else TRAIN for s, text in texts.items()}
    members: dict[str, list[str]] = {}
    for source, first in family.items():
        members.setdefault(first, []).append(source)
    drawn = [some for some in members.values() if all(split_of(s) is Split.REPORT for s in some)]
    random.Random(seed).shuffle(drawn)  # noqa: S311  # the same in every run
    count = 0
    for some in drawn:
        if count >= _DEVELOP * len(texts):
            break
        sides.update({source: DEVELOP for source in some if sides[source] == TRAIN})
        count += len(some)
    return sides


def tell(
    question: Question, places: Places, searcher: Searcher, sources: Mapping[str, str], side: str
) -> Told:
    """A question with its entries; ``sources`` are the sources of documents by id."""
    text = "\n".join([*(turn.content for turn in question.turns), question.question])
    held, held_chunks = _all_entries(places, question.evidence)
    lures, lure_chunks = _all_entries(places, question.distractors)
    near = {sources[target.document_id] for target in _named(searcher, text)}
    named = question.doc in near
    return Told(
        id=question.id,
        text=text,
        kind=question.kind,
        document=question.doc,
        side=side,
        answerable=question.answerable,
        evidence=question.evidence,
        units=tuple(held),
        chunks=tuple(held_chunks),
        lures=tuple(entry for entry in lures if entry not in held),
        lure_chunks=tuple(entry for entry in lure_chunks if entry not in held_chunks),
        named=named,
        near=tuple(sorted(near)) if named else (),
    )


def _named(searcher: Searcher, text: str) -> Iterator[Target]:
    for group in searcher.read_mentions(text).groups:
        if len({target.document_id for target in group}) <= _MOST_NAMED:
            yield from group


def _all_entries(places: Places, spans: Iterable[str]) -> tuple[list[str], list[str]]:
    held: dict[str, None] = {}
    chunks: dict[str, None] = {}
    for span in spans:
        found = places.entries(span)
        held.update(dict.fromkeys(found[0]))
        chunks.update(dict.fromkeys(found[1]))
    return list(held), list(chunks)


def write_entries(database: Database, embedder: Embedder, output: Path) -> None:
    """All that is embedded of a library, with its vectors, in one order."""
    texts: list[str] = []
    with (output / ENTRIES).open("w", encoding="utf-8") as file:
        for document in database.documents():
            for chunk in filter(is_searched, database.chunks(document.id)):
                whole = embedded_text(chunk, document.head_of(chunk.part))
                for number, text in enumerate((whole, *embedded_units(chunk))):
                    row = {"id": entry_id(chunk, number), "document": document.source, "text": text}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    texts.append(text)
    by_digest = {text_digest(text): text for text in texts}
    vectors = database.vectors(embedder.model, by_digest)
    missing = {digest: text for digest, text in by_digest.items() if digest not in vectors}
    made = embedder.embed_documents(list(missing.values()))
    vectors |= {digest: np.asarray(v, np.float32) for digest, v in zip(missing, made, strict=True)}
    np.save(output / VECTORS, np.stack([vectors[text_digest(text)] for text in texts]))


def write_questions(
    questions: Sequence[Question],
    database: Database,
    searcher: Searcher,
    kept_out: Sequence[str],
    output: Path,
) -> dict[str, int]:
    """The questions with their entries; gives how many there are of each sort."""
    documents = {document.source: document for document in database.documents()}
    sides = split_documents(list(documents.values()), [shingles_of(text) for text in kept_out])
    sources = {document.id: document.source for document in documents.values()}
    places: dict[str, Places] = {}
    counts: dict[str, int] = {}
    with (output / QUESTIONS).open("w", encoding="utf-8") as file:
        for question in questions:
            document = documents[question.doc]
            if question.doc not in places:
                places[question.doc] = Places(document, database.chunks(document.id))
            told = tell(question, places[question.doc], searcher, sources, sides[question.doc])
            file.write(json.dumps(asdict(told), ensure_ascii=False) + "\n")
            sort = f"{told.side}, {'answerable' if told.answerable else 'not'}"
            for one in (sort, *(["no evidence found"] if told.answerable and not told.units else [])):
                counts[one] = counts.get(one, 0) + 1
            counts["named"] = counts.get("named", 0) + told.named
    return counts


def main(
    questions_dir: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="Folder of question files.")],
    library: Annotated[Path, typer.Argument(help="Data folder with their documents.")],
    output: Annotated[Path, typer.Argument(help="Folder to write to.")],
    keep_out: Annotated[
        list[Path], typer.Option(help="Data folders; what is alike to a document there is not trained on.")
    ] = [],  # noqa: B006  # typer copies it
) -> None:
    """Write what is trained on."""
    output.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=library, openai_api_key=None, openai_model=None)
    embedder = build_embedder(settings)
    texts = [text for folder in keep_out for text in _texts_of(folder)]
    live = LiveLibrary(library, embedder)
    database = Database(library / "library.sqlite", read_only=True)
    with closing(live), closing(database), live.searcher() as searcher:
        write_entries(database, embedder, output)
        counts = write_questions(read_questions(questions_dir), database, searcher, texts, output)
    typer.echo(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


def _texts_of(folder: Path) -> list[str]:
    with closing(Database(folder / "library.sqlite", read_only=True)) as database:
        return [document.text for document in database.documents()]


if __name__ == "__main__":
    typer.run(main)
