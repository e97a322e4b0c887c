from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from assistant.errors import BadQuestion
from assistant.settings import Settings
from assistant.types import Outcome
from eval.cases import Case, Kind
from eval.errors import CasesInvalid, NoReply, ServerUnreachable
from eval.failures import failed_metrics, print_failures
from eval.metrics import make_metrics
from eval.replies import Reply
from eval.report import Summary, print_summary, summarise
from eval.run import run_evaluation
from eval.runner import Ask, Result, run_cases
from tests.eval.examples import TEXTS, as_json, make_case, make_reply, perfect_reply, send, serving
from vectorstore.errors import Language, Message, StorageUnusable

CASES = (
    make_case(id="000-001", must_not=("七所",)),
    make_case(
        id="000-002",
        kind=Kind.NUMBER,
        question="乙县？",
        facts=(("七所",),),
        evidence=("乙县新办幼儿园七所",),
    ),
    make_case(id="000-003", kind=Kind.UNANSWERABLE, question="丙县？", answerable=False, evidence=()),
)
BY_QUESTION = {case.question: case for case in CASES}


def run(ask: Ask, cases: tuple[Case, ...] = CASES, *, workers: int = 3) -> tuple[Result, ...]:
    return tuple(run_cases(cases, ask, metrics=make_metrics(TEXTS), workers=workers))


def failing(error: Exception) -> Ask:
    def ask(case: Case) -> Reply:
        raise error

    return ask


def printed(show: Callable[[Console], None], *, width: int = 100) -> str:
    console = Console(file=StringIO(), width=width)
    show(console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


# The runner


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
    assert summary.total.errors == 3
    assert summary.error_reasons == {reason: 3}
    assert set(summary.total.scores.values()) == {None}
    assert summary.total.answer_length is None
    assert summary.total.latency_p95 is None


def test_one_error_leaves_the_other_cases_scored() -> None:
    def ask(case: Case) -> Reply:
        if case.id == "000-002":
            raise NoReply("time-out", Message("太久", "too long"))
        return perfect_reply(case)

    row = summarise(run(ask), make_metrics(TEXTS), Path("run")).total
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
    results = run_cases(cases, ask, metrics=(), workers=1)
    for result in results:
        if result.case.id == "000-001":
            break
    results.close()  # type: ignore[attr-defined]  # an Iterator for callers, a generator in fact
    assert len(asked) < 10


# The summary


def test_a_summary_has_a_row_for_each_kind_in_fixed_order_and_medians_and_latency() -> None:
    def ask(case: Case) -> Reply:
        number = int(case.id[-3:])
        return Reply(answer="字" * number, outcome=Outcome.PARTLY, seconds=number / 100)

    cases = tuple(make_case(id=f"000-{n:03}", kind=Kind.TABLE if n % 2 else Kind.FACT) for n in range(1, 101))
    summary = summarise(run(ask, cases), make_metrics(TEXTS), Path("run"))
    assert [row.name for row in summary.kinds] == ["fact", "table"]
    assert [row.cases for row in summary.kinds] == [50, 50]
    total = summary.total
    assert (total.answer_length, total.latency_p50, total.latency_p95) == (50.5, 0.5, 0.95)


def summary_of(ask: Ask) -> Summary:
    return summarise(run(ask), make_metrics(TEXTS), Path("results/one"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "facts complete,fact recall,wrong,cited all,cited any,verbatim,refusal recall,said so,errors",
        ),
        ("zh", "事实齐全,事实召回,答错,依据全引,依据有引,引文逐字,拒答召回,拒答准确,说明没有,错误,合计"),
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
    assert text.count("100.0") == 21  # five shares in three rows, three in two
    assert "unanswerable" in text


# Failures


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


# The whole run


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "cases").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "seeds" / name).write_text(text, encoding="utf-8")
    lines = "\n".join(case.model_dump_json() for case in CASES)
    (tmp_path / "cases" / "a.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def evaluate(folders: Path, **options: object) -> Summary:
    settings = Settings(seeds_dir=folders / "seeds", openai_api_key=SecretStr("secret-key"))
    with serving(
        lambda body, handler: send(handler, as_json(perfect_reply(BY_QUESTION[str(body["question"])])))
    ) as url:
        return run_evaluation(
            settings=settings,
            cases_dir=folders / "cases",
            output_dir=folders / "results",
            url=url,
            **options,  # type: ignore[arg-type]
        )


def read(path: Path) -> dict[str, object]:
    value: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return value


def without_latency(value: object) -> object:
    if isinstance(value, dict):
        return {k: without_latency(v) for k, v in value.items() if k not in ("latency_seconds", "seconds")}
    return value


def test_a_run_leaves_its_settings_every_case_and_the_summary(folders: Path) -> None:
    summary = evaluate(folders)
    assert sorted(path.name for path in summary.folder.iterdir()) == [
        "cases.jsonl",
        "settings.json",
        "summary.json",
    ]
    settings = read(summary.folder / "settings.json")
    assert (settings["cases"], settings["kinds"], settings["limit"], settings["workers"]) == (3, [], None, 4)
    assert "secret-key" not in (summary.folder / "settings.json").read_text(encoding="utf-8")
    lines = (summary.folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["case"]["id"] for line in lines] == [case.id for case in CASES]
    assert json.loads(lines[0])["scores"]["facts_complete"] == [1, 1]
    total = read(summary.folder / "summary.json")["total"]
    assert isinstance(total, dict)
    assert total["metrics"]["facts_complete"] == {"share": 1.0, "hits": 2, "of": 2}
    assert total["errors"] == 0


def test_two_runs_give_the_same_numbers_in_folders_of_their_own(folders: Path) -> None:
    first, second = evaluate(folders), evaluate(folders, workers=1)
    assert first.folder != second.folder
    one, other = (without_latency(read(run.folder / "summary.json")) for run in (first, second))
    assert one == other


def test_kinds_and_limit_choose_the_first_cases_of_those_kinds(folders: Path) -> None:
    chosen = evaluate(folders, kinds=[Kind.NUMBER, Kind.UNANSWERABLE], limit=1)
    assert [result.case.id for result in chosen.results] == ["000-002"]
    with pytest.raises(CasesInvalid, match="题型有：fact"):
        evaluate(folders, kinds=[Kind.TYPO])


def test_an_output_that_can_not_be_written_is_an_error_that_names_the_option(folders: Path) -> None:
    (folders / "results").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(StorageUnusable, match="--output"):
        evaluate(folders)


def test_a_server_that_is_not_there_leaves_no_run(folders: Path) -> None:
    with pytest.raises(ServerUnreachable):
        run_evaluation(
            settings=Settings(seeds_dir=folders / "seeds"),
            cases_dir=folders / "cases",
            output_dir=folders / "results",
            url="http://127.0.0.1:9",
        )
    assert not (folders / "results").exists()
