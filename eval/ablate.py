"""What each part of understanding and choosing earns: ``python -m eval.ablate [DOCUMENTS CASES]``.

Leaves out one part at a time and prints Markdown: what is answered without it, library by library, on the
report half of those that have halves. Answered are facts complete or, where questions have no facts, evidence
cited. A part that earns less than half a point on documents that it was not made on has no reason to stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from unittest.mock import patch

import numpy as np
import typer

from assistant.question.asking import Part
from assistant.reading.features import COLUMN
from assistant.reading.learned import Learned, Scoring, load
from assistant.reading.read import Reading
from assistant.setup.settings import load_settings
from eval.baselines.table import markdown
from eval.judging.metrics import total
from eval.libraries import (
    INVENTED,
    SEEDS,
    Library,
    folder_library,
    library_name,
    note_folder,
    read_material,
    shipped_library,
    take_in_documents,
)
from eval.outcomes.runner import run_cases
from eval.perturbed.perturbations import Perturbation, perturb
from eval.questions.cases import Case, load_cases
from eval.questions.splits import Split, is_in
from eval.systems.inprocess import open_in_process
from vectorstore.mentions.named import Mentions
from vectorstore.types import Passage

_SIGNS = ("figures wanted", "forms wanted", "unit asked", "unit lacking")
_EVERYTHING = "all of it"
Figures = tuple[float, float, float]
Change = tuple[str, Any]  # what is patched, and what stands in its place


def _first(first: object, *_: object, **__: object) -> object:
    return first


def _as_found(reading: Reading) -> tuple[Passage, ...]:
    passages = {span.passage.chunk.id: span.passage for span in reading.spans}
    return tuple(sorted(passages.values(), key=lambda passage: passage.rank))


def _learned(change: Callable[[Learned], Learned]) -> Change:
    return "assistant.reading.read.load", lambda: change(load())


def _without_signs(learned: Learned) -> Learned:
    return _with_scorings(learned, _without_signs_in)


def _without_signs_in(scoring: Scoring) -> Scoring:
    span = scoring.span.copy()
    span[[COLUMN[name] for name in _SIGNS]] = 0.0
    return replace(scoring, span=span)


def _with_scorings(learned: Learned, change: Callable[[Scoring], Scoring]) -> Learned:
    return replace(learned, first=change(learned.first), second=change(learned.second))


def _without_refusing(learned: Learned) -> Learned:
    return _with_scorings(learned, lambda scoring: replace(scoring, refuse_from=2.0))


VARIANTS: Mapping[str, Sequence[Change]] = {
    _EVERYTHING: (),
    "without names": (("vectorstore.mentions.reader.MentionReader.read", lambda *_: Mentions()),),
    "telling what is of others than named": (
        ("assistant.drafting.draft._not_of_others", _first),
        ("assistant.drafting.draft._of_named", _first),
    ),
    "without cutting into parts": (("assistant.drafting.draft.cut", lambda text: (Part(text),)),),
    "without learned worth of words": (
        _learned(lambda one: replace(one, recurs={}, recurs_else=(1.0, 1.0))),
    ),
    "without signs and units": (_learned(_without_signs),),
    "in the order of search": (("assistant.reading.read.Reading.passages", property(_as_found)),),
    "without items of leads": (("assistant.drafting.state._lead_of", lambda *_: None),),
    "without selected rows": (("vectorstore.search.searcher.Searcher.select_rows", lambda *_: None),),
    "without hidden and cut off": (("assistant.drafting.draft.lacks", lambda *_: None),),
    "without refusing by probability": (_learned(_without_refusing),),
}
# What only questions need that are put otherwise: asked so, with it and without it.
DISTURBED: Mapping[str, tuple[Perturbation, Sequence[Change]]] = {
    "mending slips": (Perturbation.TYPOS, (("assistant.question.followup.correct_slips", _first),)),
    "mending what was misheard": (
        Perturbation.HOMOPHONES,
        (("assistant.question.followup.correct_slips", _first),),
    ),
    "taking out courtesies": (
        Perturbation.POLITENESS,
        (("assistant.question.followup.without_courtesies", _first),),
    ),
    "standard question words": (
        Perturbation.DIALECT,
        (("assistant.question.followup.in_standard_words", _first),),
    ),
}


@contextmanager
def changed(changes: Sequence[Change]) -> Iterator[None]:
    """The product with these parts replaced, until the block ends."""
    with ExitStack() as stack:
        for target, stand_in in changes:
            stack.enter_context(patch(target, stand_in))
        yield


def measure(library: Library, cases: Sequence[Case], changes: Sequence[Change]) -> Figures:
    """Facts complete or evidence cited, refusals of what has no answer, refusals of what has, in per cent."""
    metrics = {one.name: one for one in read_material(library).metrics}
    told = "facts_complete" if any(case.facts for case in cases) else "cited_all"
    names = (told, "refusal_recall", "refused_answerable")
    with changed(changes), open_in_process(library.settings) as system:
        results = list(run_cases(cases, system, metrics=[metrics[name] for name in names], workers=1))
    shares = (total([r.scores[name] for r in results if name in r.scores]) for name in names)
    first, second, third = (100 * one.hits / one.of if one and one.of else np.nan for one in shares)
    return first, second, third


def main(
    places: Annotated[
        list[Path] | None, typer.Argument(metavar="[DOCUMENTS CASES]…", help="Other libraries.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Most cases of each library.")] = None,
) -> None:
    """Print the table."""
    settings = load_settings()
    chosen: list[tuple[Library, Split, Path | None]] = [
        (shipped_library(name, settings), Split.REPORT, None) for name in (SEEDS, INVENTED)
    ]
    given = places or []
    for folder, file in zip(given[::2], given[1::2], strict=True):
        chosen.append((folder_library(folder, settings), Split.ALL, file))
    columns: dict[str, dict[str, Figures]] = {}
    otherwise: dict[str, dict[str, tuple[Figures, Figures]]] = {}
    for library, split, path in chosen:
        note_folder(library)
        take_in_documents(library)
        cases = [one for one in load_cases(path or library.cases or Path()) if is_in(one.family, split)]
        name = library_name(library.key)
        otherwise[name] = {what: disturb(library, cases[:limit], *DISTURBED[what]) for what in DISTURBED}
        columns[name] = {what: measure(library, cases[:limit], VARIANTS[what]) for what in VARIANTS}
    typer.echo(table(columns))
    typer.echo()
    typer.echo(table_of_disturbed(otherwise))


def disturb(
    library: Library, cases: Sequence[Case], how: Perturbation, changes: Sequence[Change]
) -> tuple[Figures, Figures]:
    """The figures of the questions put otherwise, with a part of the product and without it."""
    put = [changed_case for case in cases if (changed_case := perturb(case, how))]
    return measure(library, put, ()), measure(library, put, changes)


def table_of_disturbed(columns: Mapping[str, Mapping[str, tuple[Figures, Figures]]]) -> str:
    """A row for each part, with and without it for each library."""
    heads = ["what it does"]
    for name in columns:
        heads += [f"{name}: answered with", "without", "refused of answerable with", "without"]
    rows = [
        [
            what,
            *(
                f"{v:.1f}"
                for c in columns.values()
                for with_, without in [c[what]]
                for v in (with_[0], without[0], with_[2], without[2])
            ),
        ]
        for what in DISTURBED
    ]
    return markdown(heads, rows)


def table(columns: Mapping[str, Mapping[str, Figures]]) -> str:
    """A row for each variant, three numbers for each library."""
    heads = ["variant"]
    for name in columns:
        heads += [f"{name}: answered", "refused of unanswerable", "refused of answerable"]
    rows = [
        [variant, *(f"{value:.1f}" for column in columns.values() for value in column[variant])]
        for variant in VARIANTS
    ]
    return markdown(heads, rows)


if __name__ == "__main__":
    typer.run(main)
