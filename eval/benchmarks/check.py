"""How well replies of chat models are checked: true sentences that are marked, and false ones that pass.

Run by ``python -m eval.benchmarks.check [FILE…]``; without files those in ``eval/replies``. Each line is a
reply with the passages that it cites, by quotes from documents of the shipped libraries, and what of it is
wrong. Those of files that begin with ``held_back`` are counted and never shown: who changes the check
looks at the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.checking.citations import Checker, Judged
from assistant.checking.support import is_foreign
from assistant.types import Evidence, Outcome, Tongue
from eval.libraries import SHIPPED_LIBRARIES
from vectorstore.documents.catalog import load_catalog
from vectorstore.documents.chunking import is_searched, split, units
from vectorstore.documents.understand import understand
from vectorstore.library.sources import is_document
from vectorstore.text import is_traditional, squeeze
from vectorstore.types import Chunk, Document, Match, Passage

REPLIES = Path(__file__).resolve().parents[1] / "replies"
_FOLDERS = {
    "seeds": Path(__file__).resolve().parents[2] / "seeds",
    "invented": SHIPPED_LIBRARIES / "invented" / "documents",
}
_BEGINNING = 12  # characters of a quote that must stand in one passage
_HELD_BACK = "held_back"  # begins the names of files whose replies are only counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A reply after the check: sentences with what was said against them, and the runs that are wrong.

    ``kept`` is whether all of it was taken as it is.
    """

    id: str
    kind: str
    judged: tuple[Judged, ...]
    faulty: tuple[str, ...]
    kept: bool
    held_back: bool

    @property
    def true(self) -> tuple[Judged, ...]:
        """The sentences that nothing is wrong with, and what was said against them."""
        return tuple(
            one for one in self.judged if not any(words in _bare(one.words) for words in self.faulty)
        )

    @property
    def missed(self) -> tuple[str, ...]:
        """What is wrong and was neither marked nor, where a label is wrong, set right."""
        marked = [
            _bare(one.words)
            for one in self.judged
            if one.problem or (self.kind == "label" and one.relabelled)
        ]
        return tuple(words for words in self.faulty if not any(words in one for one in marked))


def check(reply: Mapping[str, Any], *, held_back: bool = False) -> Checked:
    """Check a reply against the passages that it cites. Raises LookupError where a quote stands nowhere."""
    found = [
        passage_of(reply["library"], source["document"], source["quote"], rank)
        for rank, source in enumerate(reply["sources"], start=1)
    ]
    question = reply["question"]
    tongue: Tongue = "en" if is_foreign(question) else "zh-Hant" if is_traditional(question) else "zh"
    checker = Checker(Evidence(question=question, passages=tuple(found)), tongue, "mark")
    checker.take(reply["reply"])
    checker.rest()
    return Checked(
        id=reply["id"],
        kind=reply["kind"],
        judged=tuple(checker.judged),
        faulty=tuple(map(_bare, reply["faulty"])),
        kept=checker.checked.outcome is Outcome.GROUNDED,
        held_back=held_back,
    )


def passage_of(library: str, document: str, quote: str, rank: int) -> Passage:
    """The passage of a document in which a quote stands, or begins. Raises LookupError."""
    wanted = squeeze(quote)[0][:_BEGINNING]
    for whole, chunk in _chunks(library):
        if whole.source == document and wanted in squeeze(chunk.text)[0]:
            matches = tuple(Match(start=start, end=end, similarity=0.5) for start, end in units(chunk))
            head = whole.head_of(chunk.part)
            return Passage(rank=rank, chunk=chunk, source=whole.source, head=head, matches=matches)
    raise LookupError(f"{document}: {quote}")


def is_held_back(file: Path) -> bool:
    """Whether the replies of a file are only counted."""
    return file.stem.startswith(_HELD_BACK)


def replies_in(file: Path) -> list[dict[str, Any]]:
    """The replies of a JSONL file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


@cache
def _chunks(library: str) -> Sequence[tuple[Document, Chunk]]:
    folder = _FOLDERS[library]
    catalog = load_catalog(folder / "catalog.toml")
    files = (file for file in sorted(folder.iterdir()) if is_document(file.name))
    documents = (understand(file, file.name, catalog.entry(file.name)) for file in files)
    return [(document, chunk) for document in documents for chunk in split(document) if is_searched(chunk)]


def _bare(words: str) -> str:
    return "".join(filter(str.isalnum, squeeze(words)[0]))


def table(checked: Sequence[Checked]) -> Iterator[str]:
    """By kind: true sentences marked, faults caught, replies taken as they are; of both parts."""
    yield f"{'kind':24}{'replies':>7}{'true marked':>12}{'caught':>12}{'kept':>9}"
    for kind in [*dict.fromkeys(one.kind for one in checked), ""]:
        for held_back in (False, True):
            some = [one for one in checked if kind in ("", one.kind) and one.held_back is held_back]
            true = [judged.problem for one in some for judged in one.true]
            faults = sum(len(one.faulty) for one in some)
            caught = faults - sum(len(one.missed) for one in some)
            if not some:
                continue
            name = f"{kind or 'all'}{' (held back)' if held_back else ''}"
            marked = sum(map(bool, true))
            yield (
                f"{name:26}{len(some):>5}{f'{marked}/{len(true)}':>12}{f'{caught}/{faults}':>12}"
                f"{sum(one.kept for one in some):>9}"
            )


def main(
    files: Annotated[list[Path] | None, typer.Argument(help="Replies as JSONL.")] = None,
    *,
    show: Annotated[bool, typer.Option(help="What was judged wrongly, but of those held back.")] = False,
) -> None:
    """Count what the check marks."""
    checked = [
        check(reply, held_back=is_held_back(file))
        for file in files or sorted(REPLIES.glob("*.jsonl"))
        for reply in replies_in(file)
    ]
    for one in checked if show else ():
        if one.held_back:
            continue
        for judged in one.true:
            if judged.problem:
                typer.echo(f"{one.id} {one.kind} marked: {judged.words} | {judged.problem}")
        for words in one.missed:
            typer.echo(f"{one.id} {one.kind} missed: {words}")
    for line in table(checked):
        typer.echo(line)


if __name__ == "__main__":
    typer.run(main)
