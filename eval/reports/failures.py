"""Shows each failing case with what was wanted beside what came back, for reading."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.judging.matching import holds, is_cited, scored_part
from eval.judging.normalise import normalise
from eval.judging.replies import Reply
from eval.outcomes.runner import Result
from eval.questions.cases import Case, Kind
from vectorstore.errors import Language, Message

# The other metrics only grade what these decide, or are no failure of one answer.
_MUST_PASS = (
    "facts_complete",
    "cited_all",
    "attribution",
    "verbatim",
    "refusal_precision",
    "said_so",
    "redacted_recall",
    "truncated_recall",
    "absent_recall",
)


def failed_metrics(result: Result) -> tuple[str, ...]:
    """The names of the metrics that this result fails; ``error`` where there is no reply."""
    if result.failure:
        return ("error",)
    missed = (name for name in _MUST_PASS if name in result.scores and not _is_full(result, name))
    wrong = result.scores.get("wrong")
    return (*missed, *(("wrong",) if wrong and wrong.hits else ()))


def _is_full(result: Result, name: str) -> bool:
    return result.scores[name].hits == result.scores[name].of


def print_failures(
    results: Iterable[Result],
    kind: Kind | None = None,
    *,
    language: Language = "zh",
    console: Console | None = None,
) -> None:
    """Print every failing case, of one kind or of all, in the order of ``results``."""
    console = console or Console()
    shown = [r for r in results if kind in (None, r.case.kind)]
    failing = [result for result in shown if failed_metrics(result)]
    for result in failing:
        console.print(_table(result, language))
    count = Message(
        f"{len(shown)} 题中 {len(failing)} 题未通过。", f"{len(failing)} of {len(shown)} cases fail."
    )
    console.print(count.in_language(language), highlight=False)


def _table(result: Result, language: Language) -> Table:
    case = result.case
    title = f"{case.id} · {case.kind.value} · {', '.join(failed_metrics(result))}"
    table = Table(title=Text(title), title_justify="left", expand=True, show_lines=True)
    for heading in (Message("应有", "wanted"), Message("实得", "got")):
        table.add_column(heading.in_language(language), ratio=1)
    # Text, not strings: an answer is full of square brackets, which rich would take for its markup.
    if result.reply is None:
        failure = f"{result.failure.reason}: {result.failure.detail}" if result.failure else ""
        table.add_row(Text(_question(case)), Text(failure))
        return table
    table.add_row(Text(_question(case)), Text(result.reply.outcome.value))
    table.add_row(Text(_facts(case, result.reply)), Text(result.reply.answer))
    table.add_row(Text(_gold(case, result.reply)), Text(_citations(result.reply)))
    return table


def _question(case: Case) -> str:
    return "\n".join((*(f"{turn.role}: {turn.content}" for turn in case.history), case.question))


def _facts(case: Case, reply: Reply) -> str:
    text, whole = scored_part(case, reply), normalise(reply.answer)
    lines = [f"{_tick(holds(fact, text))} {' / '.join(fact)}" for fact in case.facts]
    lines += [f"{_tick(not holds([one], whole))} ≠ {one}" for one in case.must_not]
    return "\n".join((*lines, case.says) if case.says else lines)


def _gold(case: Case, reply: Reply) -> str:
    return "\n".join(
        f"{_tick(is_cited(gold, reply.citations))} {gold.file}: {gold.quote}" for gold in case.evidence
    )


def _citations(reply: Reply) -> str:
    return "\n".join(f"[{n}] {one.file}: {one.quote}" for n, one in enumerate(reply.citations, start=1))


def _tick(good: bool) -> str:
    return "✓" if good else "✗"
