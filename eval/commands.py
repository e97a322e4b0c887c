"""The commands below ``policy-assistant eval``. Heavy libraries are loaded inside those that need them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.startup import prepare, start

if TYPE_CHECKING:
    from assistant.settings import Settings
    from eval.baseline import Scores
    from eval.cases import Kind
    from eval.judge import ModelJudge
    from eval.metrics import Metric
    from eval.run import Server
    from eval.splits import Split
    from eval.summary import Summary

eval_commands = typer.Typer(
    invoke_without_command=True, help="用题库评测 Measure against the cases, and compare runs."
)

_Split = Literal["report", "tune", "all"]
_DEFAULT_OUTPUT = Path("eval/results")
_Output = Annotated[Path, typer.Option(help="结果文件夹 Folder of results.")]
_Run = Annotated[
    str, typer.Argument(metavar="RUN", help="结果文件夹、latest 或 baseline Folder, latest or baseline.")
]


@eval_commands.callback()
def evaluate(
    context: typer.Context,
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
    cases: Annotated[Path | None, typer.Option(help="题目文件夹 Folder of cases.")] = None,
    output: _Output = _DEFAULT_OUTPUT,
    resume: Annotated[Path | None, typer.Option(help="接着这次评测 Go on with this run.")] = None,
    failures: Annotated[bool, typer.Option(help="列出未通过的题 Show failing cases.")] = False,
    judge: Annotated[bool, typer.Option(help="另请模型评判 Let the chat model judge too.")] = False,
) -> None:
    """用题库评测 Measure against the cases."""
    if context.invoked_subcommand:
        return
    settings = start()
    from eval.cases import SHIPPED_CASES
    from eval.run import Plan, run_evaluation
    from eval.splits import Split

    plan = Plan(
        cases_dir=cases or SHIPPED_CASES,
        server=_server(url, protocol, model, api_key_env),
        kinds=_kinds(kind or []),
        split=Split(split),
        limit=limit,
        workers=workers,
        output_dir=output,
        resume=resume,
    )
    judging = (
        _open_judge(settings) if judge else None
    )  # before the run: one that can't be had is told at once
    if plan.server is None:
        prepare(settings)
    summary = run_evaluation(settings, plan)
    _show(summary, plan.split, settings, failures=failures)
    if judging:
        _judge(summary, judging, workers)


@eval_commands.command()
def check(
    cases: Annotated[Path | None, typer.Option(help="题目文件夹 Folder of cases.")] = None,
) -> None:
    """核对题库 Prove that the cases are sound."""
    settings = start()
    from eval.cases import SHIPPED_CASES, load_cases
    from eval.check import check_all

    found = load_cases(cases or SHIPPED_CASES)
    problems = check_all(found, settings.seeds_dir, shipped=cases is None)
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
    from eval.compare import compare as compare_runs
    from eval.comparison_tables import print_comparison
    from eval.splits import Split

    metrics = _metrics(settings)
    first, second = (_scores(name, output, metrics) for name in (before, after))
    comparison = compare_runs(first, second, metrics, Split(split))
    print_comparison(comparison, first, second, language=settings.language)
    raise typer.Exit(1 if fail_on_regression and comparison.fails else 0)


@eval_commands.command()
def baseline(run: _Run, output: _Output = _DEFAULT_OUTPUT) -> None:
    """以这次评测为基线 Make a run the baseline."""
    settings = start()
    from eval.baseline import BASELINE, write_baseline
    from eval.storage import find_run

    count = write_baseline(find_run(run, output), _metrics(settings))
    typer.echo(f"✓ {BASELINE.name}: {count}")


@eval_commands.command()
def report(run: _Run, output: _Output = _DEFAULT_OUTPUT) -> None:
    """重写一次评测的汇总和网页 Write summary and page of a run anew, also of an interrupted one."""
    settings = start()
    from eval.run import report_again
    from eval.storage import find_run
    from eval.tables import print_summary

    print_summary(report_again(find_run(run, output), settings), language=settings.language)


def _server(
    url: str | None, protocol: Literal["ours", "openai"] | None, model: str, api_key_env: str | None
) -> Server | None:
    from eval.errors import OptionsInvalid
    from eval.run import Server
    from vectorstore.errors import Message

    if url is None:
        if protocol or model or api_key_env:
            raise OptionsInvalid(
                Message("缺少要评测的服务地址。", "There is no server to measure."),
                Message("请用 --url 指定。", "Name it with --url."),
            )
        return None
    key = os.environ.get(api_key_env, "") if api_key_env else ""
    if api_key_env and not key:
        raise OptionsInvalid(
            Message(f"环境变量 {api_key_env} 没有设置。", f"The variable {api_key_env} is not set."),
            Message("请先设置密钥。", "Set it to the server's key."),
        )
    return Server(url=url, api=protocol, model=model, key=key)


def _kinds(names: list[str]) -> list[Kind]:
    from eval.cases import Kind
    from eval.errors import OptionsInvalid
    from vectorstore.errors import Message

    unknown = [name for name in names if name not in set(Kind)]
    if unknown:
        raise OptionsInvalid(
            Message(f"没有这种题型：{'、'.join(unknown)}。", f"No such kind: {', '.join(unknown)}."),
            Message(f"题型有：{'、'.join(Kind)}。", f"The kinds are: {', '.join(Kind)}."),
        )
    return [Kind(name) for name in names]


def _show(summary: Summary, split: Split, settings: Settings, *, failures: bool) -> None:
    from eval.failures import print_failures
    from eval.splits import Split, is_in
    from eval.tables import print_summary

    if failures:
        # Those of the half that headlines come from stay unread unless asked for by name.
        half = Split.REPORT if split is Split.REPORT else Split.TUNE
        print_failures((r for r in summary.results if is_in(r.case.id, half)), language=settings.language)
    print_summary(summary, language=settings.language)


def _open_judge(settings: Settings) -> ModelJudge:
    from eval.judge import open_judge

    return open_judge(settings)


def _judge(summary: Summary, judge: ModelJudge, workers: int) -> None:
    from eval.cases import SHIPPED_CASES, load_cases
    from eval.judge import judge_results
    from eval.judge_labels import load_labels
    from eval.judge_report import print_judged, write_judged

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


def _metrics(settings: Settings) -> tuple[Metric, ...]:
    from eval.metrics import make_metrics
    from eval.seeds import load_seeds

    return make_metrics(load_seeds(settings.seeds_dir))


def _scores(name: str, output: Path, metrics: tuple[Metric, ...]) -> Scores:
    from eval.baseline import read_baseline, scores_of
    from eval.storage import find_run

    return read_baseline() if name == "baseline" else scores_of(find_run(name, output), metrics)
