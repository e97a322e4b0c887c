"""Prints the numbers of a run: shares in per cent, answer length in characters, latency in seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.judging.intervals import Interval
from eval.judging.metrics import Metric, Score
from eval.judging.scores import Group
from eval.outcomes.summary import Part, Row, Summary
from eval.questions.splits import Split
from vectorstore.errors import Language, Message

ERRORS = Message("错误", "errors")
KIND = Message("题型", "kind")
CASES = Message("题数", "cases")
GROUPS: dict[Group, Message] = {
    "facts": Message("事实与引用（%）", "Facts and citations (%)"),
    "refusals": Message("引文与拒答（%）", "Quotes and refusals (%)"),
    "reasons": Message("拒答的理由（%）", "Reasons of refusals (%)"),
    "retrieval": Message(
        "检索（%）：前 k 段含全部／任一依据", "Retrieval (%): all / any evidence in the first k"
    ),
}
COSTS = Message("篇幅、耗时与用量", "Length, latency and tokens")
MEMORY = Message("内存峰值（整个进程，MiB）", "Peak memory of the whole process, MiB")
SPLITS = {
    Split.REPORT: Message("报告集", "report"),
    Split.TUNE: Message("调试集", "tune"),
    Split.ALL: Message("全部", "all"),
}
BY_CASE, BY_DOCUMENT = Message("按题", "by case"), Message("按文件", "by document")
COST_COLUMNS: tuple[tuple[Message, Callable[[Row], str]], ...] = (
    (Message("答案字数", "answer length"), lambda row: plain(row.answer_length, "g")),
    (Message("秒 p50", "seconds p50"), lambda row: plain(row.latency_p50, ".2f")),
    (Message("秒 p95", "seconds p95"), lambda row: plain(row.latency_p95, ".2f")),
    (Message("输入 token", "tokens in"), lambda row: plain(row.prompt_tokens, ".0f")),
    (Message("输出 token", "tokens out"), lambda row: plain(row.completion_tokens, ".0f")),
)


def print_summary(summary: Summary, *, language: Language = "zh", console: Console | None = None) -> None:
    """Print the tables: the kinds and the total of the headline split with its interval, then the others."""
    console = console or Console()
    for group, title in GROUPS.items():
        metrics = [metric for metric in summary.metrics if metric.group == group]
        console.print(_table(summary, title, metrics, language, counts=group == "facts"))
    console.print(_costs(summary, language))
    lines = (
        _memory_lines(summary, language),
        _loss_lines(summary, language),
        _error_lines(summary, language),
    )
    for line in chain.from_iterable(lines):
        console.print(line, markup=False, highlight=False)
    console.print(f"→ {summary.folder}", markup=False, highlight=False, soft_wrap=True)


def _table(
    summary: Summary, title: Message, metrics: Sequence[Metric], language: Language, *, counts: bool
) -> Table:
    headings = [KIND, *([CASES, ERRORS] if counts else []), *(metric.label for metric in metrics)]
    table = _empty(title, headings, language)
    names = [metric.name for metric in metrics]

    def add(label: str, row: Row, *, bold: bool = False) -> None:
        numbers = [str(row.cases), str(row.errors)] if counts else []
        shares = [percent(row.scores[name]) for name in names]
        table.add_row(label, *numbers, *shares, style="bold" if bold else None)

    headline = summary.headline
    for row in headline.kinds:
        add(row.name, row)
    table.add_section()
    add(SPLITS[headline.split].in_language(language), headline.total, bold=True)
    total = headline.total
    for label, bounds in ((BY_CASE, total.intervals), (BY_DOCUMENT, total.document_intervals)):
        for sign, low in (("≥", True), ("≤", False)):
            cells = [_bound(bounds.get(name), low=low) for name in names]
            table.add_row(
                f"{sign} {label.in_language(language)}", *([""] * len(headings[1 : -len(names)])), *cells
            )
    for part in _others(summary):
        add(SPLITS[part.split].in_language(language), part.total)
    return table


def _costs(summary: Summary, language: Language) -> Table:
    table = _empty(COSTS, [KIND, *(heading for heading, _ in COST_COLUMNS)], language)
    for part in (summary.headline, *_others(summary)):
        label = SPLITS[part.split].in_language(language)
        table.add_row(label, *(cell(part.total) for _, cell in COST_COLUMNS))
    return table


def _empty(title: Message, headings: Sequence[Message], language: Language) -> Table:
    table = Table(title=title.in_language(language), title_justify="left", box=SIMPLE_HEAD, padding=0)
    table.add_column(headings[0].in_language(language), no_wrap=True)
    for heading in headings[1:]:
        table.add_column(heading.in_language(language), justify="right", overflow="fold")
    return table


def _others(summary: Summary) -> list[Part]:
    return [part for part in summary.parts.values() if part is not summary.headline]


def _memory_lines(summary: Summary, language: Language) -> list[str]:
    if summary.peak_memory is None:
        return []
    return [f"{MEMORY.in_language(language)} {summary.peak_memory / 2**20:,.0f}"]


def _loss_lines(summary: Summary, language: Language) -> list[str]:
    loss = summary.headline.followup_loss
    if loss is None:
        return []
    said = Message("追问损失（单轮 − 追问的事实齐全，百分点）", "Follow-up loss, points of facts complete")
    return [
        f"{said.in_language(language)} {100 * loss.loss:.1f} {span(loss.interval)}"
        f" ({100 * loss.single.share:.1f} − {100 * loss.followup.share:.1f})"
    ]


def _error_lines(summary: Summary, language: Language) -> list[str]:
    lines = [f"{ERRORS.in_language(language)} {n} × {reason}" for reason, n in summary.error_reasons.items()]
    asked = len(summary.results)
    if asked < summary.planned:
        said = Message(
            f"未完成：{summary.planned} 题中只有 {asked} 题。",
            f"Not complete: {asked} of {summary.planned} cases.",
        )
        lines.append(said.in_language(language))
    return lines


def percent(score: Score | None) -> str:
    """The share in per cent, or a dash."""
    return "–" if score is None else f"{100 * score.share:.1f}"


def span(interval: Interval | None) -> str:
    """The interval in per cent, in brackets."""
    return "" if interval is None else f"[{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def plain(number: float | None, form: str) -> str:
    """The number, or a dash."""
    return "–" if number is None else format(number, form)


def _bound(interval: Interval | None, *, low: bool) -> str:
    if interval is None:
        return "–"
    return f"{100 * (interval.low if low else interval.high):.1f}"
