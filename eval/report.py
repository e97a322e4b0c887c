"""Sums up results by kind and in total, prints them, and writes them to a folder of their own."""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.cases import Kind
from eval.metrics import Metric, Score, total
from eval.runner import Result
from vectorstore.errors import Language, Message, StorageUnusable

_SECOND_TABLE = "refusal_recall"  # where the columns are cut: two tables fit a terminal, one does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The numbers of one group of results.

    ``scores`` has None for a metric that could judge none of them. The answer
    length is in characters, latency in wall-clock seconds; None without a reply.
    """

    name: str
    cases: int
    errors: int
    scores: Mapping[str, Score | None]
    answer_length: float | None
    latency_p50: float | None
    latency_p95: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run: a row for each kind that it has, the total, and all results in the order of the cases.

    Everything but latency is the same for the same replies. ``folder`` is
    where the run is written.
    """

    metrics: tuple[Metric, ...]
    kinds: tuple[Row, ...]
    total: Row
    error_reasons: Mapping[str, int]
    results: tuple[Result, ...]
    folder: Path


def summarise(results: Sequence[Result], metrics: Sequence[Metric], folder: Path) -> Summary:
    """The summary of ``results``, kinds in the order of Kind; ``folder`` is where the run is written."""
    groups = ((kind, [r for r in results if r.case.kind is kind]) for kind in Kind)
    return Summary(
        metrics=tuple(metrics),
        kinds=tuple(_row(kind.value, group, metrics) for kind, group in groups if group),
        total=_row("total", results, metrics),
        error_reasons=dict(sorted(Counter(r.failure.reason for r in results if r.failure).items())),
        results=tuple(results),
        folder=folder,
    )


def _row(name: str, results: Sequence[Result], metrics: Sequence[Metric]) -> Row:
    replies = [result.reply for result in results if result.reply]
    seconds = sorted(reply.seconds for reply in replies)
    return Row(
        name=name,
        cases=len(results),
        errors=sum(result.failure is not None for result in results),
        scores={
            metric.name: total(r.scores[metric.name] for r in results if metric.name in r.scores)
            for metric in metrics
        },
        answer_length=statistics.median(len(reply.answer) for reply in replies) if replies else None,
        latency_p50=_percentile(seconds, 50),
        latency_p95=_percentile(seconds, 95),
    )


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    # Nearest rank: a latency that was measured, also with few cases.
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None


def print_summary(summary: Summary, *, language: Language = "zh", console: Console | None = None) -> None:
    """Print the numbers of a run: shares in per cent, answer length in characters, latency in seconds."""
    console = console or Console()
    cut = [metric.name for metric in summary.metrics].index(_SECOND_TABLE)
    first = (*_COUNTS, *map(_share_column, summary.metrics[:cut]))
    second = (*map(_share_column, summary.metrics[cut:]), *_COSTS)
    for title, columns in ((_FACTS, first), (_REFUSALS, second)):
        console.print(_table(summary, title, columns, language))
    for reason, count in summary.error_reasons.items():
        console.print(f"{_ERRORS.in_language(language)} {count} × {reason}", markup=False, highlight=False)
    console.print(f"→ {summary.folder}", markup=False, highlight=False)


_Column = tuple[Message, Callable[[Row], str]]

_FACTS = Message("事实与引用（%）", "Facts and citations (%)")
_REFUSALS = Message("拒答（%）、篇幅与耗时", "Refusals (%), length and latency")
_ERRORS = Message("错误", "errors")
_COUNTS: tuple[_Column, ...] = (
    (Message("题数", "cases"), lambda row: str(row.cases)),
    (_ERRORS, lambda row: str(row.errors)),
)
_COSTS: tuple[_Column, ...] = (
    (Message("答案字数", "answer length"), lambda row: _plain(row.answer_length, "g")),
    (Message("耗时 p50", "seconds p50"), lambda row: _plain(row.latency_p50, ".2f")),
    (Message("耗时 p95", "seconds p95"), lambda row: _plain(row.latency_p95, ".2f")),
)


def _share_column(metric: Metric) -> _Column:
    return metric.label, lambda row: _percent(row.scores[metric.name])


def _percent(score: Score | None) -> str:
    return "–" if score is None else f"{100 * score.hits / score.of:.1f}"


def _plain(number: float | None, form: str) -> str:
    return "–" if number is None else format(number, form)


def _table(summary: Summary, title: Message, columns: Sequence[_Column], language: Language) -> Table:
    table = Table(title=title.in_language(language), title_justify="left", box=SIMPLE_HEAD, padding=0)
    table.add_column(Message("题型", "kind").in_language(language), no_wrap=True)
    for heading, _ in columns:
        table.add_column(heading.in_language(language), justify="right", overflow="fold")
    for row in summary.kinds:
        table.add_row(row.name, *(cell(row) for _, cell in columns))
    table.add_section()
    name = Message("合计", "total").in_language(language)
    table.add_row(name, *(cell(summary.total) for _, cell in columns), style="bold")
    return table


def create_run_folder(output_dir: Path, made_with: Mapping[str, object]) -> Path:
    """A new folder under ``output_dir``, named by the time (UTC), with ``settings.json`` in it.

    ``made_with`` is what the numbers of the run depend on. Raises StorageUnusable.
    """
    started = datetime.now(UTC)
    name = started.strftime("%Y%m%d-%H%M%S")
    with _storage(output_dir):
        output_dir.mkdir(parents=True, exist_ok=True)
        taken = {path.name for path in output_dir.iterdir()}
        names = (name, *(f"{name}-{count}" for count in range(2, 1000)))
        folder = output_dir / next(one for one in names if one not in taken)
        folder.mkdir()
    _write_json(folder / "settings.json", {"started": started.isoformat(timespec="seconds"), **made_with})
    return folder


def write_results(results: Iterable[Result], folder: Path) -> Iterator[Result]:
    """Pass ``results`` on, adding each to ``cases.jsonl`` as it comes: a broken run leaves what it has.

    Raises StorageUnusable.
    """
    with _storage(folder), (folder / "cases.jsonl").open("w", encoding="utf-8") as file:
        for result in results:
            file.write(json.dumps(_result_json(result), ensure_ascii=False) + "\n")
            file.flush()
            yield result


def write_summary(summary: Summary) -> None:
    """Write ``summary.json`` into the folder of the run. Raises StorageUnusable."""
    _write_json(
        summary.folder / "summary.json",
        {
            "total": _row_json(summary.total),
            "kinds": {row.name: _row_json(row) for row in summary.kinds},
            "error_reasons": dict(summary.error_reasons),
        },
    )


def _row_json(row: Row) -> dict[str, object]:
    return {
        "cases": row.cases,
        "errors": row.errors,
        "metrics": {
            name: score and {"share": score.hits / score.of, "hits": score.hits, "of": score.of}
            for name, score in row.scores.items()
        },
        "answer_length": row.answer_length,
        "latency_seconds": {"p50": row.latency_p50, "p95": row.latency_p95},
    }


def _result_json(result: Result) -> dict[str, object]:
    return {
        "case": result.case.model_dump(mode="json"),
        "reply": result.reply and asdict(result.reply),
        "failure": result.failure and asdict(result.failure),
        "scores": {name: [score.hits, score.of] for name, score in result.scores.items()},
    }


def _write_json(path: Path, value: Mapping[str, object]) -> None:
    with _storage(path.parent):
        path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnusable(
            Message(
                f"无法把评测结果写入 {folder}（{error.strerror}）。",
                f"The results can't be written to {folder} ({error.strerror}).",
            ),
            Message("请用 --output 指定可写的文件夹。", "Name a writable folder with --output."),
        ) from error
