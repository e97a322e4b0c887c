"""The commands below ``policy-assistant eval``. Heavy libraries are loaded inside those that need them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.commands.startup import start

if TYPE_CHECKING:
    from assistant.setup.settings import Settings
    from eval.judging.metrics import Metric
    from eval.libraries import Library
    from eval.outcomes.baseline import Scores
    from eval.outcomes.summary import Summary
    from eval.questions.splits import Split
    from eval.run import Plan
    from eval.second_opinion.judge import ModelJudge

eval_commands = typer.Typer(
    invoke_without_command=True, help="用题库评测 Measure against the cases, and compare runs."
)

_Split = Literal["report", "tune", "all"]
_DEFAULT_OUTPUT = Path("eval/results")
_Output = Annotated[Path, typer.Option(help="结果文件夹 Folder of results.")]
_Run = Annotated[
    str, typer.Argument(metavar="RUN", help="结果文件夹、latest 或 baseline Folder, latest or baseline.")
]
_Runs = Annotated[list[str], typer.Argument(metavar="RUN…", help="结果文件夹或 latest Folders, or latest.")]
_Documents = Annotated[
    Path | None, typer.Option(help="评测这个文件夹里的文件 Measure on the documents in this folder.")
]
_Library = Annotated[
    Literal["seeds", "invented"] | None, typer.Option(help="自带的文件库 A library that ships; else seeds.")
]
_Cases = Annotated[
    Path | None, typer.Option(help="题目文件或文件夹 File or folder of cases; else the library's.")
]


@eval_commands.callback()
def evaluate(
    context: typer.Context,
    documents: _Documents = None,
    library: _Library = None,
    cases: _Cases = None,
    system: Annotated[
        Literal["ours", "bm25", "nearest"], typer.Option(help="被测系统 The assistant, or a simple system.")
    ] = "ours",
    url: Annotated[str | None, typer.Option(help="评测已启动的服务 Measure the server there.")] = None,
    protocol: Annotated[
        Literal["ours", "openai"] | None, typer.Option(help="服务的接口 The server's API; openai if /v1.")
    ] = None,
    model: Annotated[str, typer.Option(help="OpenAI 兼容服务的模型名 Its model's name.")] = "",
    api_key_env: Annotated[
        str | None, typer.Option(help="存有密钥的环境变量 The environment variable with its key.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="题型，可多次 Kinds of cases, repeatable.")] = None,
    split: Annotated[_Split, typer.Option(help="哪一半 Which half of the cases.")] = "all",
    limit: Annotated[int | None, typer.Option(min=1, help="最多几题 How many cases at most.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="并发数 Cases at once.")] = 4,
    output: _Output = _DEFAULT_OUTPUT,
    resume: Annotated[Path | None, typer.Option(help="接着这次评测 Go on with this run.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="记录提示词和模型的回答 Keep prompts, and the model's replies, there.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="用记录的回答代替模型 Replies from there instead of the model.")
    ] = None,
    failures: Annotated[bool, typer.Option(help="列出未通过的题 Show failing cases.")] = False,
    judge: Annotated[bool, typer.Option(help="另请模型评判 Let the chat model judge too.")] = False,
) -> None:
    """用题库评测 Measure against the cases."""
    if context.invoked_subcommand:
        return
    settings = start()
    from eval.options import choose_library, read_kinds, read_server
    from eval.questions.splits import Split
    from eval.recorded.endpoint import chat_model_from
    from eval.run import Plan

    measured, cases_dir = choose_library(settings, documents, library, cases)
    plan = Plan(
        library=measured,
        cases_dir=cases_dir,
        server=read_server(url, protocol, model, api_key_env, system),
        system=system,
        kinds=read_kinds(kind or []),
        split=Split(split),
        limit=limit,
        workers=workers,
        output_dir=output,
        resume=resume,
    )
    judging = (
        _open_judge(settings) if judge else None
    )  # before the run: one that can't be had is told at once
    with chat_model_from(measured.settings, record=record, replay=replay, url=url) as asked:
        summary = _run(settings, plan, replace(measured, settings=asked))
    _show(summary, plan.split, settings, failures=failures)
    if judging:
        _judge(summary, judging, workers)


def _run(settings: Settings, plan: Plan, library: Library) -> Summary:
    """Take the documents in, unless a server has its own, and measure; told is the model that answered."""
    from eval.libraries import note_folder, take_in_documents
    from eval.run import run_evaluation

    if plan.server is None:
        take_in_documents(library)
    else:
        note_folder(library)
    described = settings.model_copy(update={"openai_model": library.settings.openai_model})
    return run_evaluation(described, replace(plan, library=library))


@eval_commands.command()
def check(documents: _Documents = None, library: _Library = None, cases: _Cases = None) -> None:
    """核对题库 Prove that the cases are sound."""
    settings = start()
    from eval.check import check_all, check_cases
    from eval.libraries import SEEDS, read_material
    from eval.options import choose_library
    from eval.questions.cases import load_cases

    measured, cases_dir = choose_library(settings, documents, library, cases)
    found, texts = load_cases(cases_dir), read_material(measured, as_stored=False).texts
    of_seeds = measured.key == SEEDS
    whole = of_seeds and cases is None
    problems = check_all(found, texts) if whole else check_cases(found, texts, of_seeds=of_seeds)
    for problem in problems:
        typer.echo(f"{problem.level} {problem.case}: {problem.text}")
    errors = sum(problem.level == "error" for problem in problems)
    typer.echo(f"{'✗' if errors else '✓'} {len(found)} · {errors} errors · {len(problems) - errors} warnings")
    raise typer.Exit(1 if errors else 0)


@eval_commands.command()
def compare(
    before: _Run,
    after: _Run,
    split: Annotated[_Split, typer.Option(help="哪一半 Which half of the cases.")] = "all",
    output: _Output = _DEFAULT_OUTPUT,
    fail_on_regression: Annotated[
        bool, typer.Option("--fail-on-regression", help="变差时退出码为 1 Exit with 1 if it got worse.")
    ] = False,
) -> None:
    """比较两次评测 What got better and what worse."""
    settings = start()
    from eval.questions.splits import Split
    from eval.reports.compare import compare as compare_runs
    from eval.reports.comparison_tables import print_comparison

    runs = [name for name in (before, after) if name != "baseline"] or ["baseline"]
    measured, metrics = _measured(runs[-1], output, settings)
    first, second = (_scores(name, output, metrics, measured) for name in (before, after))
    comparison = compare_runs(first, second, metrics, Split(split))
    print_comparison(comparison, first, second, language=settings.language)
    raise typer.Exit(1 if fail_on_regression and comparison.fails else 0)


@eval_commands.command()
def baseline(run: _Run, output: _Output = _DEFAULT_OUTPUT) -> None:
    """以这次评测为基线 Make a run the baseline of its library."""
    settings = start()
    from eval.outcomes.baseline import write_baseline
    from eval.outcomes.storage import find_run

    measured, metrics = _measured(run, output, settings)
    count = write_baseline(find_run(run, output), metrics, measured.baseline)
    typer.echo(f"✓ {measured.baseline}: {count}")


@eval_commands.command()
def tables(runs: _Runs, output: _Output = _DEFAULT_OUTPUT) -> None:
    """并列几次评测 Print runs side by side, as Markdown."""
    settings = start()
    from eval.outcomes.storage import find_run
    from eval.reports.side_by_side import side_by_side

    typer.echo(side_by_side([find_run(run, output) for run in runs], settings.language))


@eval_commands.command()
def report(run: _Run, output: _Output = _DEFAULT_OUTPUT) -> None:
    """重写一次评测的汇总和网页 Write summary and page of a run anew, also of an interrupted one."""
    settings = start()
    from eval.outcomes.storage import find_run
    from eval.reports.tables import print_summary
    from eval.run import report_again

    print_summary(report_again(find_run(run, output), settings), language=settings.language)


def _show(summary: Summary, split: Split, settings: Settings, *, failures: bool) -> None:
    from eval.questions.splits import Split, is_in
    from eval.reports.failures import print_failures
    from eval.reports.tables import print_summary

    if failures:
        # Those of the half that headlines come from stay unread unless asked for by name.
        half = Split.REPORT if split is Split.REPORT else Split.TUNE
        print_failures((r for r in summary.results if is_in(r.case.family, half)), language=settings.language)
    print_summary(summary, language=settings.language)


def _open_judge(settings: Settings) -> ModelJudge:
    from eval.second_opinion.judge import open_judge

    return open_judge(settings)


def _judge(summary: Summary, judge: ModelJudge, workers: int) -> None:
    from eval.questions.cases import SHIPPED_CASES, load_cases
    from eval.second_opinion.judge import judge_results
    from eval.second_opinion.judge_labels import load_labels
    from eval.second_opinion.judge_report import print_judged, write_judged

    judged = judge_results(
        summary.results,
        load_cases(SHIPPED_CASES),
        judge,
        judge.made_with,
        labels=load_labels(),
        workers=workers,
    )
    write_judged(judged, summary.folder)
    print_judged(judged, typer.echo)


def _measured(run: str, output: Path, settings: Settings) -> tuple[Library, tuple[Metric, ...]]:
    """The library that a run measured, and all metrics over it; of the baseline alone the seeds."""
    from eval.libraries import SEEDS, library_of_run, read_material, shipped_library
    from eval.outcomes.storage import find_run, read_settings_of

    if run == "baseline":
        measured = shipped_library(SEEDS, settings)
    else:
        measured = library_of_run(read_settings_of(find_run(run, output)), settings)
    return measured, read_material(measured).metrics


def _scores(name: str, output: Path, metrics: tuple[Metric, ...], measured: Library) -> Scores:
    from eval.outcomes.baseline import read_baseline, scores_of
    from eval.outcomes.storage import find_run

    return (
        read_baseline(measured.baseline) if name == "baseline" else scores_of(find_run(name, output), metrics)
    )
