"""Prints a comparison: the numbers, then every case that got better or worse, with both answers."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.outcomes.baseline import Scores
from eval.reports.compare import GATED, Comparison, Difference
from eval.reports.tables import percent, span
from vectorstore.errors import Language, Message

_HEADINGS = (
    Message("指标", "metric"),
    Message("前", "before"),
    Message("后", "after"),
    Message("变好（百分点）", "gain, points"),
    Message("95% 区间", "95 % interval"),
    Message("好", "better"),
    Message("坏", "worse"),
    Message("p", "p"),
)
_BEYOND = Message("变差超出误差", "worse beyond the noise")
_COUNTS = (
    ("changed", Message("题目已改，不比较", "cases changed, not compared")),
    ("only_before", Message("只在前者", "only in the first")),
    ("only_after", Message("只在后者", "only in the second")),
    ("new_errors", Message("新出错误", "new errors")),
)


def print_comparison(
    comparison: Comparison,
    before: Scores,
    after: Scores,
    *,
    language: Language = "zh",
    console: Console | None = None,
) -> None:
    """Print the table, what could not be compared, and the changed cases of the gated metrics."""
    console = console or Console()
    console.print(_table(comparison, language))
    for name, said in _COUNTS:
        if ids := getattr(comparison, name):
            line = f"{said.in_language(language)} {len(ids)}: {', '.join(ids[:20])}"
            console.print(line, markup=False, highlight=False)
    for one in comparison.differences:
        if one.metric.name in GATED and (one.worse or one.better):
            console.print(_changes(one, before, after, language))
    for one in comparison.regressions:
        line = f"✗ {one.metric.label.in_language(language)}: {_BEYOND.in_language(language)}"
        console.print(line, markup=False, highlight=False)
    if not comparison.fails:
        good = Message("✓ 没有超出误差的变差。", "✓ Nothing got worse beyond the noise.")
        console.print(good.in_language(language), highlight=False)


def _table(comparison: Comparison, language: Language) -> Table:
    title = f"{comparison.before} → {comparison.after} · {len(comparison.cases)}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0)
    for at, heading in enumerate(_HEADINGS):
        table.add_column(heading.in_language(language), justify="right" if at else "left", overflow="fold")
    for one in comparison.differences:
        mark = " *" if one.beyond_noise else ""
        table.add_row(
            one.metric.label.in_language(language),
            percent(one.before),
            percent(one.after),
            "–" if one.gain is None else f"{100 * one.gain:+.1f}{mark}",
            Text(span(one.interval)),
            str(len(one.better)),
            str(len(one.worse)),
            f"{one.p:.3f}",
            style="red" if one.is_regression else None,
        )
    return table


def _changes(one: Difference, before: Scores, after: Scores, language: Language) -> Table:
    title = one.metric.label.in_language(language)
    table = Table(title=title, title_justify="left", expand=True, show_lines=True)
    for heading in (Message("题", "case"), _HEADINGS[1], _HEADINGS[2]):
        narrow = heading is not _HEADINGS[1] and heading is not _HEADINGS[2]
        table.add_column(heading.in_language(language), ratio=None if narrow else 1)
    for sign, ids in (("−", one.worse), ("+", one.better)):
        for case_id in ids:
            table.add_row(f"{sign} {case_id}", *_answers(case_id, (before, after)))
    return table


def _answers(case_id: str, sides: Sequence[Scores]) -> list[Text]:
    results = [side.cases[case_id].result for side in sides]
    # Text, not strings: an answer is full of square brackets, which rich would take for its markup.
    return [Text(result.reply.answer if result and result.reply else "–") for result in results]
