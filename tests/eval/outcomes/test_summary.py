"""What a run is summed up as, and how that is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.types import Outcome
from eval.errors import NoReply
from eval.judging.metrics import make_metrics
from eval.judging.replies import Reply
from eval.outcomes.summary import Summary, followup_loss, summarise
from eval.questions.cases import Case, HistoryTurn, Kind
from eval.questions.splits import Split, split_of
from eval.reports.tables import print_summary
from tests.eval.examples import CASES, TEXTS, failing, make_case, make_reply, perfect_reply, printed, run
from vectorstore.errors import Language, Message

IDS = [f"000-{number:03}" for number in range(1, 100)]
IN_REPORT = [one for one in IDS if split_of(one) is Split.REPORT][:3]
IN_TUNE = [one for one in IDS if split_of(one) is Split.TUNE][:3]


def test_a_summary_has_a_row_for_each_kind_in_fixed_order_and_medians_and_latency() -> None:
    def ask(case: Case) -> Reply:
        number = int(case.id[-3:])
        return Reply(answer="字" * number, outcome=Outcome.PARTLY, seconds=number / 100)

    cases = tuple(make_case(id=f"000-{n:03}", kind=Kind.TABLE if n % 2 else Kind.FACT) for n in range(1, 101))
    summary = summarise(run(ask, cases), make_metrics(TEXTS), Path("run"))
    part = summary.parts[Split.ALL]
    assert [row.name for row in part.kinds] == ["fact", "table"]
    assert [row.cases for row in part.kinds] == [50, 50]
    total = part.total
    assert (total.answer_length, total.latency_p50, total.latency_p95) == (50.5, 0.5, 0.95)


def summary_of(ask: Callable[[Case], Reply]) -> Summary:
    # One half has all of these cases: a table has one total more than kinds.
    cases = tuple(case.model_copy(update={"id": name}) for case, name in zip(CASES, IN_REPORT, strict=True))
    return summarise(run(ask, cases), make_metrics(TEXTS), Path("results/one"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "facts complete,fact recall,wrong,right source,cited all,cited any,citation precision,verbatim,"
            "refusal recall,said so,hidden recall,cut off,any @10,MRR,errors,report,by document,tokens in",
        ),
        (
            "zh",
            "事实齐全,事实召回,答错,归属正确,依据全引,引文逐字,拒答召回,说明没有,全@1,MRR,错误,报告集,按题",
        ),
    ],
)
def test_the_printed_summary_has_every_number_by_kind_and_in_total(language: Language, words: str) -> None:
    summary = summary_of(perfect_reply)
    text = printed(lambda console: print_summary(summary, language=language, console=console), width=160)
    assert [word for word in words.split(",") if word not in text] == []
    assert [kind for kind in ("fact", "number", "unanswerable") if kind not in text] == []
    assert "100.0" in text
    assert "results/one" in text


def test_the_printed_summary_counts_errors_by_reason_and_leaves_unjudged_numbers_blank() -> None:
    summary = summary_of(failing(NoReply("HTTP 503 [x]", Message("忙", "busy"))))
    text = printed(lambda console: print_summary(summary, language="en", console=console))
    assert "errors 3 × HTTP 503 [x]" in text
    assert "0.0" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_printed_summary_fits_a_terminal_of_eighty_columns(language: Language) -> None:
    summary = summary_of(perfect_reply)
    text = printed(lambda console: print_summary(summary, language=language, console=console), width=80)
    assert "…" not in text
    assert text.count("100.0") > 60
    assert "unanswerable" in text


def test_the_headline_is_the_report_half_whenever_a_run_has_it() -> None:
    def of(ids: list[str]) -> Summary:
        results = run(perfect_reply, tuple(make_case(id=one) for one in ids))
        return summarise(results, make_metrics(TEXTS), Path("run"))

    both = of(IN_TUNE + IN_REPORT[:1])
    assert both.headline.split is Split.REPORT
    assert {split: part.total.cases for split, part in both.parts.items()} == {
        Split.REPORT: 1,
        Split.TUNE: 3,
        Split.ALL: 4,
    }
    assert of(IN_TUNE).headline.split is Split.TUNE


def test_the_loss_of_followups_is_against_plain_cases_of_one_turn() -> None:
    turn = (HistoryTurn(role="user", content="甲县？"),)
    cases = (
        make_case(id="000-001", history=turn, kind=Kind.FOLLOWUP),
        make_case(id="000-002", history=turn, kind=Kind.FOLLOWUP),
        make_case(id="000-003"),
        make_case(id="000-004", kind=Kind.ENGLISH),  # hard for another reason: stands against nothing
    )
    right = {"000-001", "000-003"}
    results = run(lambda case: perfect_reply(case) if case.id in right else make_reply("不知道"), cases)
    loss = followup_loss(results)
    assert loss
    assert (loss.single.share, loss.followup.share, loss.loss) == (1.0, 0.5, 0.5)
    assert loss.interval
    assert loss.interval.low <= 0.5 <= loss.interval.high
    assert followup_loss(results[2:]) is None


def test_a_run_that_is_not_complete_says_so() -> None:
    summary = summarise(run(perfect_reply), make_metrics(TEXTS), Path("run"), planned=9)
    text = printed(lambda console: print_summary(summary, language="en", console=console))
    assert "Not complete: 3 of 9 cases." in text
