"""What is lost where a question is put otherwise: each case against itself, before and after.

Run by ``python -m eval.perturbed.robustness``; the library is built first where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from assistant.build import build_embedder
from assistant.setup.settings import Settings
from eval.baselines.run import DEFAULT_OUTPUT
from eval.baselines.table import markdown, percent
from eval.judging.intervals import by_case, interval, shares
from eval.judging.metrics import Metric, Score, make_metrics, total
from eval.outcomes.commit import read_commit
from eval.outcomes.runner import Result, run_cases
from eval.outcomes.storage import append_results, create_run_folder, writing
from eval.perturbed.perturbations import Perturbation, perturb
from eval.questions.cases import SHIPPED_CASES, Case, Kind, load_cases
from eval.questions.seeds import load_seeds
from eval.systems.inprocess import open_in_process
from eval.systems.systems import System

TABLE = "robustness.md"
UNPERTURBED = "unperturbed"
_FACTS = "facts_complete"
_BESIDE = {"refusal_recall": "refusal recall", "refusal_precision": "refusal precision", "hit_all_5": "all@5"}
_WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """The cases that a perturbation changes, each with its result before and after, in the same order.

    All have a reply both ways; ``errors`` counts the cases that are left out since one way has none.
    """

    name: str
    before: tuple[Result, ...]
    after: tuple[Result, ...]
    errors: int = 0


def measure_robustness(
    *,
    settings: Settings,
    only: Sequence[Perturbation] = (),
    cases_dir: Path = SHIPPED_CASES,
    limit: int | None = None,
    output_dir: Path = DEFAULT_OUTPUT,
) -> Path:
    """Ask all cases as they are and under each perturbation, write the tables, and return their file.

    The run's folder has, beside the tables, the replies and scores of each way of asking.

    Raises CasesInvalid, StorageUnusable, and what building the assistant raises.
    """
    cases = load_cases(cases_dir)[:limit]
    changed = {how: _perturb_all(cases, how) for how in only or Perturbation}
    metrics = make_metrics(load_seeds(settings.seeds_dir))
    made_with = _describe(settings, len(cases))
    folder = create_run_folder(output_dir, made_with)
    with open_in_process(settings) as system:
        before = {
            one.case.id: one for one in _ask_all(cases, system, metrics, folder=folder, name=UNPERTURBED)
        }
        measured = [
            pair(how.value, before, _ask_all(asked, system, metrics, folder=folder, name=how.value))
            for how, asked in changed.items()
        ]
    told = "; ".join(f"{name}: {value or 'none'}" for name, value in made_with.items())
    with writing(folder):
        (folder / TABLE).write_text(
            "\n\n".join((told, robustness_table(measured), loss_by_kind(measured))) + "\n", encoding="utf-8"
        )
    return folder / TABLE


def _perturb_all(cases: Sequence[Case], how: Perturbation) -> list[Case]:
    return [changed for case in cases if (changed := perturb(case, how))]


def _describe(settings: Settings, cases: int) -> dict[str, object]:
    """What the numbers depend on."""
    return {
        "commit": read_commit(),
        "cases": cases,
        "chat model": settings.openai_model,
        "embedding": build_embedder(settings).model,
    }


def _ask_all(
    cases: Sequence[Case], system: System, metrics: Sequence[Metric], *, folder: Path, name: str
) -> list[Result]:
    """The result of each case; what asking raises is its failure. Raises StorageUnusable."""
    place = folder / name.replace(" ", "-").lower()
    with writing(place):
        place.mkdir()
    with closing(run_cases(cases, system, metrics=metrics, workers=_WORKERS)) as asked:
        console = Console(stderr=True)
        return list(track(append_results(asked, place), name, total=len(cases), console=console))


def pair(name: str, before: Mapping[str, Result], after: Sequence[Result]) -> Paired:
    """Each of ``after`` beside the result of the same case in ``before``, which has them all by id."""
    both = [(before[one.case.id], one) for one in after]
    replied = [(one, other) for one, other in both if one.reply and other.reply]
    return Paired(
        name=name,
        before=tuple(one for one, _ in replied),
        after=tuple(other for _, other in replied),
        errors=len(both) - len(replied),
    )


def robustness_table(measured: Sequence[Paired]) -> str:
    """Markdown: each perturbation against the same cases without it, in per cent; the loss in points."""
    headings = ["perturbation", "cases", "errors", "facts complete", "loss in points (95 %)"]
    return markdown([*headings, *_BESIDE.values()], [_row(one) for one in measured])


def _row(one: Paired) -> list[str]:
    facts, *beside = (
        f"{percent(_total(one.before, name))} → {percent(_total(one.after, name))}"
        for name in (_FACTS, *_BESIDE)
    )
    return [one.name, str(len(one.after)), str(one.errors), facts, _loss_with_interval(one), *beside]


def _total(results: Sequence[Result], name: str) -> Score | None:
    return total(one.scores[name] for one in results if name in one.scores)


def _loss(before: Sequence[Result], after: Sequence[Result]) -> float | None:
    """How many points fewer cases have all their facts; below zero where more have."""
    one, other = _total(before, _FACTS), _total(after, _FACTS)
    return 100 * (one.share - other.share) + 0.0 if one and other else None


def _loss_with_interval(one: Paired) -> str:
    loss = _loss(one.before, one.after)
    if loss is None:
        return "–"
    drawn = by_case([result.case.id for result in one.after])
    before, after = (
        shares([result.scores for result in side], [_FACTS], drawn) for side in (one.before, one.after)
    )
    found = interval(100 * (before - after)[:, 0])
    return f"{loss:.1f} ({found.low:.1f} to {found.high:.1f})" if found else f"{loss:.1f}"


def loss_by_kind(measured: Sequence[Paired]) -> str:
    """Markdown: the loss in facts complete by kind of case, in points, with the cases judged behind it."""
    rows: list[list[str]] = []
    for kind in Kind:
        cells = [_loss_of_kind(one, kind) for one in measured]
        if any(cells):
            rows.append([kind.value, *(cell or "–" for cell in cells)])
    return markdown(["loss in facts complete (cases)", *(one.name for one in measured)], rows)


def _loss_of_kind(one: Paired, kind: Kind) -> str | None:
    before, after = (
        [result for result in side if result.case.kind is kind and _FACTS in result.scores]
        for side in (one.before, one.after)
    )
    loss = _loss(before, after)
    return None if loss is None else f"{loss:.1f} ({len(after)})"


def main(
    only: Annotated[
        list[Perturbation] | None, typer.Option(help="One way of asking, repeatable; all without it.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many cases at most.")] = None,
    cases: Annotated[Path, typer.Option(help="Folder of cases.")] = SHIPPED_CASES,
    output: Annotated[Path, typer.Option(help="Folder of results.")] = DEFAULT_OUTPUT,
) -> None:
    """Measure how much worse the assistant answers the same questions put otherwise."""
    from assistant.commands.startup import prepare, start

    settings = start()
    prepare(settings)
    file = measure_robustness(
        settings=settings, only=only or (), cases_dir=cases, limit=limit, output_dir=output
    )
    typer.echo(file.read_text(encoding="utf-8"))
    typer.echo(f"→ {file}", err=True)


if __name__ == "__main__":
    typer.run(main)
