"""Comparing runs, and the baseline that is kept with the code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.types import Outcome
from eval.errors import NoReply, RunUnusable
from eval.judging.metrics import Score, make_metrics
from eval.judging.replies import Found, Reply
from eval.outcomes.baseline import BASELINE, Scores, fingerprint, read_baseline, scores_of, write_baseline
from eval.outcomes.runner import run_cases
from eval.outcomes.storage import append_results, create_run_folder
from eval.questions.cases import SHIPPED_CASES, Case, load_cases
from eval.questions.splits import Split, is_in
from eval.reports.compare import GATED, Comparison, compare, sign_test
from eval.reports.comparison_tables import print_comparison
from tests.eval.examples import TEXTS, Scripted, evidence_of, make_case, make_reply, perfect_reply, printed
from vectorstore.errors import Message

METRICS = make_metrics(TEXTS)
CASES = tuple(make_case(id=f"000-{number:03}", must_not=("七所",)) for number in range(1, 41)) + tuple(
    make_case(id=f"001-{number:03}", answerable=False, evidence=()) for number in range(1, 21)
)
Ask = Callable[[Case], Reply]


def record(folder: Path, ask: Ask = perfect_reply, cases: tuple[Case, ...] = CASES) -> Path:
    made = create_run_folder(folder, {"commit": "abc", "settings": {}, "cases": len(cases)})
    for _ in append_results(run_cases(cases, Scripted(ask), metrics=METRICS, workers=1), made):
        pass
    return made


def breaking(broken: Reply, *, count: int, document: str = "000") -> Ask:
    def ask(case: Case) -> Reply:
        hit = case.id.startswith(document) and int(case.id[-3:]) <= count
        return broken if hit else perfect_reply(case)

    return ask


def compared(folder: Path, before: Ask, after: Ask) -> Comparison:
    sides = [scores_of(record(folder, ask), METRICS) for ask in (before, after)]
    return compare(sides[0], sides[1], METRICS)


def regressed(comparison: Comparison) -> set[str]:
    return {one.metric.name for one in comparison.regressions}


def test_the_same_run_twice_differs_in_nothing(tmp_path: Path) -> None:
    found = compared(tmp_path, perfect_reply, perfect_reply)
    assert not found.fails
    assert all(one.gain in (None, 0.0) for one in found.differences)
    assert all(one.p == 1.0 and not one.better and not one.worse for one in found.differences)


@pytest.mark.parametrize(
    ("broken", "document", "names"),
    [
        (make_reply("不知道[1]", quotes=("甲县建设学校十二所",)), "000", {"facts_complete"}),
        (make_reply("十二所"), "000", {"cited_all"}),
        (
            make_reply("十二所[1]和七所", quotes=("甲县建设学校十二所",)),
            "000",
            {"wrong"},
        ),
        (make_reply("达到一定水平"), "001", {"refusal_recall"}),
        (
            make_reply("没有[1]，十二所", quotes=("甲县建设学校十二所",), outcome=Outcome.REFUSED),
            "000",
            {"refusal_precision"},
        ),
    ],
)
def test_what_got_worse_beyond_the_noise_fails_by_its_metric_alone(
    tmp_path: Path, broken: Reply, document: str, names: set[str]
) -> None:
    found = compared(tmp_path, perfect_reply, breaking(broken, count=10, document=document))
    assert regressed(found) == names
    assert names <= set(GATED)
    assert found.fails
    again = compared(tmp_path, breaking(broken, count=10, document=document), perfect_reply)
    assert not again.fails


def test_one_case_that_got_worse_is_within_the_noise(tmp_path: Path) -> None:
    found = compared(tmp_path, perfect_reply, breaking(make_reply("不知道"), count=1))
    facts = next(one for one in found.differences if one.metric.name == "facts_complete")
    assert (facts.worse, facts.better) == (("000-001",), ())
    assert facts.gain == pytest.approx(-1 / 40)
    assert not found.fails


def test_a_case_that_is_an_error_now_fails_and_is_no_worse_answer(tmp_path: Path) -> None:
    def ask(case: Case) -> Reply:
        if case.id == "000-001":
            raise NoReply("time-out", Message("太久", "too long"))
        return perfect_reply(case)

    found = compared(tmp_path, perfect_reply, ask)
    assert found.new_errors == ("000-001",)
    assert len(found.cases) == len(CASES) - 1
    assert not found.regressions
    assert found.fails


def test_cases_that_changed_or_that_one_run_lacks_are_named_and_not_compared(tmp_path: Path) -> None:
    changed = CASES[0].model_copy(update={"question": "甲县办几所？"})
    before = scores_of(record(tmp_path, cases=CASES[:3]), METRICS)
    after = scores_of(record(tmp_path, cases=(changed, *CASES[2:4])), METRICS)
    found = compare(before, after, METRICS)
    assert (found.changed, found.only_before, found.only_after) == (("000-001",), ("000-002",), ("000-004",))
    assert found.cases == ("000-003",)
    assert not found.fails
    nothing = compare(before, Scores(name="other", cases={}), METRICS)
    assert nothing.fails


def test_one_half_can_be_compared_alone(tmp_path: Path) -> None:
    scores = scores_of(record(tmp_path), METRICS)
    found = compare(scores, scores, METRICS, Split.TUNE)
    assert found.cases == tuple(case.id for case in CASES if is_in(case.id, Split.TUNE))


@pytest.mark.parametrize(
    ("better", "worse", "p"), [(0, 0, 1.0), (5, 5, 1.0), (0, 5, 0.0625), (1, 8, 0.0390625)]
)
def test_the_sign_test_is_exact(better: int, worse: int, p: float) -> None:
    assert sign_test(better, worse) == p
    assert sign_test(worse, better) == p


def test_the_printed_comparison_shows_numbers_and_changed_cases_with_both_answers(tmp_path: Path) -> None:
    sides = [
        scores_of(record(tmp_path, ask), METRICS)
        for ask in (perfect_reply, breaking(make_reply("[bold]不知道"), count=9))
    ]
    found = compare(sides[0], sides[1], METRICS)
    text = printed(lambda console: print_comparison(found, *sides, language="en", console=console), width=120)
    for shown in ("facts complete", "-22.5 *", "− 000-001", "[bold]不知道", "十二所[1]"):
        assert shown in text
    assert "✗ facts complete: worse beyond the noise" in text
    same = compare(sides[0], sides[0], METRICS)
    text = printed(lambda console: print_comparison(same, sides[0], sides[0], console=console))
    assert "✓ 没有超出误差的变差。" in text


# The baseline


def test_the_baseline_has_the_scores_of_the_run_it_was_made_of(tmp_path: Path) -> None:
    def ask(case: Case) -> Reply:
        if case.id == "000-002":
            raise NoReply("time-out", Message("太久", "too long"))
        return replace(perfect_reply(case), answer="十二所。七所。")

    folder = record(tmp_path, ask)
    path = tmp_path / "baseline.json"
    assert write_baseline(folder, METRICS, path) == len(CASES)
    kept, run = read_baseline(path), scores_of(folder, METRICS)
    assert {name: (one.fingerprint, one.failed, one.scores) for name, one in kept.cases.items()} == {
        name: (one.fingerprint, one.failed, one.scores) for name, one in run.cases.items()
    }
    assert not compare(kept, run, METRICS).fails


def test_fractions_come_back_from_the_baseline_as_they_were(tmp_path: Path) -> None:
    noise = (Found(file="x.txt", text="别的"),) * 2
    made = create_run_folder(tmp_path, {})
    third = Scripted(search=lambda case: (*noise, *evidence_of(case)))
    for _ in append_results(run_cases(CASES[:1], third, metrics=METRICS, workers=1), made):
        pass
    write_baseline(made, METRICS, tmp_path / "baseline.json")
    assert read_baseline(tmp_path / "baseline.json").cases["000-001"].scores["mrr"] == Score(hits=1 / 3)


def test_a_group_is_in_the_fingerprint_only_where_there_is_one() -> None:
    case = CASES[0]
    assert fingerprint(case) == fingerprint(case.model_copy(update={"group": ""}))
    assert fingerprint(case) != fingerprint(case.model_copy(update={"group": "a.txt"}))


def test_the_baseline_knows_the_half_of_cases_that_name_a_group(tmp_path: Path) -> None:
    cases = tuple(case.model_copy(update={"group": f"{case.id}.txt"}) for case in CASES)
    folder = create_run_folder(tmp_path, {})
    for _ in append_results(run_cases(cases, Scripted(perfect_reply), metrics=METRICS, workers=1), folder):
        pass
    write_baseline(folder, METRICS, tmp_path / "baseline.json")
    kept, made = read_baseline(tmp_path / "baseline.json"), scores_of(folder, METRICS)
    assert {name: one.family for name, one in kept.cases.items()} == {
        case.id: f"{case.id}.txt" for case in cases
    }
    for half in (Split.TUNE, Split.REPORT):
        wanted = tuple(case.id for case in cases if is_in(case.family, half))
        assert compare(kept, made, METRICS, half).cases == wanted


def test_a_baseline_that_is_not_there_is_an_error_that_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(RunUnusable, match="还没有基线") as caught:
        read_baseline(tmp_path / "baseline.json")
    assert "eval baseline" in caught.value.hint.en


@pytest.mark.parametrize(
    "text", ["", "{}", '{"commit": null, "settings": "", "metrics": ["m"], "cases": {"a": "b x y"}}']
)
def test_a_baseline_that_can_not_be_read_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "baseline.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunUnusable):
        read_baseline(tmp_path / "baseline.json")


def test_the_committed_baseline_is_of_the_shipped_cases_as_they_are() -> None:
    kept = {name: one.fingerprint for name, one in read_baseline(BASELINE).cases.items()}
    assert kept == {case.id: fingerprint(case) for case in load_cases(SHIPPED_CASES)}
