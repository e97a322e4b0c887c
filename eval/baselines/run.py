"""The assistant and the baselines over the same cases, with the same embedding, on the same machine.

Run by ``python -m eval.baselines.run``; the library is built first where it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.console import Console
from rich.progress import track

from assistant.build import build_embedder
from assistant.model.endpoint.llm import build_chat_model
from assistant.setup.settings import Settings
from eval.baselines import bm25, haystack, langchain_tutorial, llama_index, long_context
from eval.baselines.errors import BaselineUnavailable, unknown
from eval.baselines.pipeline import Material, read_texts
from eval.baselines.table import (
    ANSWERS,
    Measured,
    Retrieved,
    answer_table,
    answers_by_kind,
    judge_search,
    retrieval_by_kind,
    retrieval_table,
)
from eval.judging.metrics import Metric, make_metrics
from eval.outcomes.commit import read_commit
from eval.outcomes.runner import Result, run_cases
from eval.outcomes.storage import append_results, create_run_folder
from eval.questions.cases import SHIPPED_CASES, Case, load_cases
from eval.questions.seeds import load_seeds
from eval.systems.inprocess import open_in_process
from eval.systems.systems import System
from vectorstore.errors import Message, StorageUnusable

DEFAULT_OUTPUT = Path("eval/results")
TABLE = "baselines.md"


class Built(System, Protocol):
    """A baseline: a system that says what its numbers depend on."""

    @property
    def packages(self) -> tuple[str, ...]:
        """The distributions that it stands on."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of its numbers must know."""
        ...


BASELINES: dict[str, Callable[[Material], Built]] = {
    langchain_tutorial.NAME: langchain_tutorial.build,
    llama_index.NAME: llama_index.build,
    haystack.NAME: haystack.build,
    bm25.NAME: bm25.build,
    long_context.NAME: long_context.build,
}


def compare(
    *,
    settings: Settings,
    names: Sequence[str] = (),
    cases_dir: Path = SHIPPED_CASES,
    limit: int | None = None,
    output_dir: Path = DEFAULT_OUTPUT,
) -> Path:
    """Measure the assistant and the baselines of ``names``, write the tables, and return their file.

    Without ``names`` all are measured that can be; the others are named below
    the tables with the reason. One case at a time, so that times compare. The
    run's folder has, beside the tables, each system's replies and scores.

    Raises BaselineUnavailable for a named one, CasesInvalid, UnreadableFile,
    StorageUnusable, and what building the assistant and embedding raise.
    """
    cases = load_cases(cases_dir)[:limit]
    metrics = make_metrics(load_seeds(settings.seeds_dir))
    baselines, notes = _build(_gather(settings), names)
    made_with = _describe(settings, len(cases), baselines)
    folder = create_run_folder(output_dir, made_with)
    with open_in_process(settings) as ours:
        measured = measure((ours, *baselines), cases, metrics, folder)
    parts = [
        "; ".join(f"{name}: {value or 'none'}" for name, value in made_with.items()),
        retrieval_table(measured),
        retrieval_by_kind(measured),
        answer_table(measured, [metric for metric in metrics if metric.name in ANSWERS]),
        answers_by_kind(measured, metrics[0]),
        "\n".join(f"- {note}" for note in notes),
    ]
    return _write(folder / TABLE, "\n\n".join(part for part in parts if part))


def _gather(settings: Settings) -> Material:
    return Material(
        texts=read_texts(settings.seeds_dir),
        embedder=build_embedder(settings),
        chat_model=build_chat_model(settings),
    )


def _describe(settings: Settings, cases: int, baselines: Sequence[Built]) -> dict[str, object]:
    """What the numbers depend on."""
    packages = sorted({package for one in baselines for package in one.packages})
    return {
        "commit": read_commit(),
        "cases": cases,
        "chat model": settings.openai_model,
        "embedding": build_embedder(settings).model,
        **{package: version(package) for package in packages},
    }


def _build(material: Material, names: Sequence[str]) -> tuple[list[Built], list[str]]:
    """The baselines, and what is to be said of them; of those not named, only the ones that can be built."""
    built: list[Built] = []
    notes: list[str] = []
    for name in names or BASELINES:
        if name not in BASELINES:
            raise unknown(name, tuple(BASELINES))
        try:
            built.append(BASELINES[name](material))
        except BaselineUnavailable as error:
            if names:
                raise
            notes.append(f"{name} was not run: {error.message.en} {error.hint.en}")
        else:
            notes += [f"{name}: {note}" for note in built[-1].notes]
    return built, notes


def measure(
    systems: Sequence[System], cases: Sequence[Case], metrics: Sequence[Metric], folder: Path
) -> list[Measured]:
    """Ask and search every case; replies go to a folder of each system's name.

    Systems take turns at each case, one at a time: what else the machine does
    slows them all alike. Raises StorageUnusable. What asking raises counts as
    an error of its case.
    """
    asked: dict[str, list[Result]] = {system.name: [] for system in systems}
    for case in track(cases, "", console=Console(stderr=True)):
        for system in systems:
            asked[system.name] += run_cases((case,), system, metrics=metrics, workers=1)
    return [
        Measured(
            name=system.name,
            results=_write_replies(asked[system.name], folder / system.name),
            retrieved=_retrieved(asked[system.name]),
        )
        for system in systems
    ]


def _write_replies(results: Sequence[Result], folder: Path) -> tuple[Result, ...]:
    folder.mkdir()
    return tuple(append_results(results, folder))


def _retrieved(results: Sequence[Result]) -> tuple[Retrieved, ...] | None:
    """What was found for each case with evidence; None of a system that does not show it."""
    shown = tuple(
        judge_search(result.case, result.reply.found)
        for result in results
        if result.reply and result.reply.found is not None and result.case.evidence
    )
    return shown or None


def _write(file: Path, text: str) -> Path:
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageUnusable(
            Message(f"无法写入 {file}（{error.strerror}）。", f"{file} can't be written ({error.strerror})."),
            Message("请用 --output 指定可写的文件夹。", "Name a writable folder with --output."),
        ) from error
    return file


def main(
    name: Annotated[list[str] | None, typer.Option(help="Baselines, repeatable; all without it.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many cases at most.")] = None,
    cases: Annotated[Path, typer.Option(help="Folder of cases.")] = SHIPPED_CASES,
    output: Annotated[Path, typer.Option(help="Folder of results.")] = DEFAULT_OUTPUT,
) -> None:
    """Measure the assistant beside the baselines."""
    from assistant.commands.startup import prepare, start

    settings = start()
    prepare(settings)
    file = compare(settings=settings, names=name or (), cases_dir=cases, limit=limit, output_dir=output)
    typer.echo(file.read_text(encoding="utf-8"))
    typer.echo(f"→ {file}", err=True)


if __name__ == "__main__":
    typer.run(main)
