"""The baseline: the scores of one run, case by case, small enough to be kept with the code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from eval.errors import RunUnusable
from eval.judging.metrics import Metric, Score
from eval.outcomes.runner import Result
from eval.outcomes.storage import not_a_run, read_results, read_settings_of, writing
from eval.questions.cases import Case
from vectorstore.errors import Message

BASELINE = Path(__file__).resolve().parents[1] / "baseline.json"
_ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a comparison needs of a case: its fingerprint, the scores, and whether it is an error.

    ``family`` is what its half is drawn by.
    """

    fingerprint: str
    family: str
    scores: Mapping[str, Score]
    failed: bool
    result: Result | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """One side of a comparison: its name, and what it gave for each case, by id."""

    name: str
    cases: Mapping[str, Scored]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    commit: str | None
    settings: str
    metrics: tuple[str, ...]
    groups: Mapping[str, str] = {}  # by id: the group of each case that names one
    cases: Mapping[str, str]


def fingerprint(case: Case) -> str:
    """A short name of all that a case says: a case that was changed can't be compared."""
    # Without an empty group, as before cases had groups: their fingerprints stay.
    said = case.model_dump_json(exclude=None if case.group else {"group"})
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def scores_of(folder: Path, metrics: Sequence[Metric]) -> Scores:
    """The scores of the run in ``folder``. Raises RunUnusable."""
    return Scores(name=folder.name, cases={r.case.id: _scored(r) for r in read_results(folder, metrics)})


def _scored(result: Result) -> Scored:
    return Scored(
        fingerprint=fingerprint(result.case),
        family=result.case.family,
        scores=result.scores,
        failed=bool(result.failure or result.search_failure),
        result=result,
    )


def write_baseline(folder: Path, metrics: Sequence[Metric], path: Path = BASELINE) -> int:
    """Make the run in ``folder`` the baseline at ``path``; gives how many cases it has.

    Raises RunUnusable, StorageUnusable.
    """
    settings = read_settings_of(folder)
    names = [metric.name for metric in metrics]
    cases = sorted(scores_of(folder, metrics).cases.items())
    head: dict[str, object] = {
        "commit": settings.get("commit"),
        "settings": hashlib.sha256(json.dumps(settings.get("settings"), sort_keys=True).encode()).hexdigest()[
            :16
        ],
        "metrics": names,
    }
    if groups := {case_id: one.family for case_id, one in cases if one.family != case_id}:
        head["groups"] = groups
    # A line for each case: what a change does to it is one line of a diff.
    lines = [f"{json.dumps(case_id)}: {_line(one, names)}" for case_id, one in cases]
    top = json.dumps(head, ensure_ascii=False)[:-1]
    with writing(path.parent):
        path.write_text(f'{top}, "cases": {{\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")
    return len(cases)


def _line(one: Scored, names: Sequence[str]) -> str:
    words = [_ERROR] if one.failed else [_word(one.scores.get(name)) for name in names]
    return json.dumps(" ".join((one.fingerprint, *words)))


def _word(score: Score | None) -> str:
    """``2/3``; ``1`` for one thing of one; a dash for a metric that could not judge."""
    if score is None:
        return "-"
    hits = int(score.hits) if score.hits == int(score.hits) else score.hits  # whole, or every digit
    return f"{hits}" if score.of == 1 else f"{hits}/{score.of}"


def read_baseline(path: Path = BASELINE) -> Scores:
    """The baseline at ``path``. Raises RunUnusable."""
    if not path.exists():
        raise RunUnusable(
            Message(f"还没有基线 {path}。", f"There is no baseline {path} yet."),
            Message(
                "请用 policy-assistant eval baseline RUN 以一次评测为基线。",
                "Make one of a run with policy-assistant eval baseline RUN.",
            ),
        )
    try:
        body = _Body.model_validate_json(path.read_text(encoding="utf-8"))
        cases = {
            case_id: _read(line, body.metrics, body.groups.get(case_id, case_id))
            for case_id, line in body.cases.items()
        }
    except (OSError, ValueError) as error:  # a ValidationError is a ValueError
        raise not_a_run(path, str(error)) from error
    return Scores(name="baseline", cases=cases)


def _read(line: str, names: Sequence[str], family: str) -> Scored:
    mark, *words = line.split()
    if words == [_ERROR]:
        return Scored(fingerprint=mark, family=family, scores={}, failed=True)
    scores = {name: _score(word) for name, word in zip(names, words, strict=True) if word != "-"}
    return Scored(fingerprint=mark, family=family, scores=scores, failed=False)


def _score(word: str) -> Score:
    hits, _, of = word.partition("/")
    return Score(hits=float(hits), of=int(of or 1))
