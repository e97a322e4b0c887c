"""The runner: order, threads, and errors that are never taken for answers."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from assistant.errors import BadQuestion
from eval.errors import NoReply
from eval.judging.metrics import make_metrics
from eval.judging.replies import Found, Reply
from eval.outcomes.runner import run_cases
from eval.outcomes.summary import summarise
from eval.questions.cases import Case
from eval.questions.splits import Split
from tests.eval.examples import TEXTS, Scripted, failing, make_case, perfect_reply, run
from vectorstore.errors import Message


def test_results_come_in_the_order_of_cases_whoever_answers_first() -> None:
    def ask(case: Case) -> Reply:
        time.sleep(0.05 if case.id == "000-001" else 0)
        return perfect_reply(case)

    assert [result.case.id for result in run(ask)] == ["000-001", "000-002", "000-003"]


def test_several_cases_are_asked_at_once() -> None:
    all_here = threading.Barrier(3, timeout=5)

    def ask(case: Case) -> Reply:
        all_here.wait()
        return perfect_reply(case)

    assert all(result.reply for result in run(ask))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NoReply("time-out", Message("太久", "too long")), "time-out"),
        (BadQuestion(Message("空", "empty"), Message("问", "ask")), "bad_question"),
        (KeyError("label"), "KeyError"),
    ],
)
def test_an_error_is_counted_with_its_reason_and_never_as_a_refusal(error: Exception, reason: str) -> None:
    results = run(failing(error))
    assert [result.failure and result.failure.reason for result in results] == [reason] * 3
    summary = summarise(results, make_metrics(TEXTS), Path("run"))
    total = summary.parts[Split.ALL].total
    assert total.errors == 3
    assert summary.error_reasons == {reason: 3}
    assert set(total.scores.values()) == {None}
    assert set(total.intervals.values()) == {None}
    assert total.answer_length is None
    assert total.latency_p95 is None


def test_one_error_leaves_the_other_cases_scored() -> None:
    def ask(case: Case) -> Reply:
        if case.id == "000-002":
            raise NoReply("time-out", Message("太久", "too long"))
        return perfect_reply(case)

    row = summarise(run(ask), make_metrics(TEXTS), Path("run")).parts[Split.ALL].total
    complete = row.scores["facts_complete"]
    assert (row.cases, row.errors) == (3, 1)
    assert complete
    assert (complete.hits, complete.of) == (1, 1)


def test_closing_the_iterator_drops_the_cases_not_asked_yet() -> None:
    asked: list[str] = []

    def ask(case: Case) -> Reply:
        asked.append(case.id)
        time.sleep(0.01)
        return perfect_reply(case)

    cases = tuple(make_case(id=f"000-{n:03}") for n in range(100))
    results = run_cases(cases, Scripted(ask), metrics=(), workers=1)
    for result in results:
        if result.case.id == "000-001":
            break
    results.close()
    assert len(asked) < 10


def test_what_is_found_is_kept_with_the_reply_of_answerable_cases() -> None:
    found = [result.reply and result.reply.found for result in run()]
    assert found[:2] == [
        (Found(file="a.txt", text="甲县建设学校十二所"),),
        (Found(file="a.txt", text="乙县新办幼儿园七所"),),
    ]
    assert found[2] is None


def test_a_search_that_fails_is_an_error_and_leaves_the_answer_scored() -> None:
    def search(case: Case) -> tuple[Found, ...]:
        raise NoReply("time-out", Message("太久", "too long"))

    results = tuple(
        run_cases((make_case(),), Scripted(search=search), metrics=make_metrics(TEXTS), workers=1)
    )
    assert results[0].scores["facts_complete"].hits == 1
    assert "mrr" not in results[0].scores
    summary = summarise(results, make_metrics(TEXTS), Path("run"))
    assert summary.error_reasons == {"search: time-out": 1}
    assert summary.parts[Split.ALL].total.errors == 1
