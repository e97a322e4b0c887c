"""What is shown of a case that fails."""

from __future__ import annotations

from eval.errors import NoReply
from eval.judging.replies import Reply
from eval.questions.cases import Case, Kind
from eval.reports.failures import failed_metrics, print_failures
from tests.eval.examples import failing, make_reply, perfect_reply, printed, run
from vectorstore.errors import Message


def test_failures_show_question_answer_gold_and_citations_of_failing_cases_only() -> None:
    def ask(case: Case) -> Reply:
        wrong = make_reply("乙县七所[1]。[bold]", quotes=("乙县新办幼儿园七所",))
        return wrong if case.id == "000-001" else perfect_reply(case)

    text = printed(lambda console: print_failures(run(ask), console=console, language="en"), width=200)
    for shown in ("000-001 · fact", "甲县建几所", "✗ 十二所 / 12所", "✗ ≠ 七所", "乙县七所[1]。[bold]"):
        assert shown in text
    assert "✗ a.txt: 甲县建设学校十二所" in text
    assert "[1] a.txt: 乙县新办幼儿园七所" in text
    assert "000-002" not in text
    assert "1 of 3 cases fail." in text


def test_failures_can_be_of_one_kind_and_include_errors() -> None:
    results = run(failing(NoReply("time-out", Message("太久", "too long"))))
    text = printed(lambda console: print_failures(results, Kind.NUMBER, console=console))
    assert "000-002" in text
    assert "time-out: too long" in text
    assert "000-001" not in text


def test_a_perfect_run_has_no_failures() -> None:
    assert [failed_metrics(result) for result in run(perfect_reply)] == [()] * 3
