"""How the check takes sentences copied from documents: as they stand there, and with another figure.

Run by ``python -m eval.benchmarks.copies FOLDER``: of some documents of the folder some sentences each, drawn
at random and the same at every run. A copy that is marked is a false alarm. One in which a figure is changed
for another of its passage that measures the same should be marked. Of a row of a table the sentence says the
names of row and column, and the figure is of another column or of the row that is cited beside it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from assistant.checking.citations import Checker
from assistant.figures.figures import ITEM, Figure, comparable, read_figures
from assistant.types import Evidence
from vectorstore.documents.chunking import is_searched, split, units
from vectorstore.documents.understand import understand
from vectorstore.library.sources import is_document
from vectorstore.types import Chunk, Document, Match, Passage, name_cell

_DOCUMENTS, _SENTENCES = 100, 15
_LEAST = 12  # characters of a sentence
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SEED = 7


def copies(folder: Path) -> Iterator[tuple[str, str, Sequence[Passage]]]:
    """A sentence as it stands or, where that is empty, a wrong one, and the passage that it cites."""
    draw = random.Random(_SEED)  # noqa: S311 - the same sentences at every run
    for document in _documents(folder, draw):
        chunks = [chunk for chunk in split(document) if is_searched(chunk) and not chunk.cells]
        found = [(words, chunk) for chunk in chunks for words in _sentences(chunk)]
        for words, chunk in draw.sample(found, min(_SENTENCES, len(found))):
            yield words, "", [_passage(document, chunk, 1)]
        changed = [(wrong, chunk) for words, chunk in found if (wrong := exchanged(words, chunk, draw))]
        for wrong, chunk in draw.sample(changed, min(_SENTENCES, len(changed))):
            yield "", wrong, [_passage(document, chunk, 1)]


def exchanged(words: str, chunk: Chunk, draw: random.Random) -> str:
    """A sentence with one figure exchanged for another of its passage and unit; empty where there is none."""
    body = comparable(words)
    told = read_figures(comparable(chunk.text))
    pairs = [(own, one) for own in read_figures(body) for one in told if _rivals(own, one)]
    if not pairs:
        return ""
    own, other = draw.choice(pairs)
    return body[: own.start] + other.text + body[own.start + len(own.text) :]


def row_claims(folder: Path) -> Iterator[tuple[str, str, Sequence[Passage]]]:
    """Of cells of numbers: a true sentence, a wrong one, and the rows that both cite."""
    draw = random.Random(_SEED)  # noqa: S311 - the same sentences at every run
    for document in _documents(folder, draw):
        rows = [chunk for chunk in split(document) if chunk.cells and len(chunk.cells) > 1]
        for one, other in pairwise(rows):
            yield from _claims_of(document, one, other)


def _claims_of(document: Document, one: Chunk, other: Chunk) -> Iterator[tuple[str, str, Sequence[Passage]]]:
    name = name_cell(one.cells)
    passages = [_passage(document, one, 1), _passage(document, other, 2)]
    numbers = [c for c in one.cells if c is not name and c.header and _NUMBER.fullmatch(c.text)]
    others = {c.header: c.text for c in other.cells if _NUMBER.fullmatch(c.text)}
    for number, cell in enumerate(numbers):
        beside = numbers[number - 1].text
        for wrong in (others.get(cell.header, ""), beside):
            own = f"{name.text}的{cell.header}是"
            if wrong and all(wrong != c.text for c in one.cells if c.header == cell.header):
                if wrong != beside and any(wrong == c.text for c in one.cells):
                    continue
                yield f"{own}{cell.text}。", f"{own}{wrong}。", passages


def _rivals(own: Figure, other: Figure) -> bool:
    return own.unit == other.unit not in ("", ITEM) and own.value != other.value


def _sentences(chunk: Chunk) -> Iterator[str]:
    for start, end in units(chunk):
        words = chunk.text[start - chunk.start : end - chunk.start].strip()
        if len(words) >= _LEAST and "\n" not in words:
            yield words


def _documents(folder: Path, draw: random.Random) -> Iterator[Document]:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and is_document(file.name)]
    for file in draw.sample(files, min(_DOCUMENTS, len(files))):
        yield understand(file, file.name, None)


def _passage(document: Document, chunk: Chunk, rank: int) -> Passage:
    matches = tuple(Match(start=start, end=end, similarity=0.5) for start, end in units(chunk))
    head = document.head_of(chunk.part)
    return Passage(rank=rank, chunk=chunk, source=document.source, head=head, matches=matches)


def is_marked(words: str, passages: Sequence[Passage]) -> bool:
    """Whether the check objects to a sentence that cites the passages."""
    checker = Checker(Evidence(question="有什么规定？", passages=tuple(passages)), "zh", "mark")
    checker.take(words + "".join(f"[{passage.rank}]" for passage in passages))
    checker.rest()
    return bool(checker.problems)


def main(
    folder: Annotated[Path, typer.Argument(help="Documents to copy from.")],
    *,
    show: Annotated[bool, typer.Option(help="Print what was judged wrongly.")] = False,
) -> None:
    """Count what of the copies is marked."""
    true, wrong = [], []
    for words, changed, passages in copies(folder):
        if words:
            true.append((words, is_marked(words, passages)))
        else:
            wrong.append((changed, is_marked(changed, passages)))
    rows = [(a, is_marked(a, cited), b, is_marked(b, cited)) for a, b, cited in row_claims(folder)]
    for words, marked in true if show else ():
        if marked:
            typer.echo(f"marked: {words}")
    for words, marked in wrong if show else ():
        if not marked:
            typer.echo(f"missed: {words}")
    for name, marks in (
        ("sentences as they stand, marked", [marked for _, marked in true]),
        ("with another figure of the passage, caught", [marked for _, marked in wrong]),
        ("of a cell as it stands, marked", [row[1] for row in rows]),
        ("of a cell with another's figure, caught", [row[3] for row in rows]),
    ):
        typer.echo(f"{name:46}{sum(marks):>6} of {len(marks)}")


if __name__ == "__main__":
    typer.run(main)
