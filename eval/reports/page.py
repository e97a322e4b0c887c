"""report.html: a run on one page that needs nothing else, with every failure to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.judging.matching import holds, is_cited, labelled, rank_of, scored_part, without_labels
from eval.judging.normalise import normalise
from eval.judging.replies import Reply
from eval.judging.retrieval import DEPTHS
from eval.judging.scores import Metric
from eval.outcomes.runner import Result
from eval.outcomes.storage import PAGE, writing
from eval.outcomes.summary import Part, Summary
from eval.questions.splits import Split, split_of
from eval.reports.failures import failed_metrics
from eval.reports.svg import Bar, Curve, bars, curves, histogram
from eval.reports.tables import COST_COLUMNS, GROUPS, MEMORY, SPLITS, percent, span
from vectorstore.errors import Language, Message

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_BY_KIND = ("facts_complete", "cited_all", "hit_all_5", "refusal_recall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something wanted or got: whether it is good (None: neither), what it is, and a note such as a rank."""

    good: bool | None
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A failing case as the page shows it."""

    result: Result
    split: Split
    failed: tuple[str, ...]
    facts: tuple[Line, ...]
    gold: tuple[Line, ...]
    citations: tuple[Line, ...]


def write_page(summary: Summary, settings: Mapping[str, object], language: Language) -> None:
    """Write the page into the folder of the run. Raises StorageUnusable."""
    with writing(summary.folder):
        (summary.folder / PAGE).write_text(render(summary, settings, language), encoding="utf-8")


def render(summary: Summary, settings: Mapping[str, object], language: Language) -> str:
    """The page; whatever cases, replies and settings say is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals.update(
        say=lambda zh, en: Message(zh, en).in_language(language), percent=percent, span=span
    )
    environment.filters["said"] = lambda message: message.in_language(language)
    failing = [_failing(result) for result in summary.results if failed_metrics(result)]
    headline = summary.headline
    return environment.get_template("report.html").render(
        summary=summary,
        settings=settings,
        language=language,
        groups=GROUPS,
        splits=SPLITS,
        costs=COST_COLUMNS,
        memory=MEMORY,
        plots=_plots(summary, language),
        failing=failing,
        kinds=[row.name for row in headline.kinds],
        failed_names=sorted({name for one in failing for name in one.failed}),
        labels={metric.name: metric.label for metric in summary.metrics},
        # The failures of the half that headlines come from are not for tuning: they show when asked for.
        shown_first=Split.TUNE if Split.TUNE in summary.parts else headline.split,
    )


def _plots(summary: Summary, language: Language) -> list[tuple[str, Markup]]:
    headline = summary.headline
    by_name = {metric.name: metric for metric in summary.metrics}
    plots = []
    for name in _BY_KIND:
        if name in by_name and (rows := _kind_bars(headline, by_name[name])):
            title = by_name[name].label.in_language(language)
            plots.append((title, bars(title, rows)))
    if lines := _hit_curves(headline, language):
        title = Message("前 k 段中的依据", "Evidence in the first k passages").in_language(language)
        plots.append((title, curves(title, DEPTHS, lines)))
    seconds = [result.reply.seconds for result in summary.results if result.reply]
    title = Message("每题耗时（全部题）", "Latency of a case (all cases)").in_language(language)
    return [*plots, (title, histogram(title, seconds, "s"))]


def _kind_bars(part: Part, metric: Metric) -> list[Bar]:
    return [
        Bar(label=row.name, share=score.share, interval=row.intervals[metric.name], of=score.of)
        for row in part.kinds
        if (score := row.scores[metric.name])
    ]


def _hit_curves(part: Part, language: Language) -> list[Curve]:
    found: list[Curve] = []
    for which, label in (("all", Message("全部依据", "all evidence")), ("any", Message("任一依据", "any"))):
        names = [f"hit_{which}_{depth}" for depth in DEPTHS]
        scores = [score for name in names if (score := part.total.scores.get(name))]
        if len(scores) == len(names):
            found.append(
                Curve(
                    label=label.in_language(language),
                    shares=[score.share for score in scores],
                    intervals=[part.total.intervals[name] for name in names],
                )
            )
    return found


def _failing(result: Result) -> Failing:
    case, reply = result.case, result.reply
    return Failing(
        result=result,
        split=split_of(case.family),
        failed=failed_metrics(result),
        facts=_facts(result, reply),
        gold=tuple(
            Line(
                good=is_cited(gold, reply.citations) if reply else None,
                text=f"{gold.file}: {gold.quote}",
                note=_rank(rank_of(gold, reply.found)) if reply and reply.found else "",
            )
            for gold in case.evidence
        ),
        citations=_citations(result, reply) if reply else (),
    )


def _facts(result: Result, reply: Reply | None) -> tuple[Line, ...]:
    case = result.case
    if reply is None:
        return tuple(Line(good=None, text=" / ".join(fact)) for fact in case.facts)
    part, whole = scored_part(case, reply), normalise(without_labels(reply.answer, reply))
    facts = [Line(good=holds(fact, part), text=" / ".join(fact)) for fact in case.facts]
    forbidden = [Line(good=not holds([one], whole), text=f"≠ {one}") for one in case.must_not]
    return (*facts, *forbidden)


def _citations(result: Result, reply: Reply) -> tuple[Line, ...]:
    judged = result.case.answerable
    return tuple(
        Line(
            good=any(is_cited(gold, [one]) for gold in result.case.evidence) if judged else None,
            text=f"{one.file}: {one.quote}",
            note=f"[{label}]",
        )
        for label, one in labelled(reply).items()
    )


def _rank(rank: int | None) -> str:
    return f"@{rank}" if rank else "@–"
