"""Intervals and splits: the same numbers every time, and as wide as they should be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eval.judging.intervals import (
    by_case,
    by_document,
    case_intervals,
    cluster_of,
    document_intervals,
    interval,
)
from eval.judging.metrics import Score
from eval.questions.cases import SHIPPED_CASES, load_cases
from eval.questions.splits import Split, is_in, split_of
from tests.eval.examples import make_case

IDS = [f"{document:03}-{number:03}" for document in range(5) for number in range(40)]


def scores(*hits: float) -> list[dict[str, Score]]:
    return [{"m": Score(hits=hit)} for hit in hits]


def test_an_interval_by_case_is_as_wide_as_theory_says() -> None:
    hits = [float(at % 4 > 0) for at in range(len(IDS))]
    found = case_intervals(IDS, scores(*hits), ["m"])["m"]
    assert found
    half = 1.96 * math.sqrt(0.75 * 0.25 / len(IDS))
    assert found.low == pytest.approx(0.75 - half, abs=0.015)
    assert found.high == pytest.approx(0.75 + half, abs=0.015)


def test_documents_that_differ_make_the_interval_by_document_the_wider_one() -> None:
    hits = [float(case_id.startswith(("000", "001", "002"))) for case_id in IDS]
    by_cases, by_documents = (
        of(IDS, scores(*hits), ["m"])["m"] for of in (case_intervals, document_intervals)
    )
    assert by_cases
    assert by_documents
    assert by_documents.high - by_documents.low > 4 * (by_cases.high - by_cases.low)


def test_of_few_documents_no_interval_is_given() -> None:
    four = [case_id for case_id in IDS if not case_id.startswith("004")]
    assert document_intervals(four, scores(*[1.0] * len(four)), ["m"]) == {"m": None}
    # What counts is where a metric could judge.
    judged = scores(*[1.0] * len(four)) + [{}] * 40
    assert document_intervals(IDS, judged, ["m"]) == {"m": None}


def test_a_metric_that_judged_nothing_has_no_interval() -> None:
    assert case_intervals(IDS, [{}] * len(IDS), ["m"]) == {"m": None}
    assert case_intervals([], [], ["m"]) == {"m": None}
    assert interval(np.full(3, np.nan)) is None


def test_a_share_of_many_things_weighs_them_and_not_the_cases() -> None:
    found = case_intervals(["000-001"], [{"m": Score(hits=1, of=4)}], ["m"])["m"]
    assert found
    assert (found.low, found.high) == (0.25, 0.25)


def test_the_same_cases_are_always_drawn_alike() -> None:
    assert (by_case(IDS) == by_case(IDS)).all()
    assert (by_document(IDS) == by_document(IDS)).all()


def test_a_document_is_drawn_with_all_its_cases_and_a_case_of_none_alone() -> None:
    ids = ["000-001", "xxx-001", "000-002", "001-001", "xxx-002"]
    drawn = by_document(ids)
    assert (drawn[:, 0] == drawn[:, 2]).all()
    assert (drawn[:, 1] != drawn[:, 4]).any()
    assert (drawn[:, [0, 3]].sum(axis=1) == 2).all()  # two documents of two
    assert (drawn[:, [1, 4]].sum(axis=1) == 2).all()
    assert [cluster_of(one) for one in ids[:2]] == ["000", "xxx-001"]


def test_cases_of_a_group_are_drawn_together_whatever_their_ids() -> None:
    ids = ["L1-1", "000-001", "L1-2", "L2-1"]
    groups = {"L1-1": "a.docx", "L1-2": "b.docx", "000-001": "a.docx"}
    drawn = by_document(ids, groups)
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert (drawn[:, 0] != drawn[:, 2]).any()
    assert cluster_of("L2-1") == "L2-1"  # such an id tells no document
    many = [f"q{number}" for number in range(40)]
    of_five = {one: f"{number % 5}.txt" for number, one in enumerate(many)}
    judged = scores(*[float(number % 3 > 0) for number in range(40)])
    assert document_intervals(many, judged, ["m"]) == {"m": None}
    assert document_intervals(many, judged, ["m"], of_five)["m"]


def test_the_half_of_a_case_is_that_of_its_group_where_it_has_one() -> None:
    cases = [make_case(id=f"q{number}", group="notice.docx") for number in range(20)]
    assert len({split_of(case.family) for case in cases}) == 1
    assert {split_of(case.id) for case in cases} == {Split.TUNE, Split.REPORT}
    assert make_case(id="000-001").family == "000-001"


def test_the_halves_are_fixed_by_the_id_and_balanced() -> None:
    cases = load_cases(SHIPPED_CASES)
    halves = {split: {case.id for case in cases if is_in(case.id, split)} for split in Split}
    assert not halves[Split.TUNE] & halves[Split.REPORT]
    assert halves[Split.TUNE] | halves[Split.REPORT] == halves[Split.ALL]
    assert len(halves[Split.REPORT]) == pytest.approx(len(cases) / 2, rel=0.1)
    # Never to change: numbers of before could not be compared any more.
    assert [split_of(f"000-00{n}").value[0] for n in range(1, 10)] == list("ttrtrtrtr")
    for half in (Split.TUNE, Split.REPORT):
        assert {case.kind for case in cases if case.id in halves[half]} == {case.kind for case in cases}
