"""How well replies of chat models are checked: true sentences that are marked, and false ones that pass.

Run by ``python -m eval.benchmark_check [FILE…]``; without files those in ``eval/replies``. Each line is a
reply with the passages that it cites, by quotes from documents of the shipped libraries, and what of it is
wrong. A third, by the hash of its id, is held back: it is counted and never shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import md5
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.checking.support import is_foreign
from assistant.citations import Checker
from assistant.types import Evidence, Outcome, Tongue
from eval.libraries import SHIPPED_LIBRARIES
from vectorstore.catalog import load_catalog
from vectorstore.chunking import is_searched, split, units
from vectorstore.sources import is_document
from vectorstore.text import is_traditional, squeeze
from vectorstore.types import Chunk, Document, Match, Passage
from vectorstore.understand import understand

REPLIES = Path(__file__).with_name("replies")
_FOLDERS = {"seeds": Path("seeds"), "invented": SHIPPED_LIBRARIES / "invented" / "documents"}
_HELD_BACK = 3  # of so many replies one is


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A reply after the check: sentences with what was said against them, and the runs that are wrong.

    ``kept`` is whether all of it was taken as it is.
    """

    id: str
    kind: str
    judged: tuple[tuple[str, str], ...]
    faulty: tuple[str, ...]
    kept: bool

    @property
    def held_back(self) -> bool:
        """Whether it is only counted."""
        return md5(self.id.encode(), usedforsecurity=False).digest()[0] % _HELD_BACK == 0

    @property
    def true(self) -> tuple[tuple[str, str], ...]:
        """The sentences that nothing is wrong with, and what was said against them."""
        return tuple(one for one in self.judged if not any(words in _bare(one[0]) for words in self.faulty))

    @property
    def missed(self) -> tuple[str, ...]:
        """What is wrong and was not marked."""
        marked = [_bare(words) for words, problem in self.judged if problem]
        return tuple(words for words in self.faulty if not any(words in one for one in marked))


def check(reply: Mapping[str, Any]) -> Checked:
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
    )


def passage_of(library: str, document: str, quote: str, rank: int) -> Passage:
    """The passage of a document in which a quote stands."""
    wanted = squeeze(quote)[0]
    for whole, chunk in _chunks(library):
        if whole.source == document and wanted in squeeze(chunk.text)[0]:
            matches = tuple(Match(start=start, end=end, similarity=0.5) for start, end in units(chunk))
            head = whole.head_of(chunk.part)
            return Passage(rank=rank, chunk=chunk, source=whole.source, head=head, matches=matches)
    raise LookupError(f"{document}: {quote}")


def replies_in(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """The replies of JSONL files."""
    for file in files:
        yield from map(json.loads, filter(str.strip, file.read_text(encoding="utf-8").splitlines()))


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
    yield f"{'kind':14}{'replies':>9}{'true marked':>16}{'faults caught':>16}{'kept':>9}"
    for kind in [*dict.fromkeys(one.kind for one in checked), ""]:
        for held_back in (False, True):
            some = [one for one in checked if kind in ("", one.kind) and one.held_back is held_back]
            true = [problem for one in some for _, problem in one.true]
            faults = sum(len(one.faulty) for one in some)
            caught = faults - sum(len(one.missed) for one in some)
            name = f"{kind or 'all'}{' (back)' if held_back else ''}"
            marked = sum(map(bool, true))
            yield (
                f"{name:20}{len(some):>5}{f'{marked}/{len(true)}':>12}{f'{caught}/{faults}':>12}"
                f"{sum(one.kept for one in some):>9}"
            )


def main(
    files: Annotated[list[Path] | None, typer.Argument(help="Replies as JSONL.")] = None,
    *,
    show: Annotated[bool, typer.Option(help="What was judged wrongly, but of those held back.")] = False,
) -> None:
    """Count what the check marks."""
    checked = [check(reply) for reply in replies_in(files or sorted(REPLIES.glob("*.jsonl")))]
    for one in checked if show else ():
        if one.held_back:
            continue
        for words, problem in one.true:
            if problem:
                typer.echo(f"{one.id} {one.kind} marked: {words} | {problem}")
        for words in one.missed:
            typer.echo(f"{one.id} {one.kind} missed: {words}")
    for line in table(checked):
        typer.echo(line)


if __name__ == "__main__":
    typer.run(main)
