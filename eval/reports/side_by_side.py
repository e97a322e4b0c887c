"""Runs side by side as Markdown, to be pasted into documentation: a row for each, a table for each half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.baselines.table import markdown
from eval.libraries import SEEDS, library_name
from eval.outcomes.storage import not_a_run, read_settings_of, read_summary_of
from eval.questions.splits import Split
from eval.reports.tables import SPLITS, plain
from vectorstore.errors import Language, Message

_RUN = Message("文件库 · 系统 · 版本", "library · system · commit")
_CASES = Message("题数", "cases")
_SHARES: Mapping[str, Message] = {
    "facts_complete": Message("事实齐全", "facts complete"),
    "cited_all": Message("依据全引", "all evidence cited"),
    "hit_all_5": Message("全@5", "all@5"),
    "hit_all_10": Message("全@10", "all@10"),
    "refusal_precision": Message("拒答准确", "refusal precision"),
    "refusal_recall": Message("拒答召回", "refusal recall"),
    "refused_answerable": Message("误拒", "refused answerable"),
    "wrong": Message("答错", "wrong"),
}
_CHARACTERS = Message("答案字数", "characters")
_SECONDS = Message("秒", "seconds")
_SHORT = 7  # characters of a commit


def side_by_side(folders: Sequence[Path], language: Language) -> str:
    """Shares in per cent, length and seconds in the middle, of each run, for the report half and for all.

    The numbers are those of the runs' summaries. Raises RunUnusable.
    """
    runs = [(_name(read_settings_of(folder)), _splits(folder)) for folder in folders]
    headings = [one.in_language(language) for one in (_RUN, _CASES, *_SHARES.values(), _CHARACTERS, _SECONDS)]
    tables = []
    for split in (Split.REPORT, Split.ALL):
        rows = [[name, *_numbers(splits.get(split.value))] for name, splits in runs]
        tables.append(f"**{SPLITS[split].in_language(language)}**\n\n{markdown(headings, rows)}")
    return "\n\n".join(tables)


def _splits(folder: Path) -> Mapping[str, Any]:
    splits = read_summary_of(folder).get("splits")
    if not isinstance(splits, dict):
        raise not_a_run(folder, "summary.json")
    return splits


def _name(made_with: Mapping[str, Any]) -> str:
    """What was asked about, what answered, and the commit, with a plus sign if files were changed."""
    server = made_with.get("server") or {}
    system = server.get("model") or server.get("url") or made_with.get("system") or "ours"
    commit = str(made_with.get("commit") or "–")
    changed = "+" if commit.endswith("+") else ""
    return f"{library_name(made_with.get('library') or SEEDS)} · {system} · {commit[:_SHORT]}{changed}"


def _numbers(part: Mapping[str, Any] | None) -> list[str]:
    """The cells of a row after its name; dashes for a half that the run does not have."""
    if part is None:
        return ["–"] * (len(_SHARES) + 3)
    total = part["total"]
    shares = (total["metrics"].get(name) for name in _SHARES)
    return [
        str(total["cases"]),
        *("–" if share is None else f"{100 * share['share']:.1f}" for share in shares),
        plain(total["answer_length"], ",.0f"),
        plain(total["latency_seconds"]["p50"], ".2f"),
    ]
