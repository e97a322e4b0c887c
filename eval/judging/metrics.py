"""All metrics, in the order of reports. What they mean is told where their judges are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from eval.documents import NAMES
from eval.judging.attribution import attribution
from eval.judging.judges import (
    citation_precision,
    cited_all,
    cited_any,
    fact_recall,
    facts_complete,
    reason_precision,
    reason_recall,
    refusal_precision,
    refusal_recall,
    refused_answerable,
    said_so,
    verbatim,
    wrong,
)
from eval.judging.matching import holds, is_cited, is_verbatim, scored_part
from eval.judging.normalise import normalise
from eval.judging.retrieval import DEPTHS, hit, reciprocal_rank
from eval.judging.scores import Group, Judge, Metric, Score, total
from eval.questions.cases import Kind
from vectorstore.errors import Message

__all__ = [
    "Judge",
    "Metric",
    "Score",
    "holds",
    "is_cited",
    "is_verbatim",
    "make_metrics",
    "scored_part",
    "total",
]


def make_metrics(seeds: Mapping[str, str], names: Mapping[str, Sequence[str]] = NAMES) -> tuple[Metric, ...]:
    """All metrics; ``seeds`` are the seeds' texts by file name, ``names`` what the files are called."""
    folded = {name: normalise(text) for name, text in seeds.items()}
    return (
        _metric("facts_complete", "事实齐全", "facts complete", facts_complete),
        _metric("fact_recall", "事实召回", "fact recall", fact_recall),
        _metric("wrong", "答错", "wrong", wrong, low_is_good=True),
        _metric("attribution", "归属正确", "right source", partial(attribution, names)),
        _metric("cited_all", "依据全引", "cited all", cited_all),
        _metric("cited_any", "依据有引", "cited any", cited_any),
        _metric("citation_precision", "引文相关", "citation precision", citation_precision, "refusals"),
        _metric("verbatim", "引文逐字", "verbatim", partial(verbatim, folded), "refusals"),
        _metric("refusal_recall", "拒答召回", "refusal recall", refusal_recall, "refusals"),
        _metric("refusal_precision", "拒答准确", "refusal precision", refusal_precision, "refusals"),
        _metric(
            "refused_answerable",
            "误拒",
            "refused, answerable",
            refused_answerable,
            "refusals",
            low_is_good=True,
        ),
        _metric("said_so", "说明没有", "said so", said_so, "refusals"),
        *_reason("redacted", "隐去", "hidden", Kind.REDACTED),
        *_reason("truncated", "残缺", "cut off", Kind.TRUNCATED),
        *_reason("absent", "查无", "absent", None),
        *(_hit("all", depth) for depth in DEPTHS),
        *(_hit("any", depth) for depth in DEPTHS),
        _metric("mrr", "MRR", "MRR", reciprocal_rank, "retrieval"),
    )


def _reason(name: str, zh: str, en: str, kind: Kind | None) -> tuple[Metric, Metric]:
    recall, precision = partial(reason_recall, kind), partial(reason_precision, kind)
    return (
        _metric(f"{name}_recall", f"{zh}召回", f"{en} recall", recall, "reasons"),
        _metric(f"{name}_precision", f"{zh}准确", f"{en} precision", precision, "reasons"),
    )


def _hit(which: str, depth: int) -> Metric:
    judge = partial(hit, depth, all if which == "all" else any)
    zh = f"{'全' if which == 'all' else '有'}@{depth}"
    return _metric(f"hit_{which}_{depth}", zh, f"{which} @{depth}", judge, "retrieval")


def _metric(
    name: str, zh: str, en: str, judge: Judge, group: Group = "facts", *, low_is_good: bool = False
) -> Metric:
    return Metric(name=name, label=Message(zh, en), judge=judge, group=group, low_is_good=low_is_good)
