"""A whole run: its folder, its numbers, and how it is interrupted and gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from rich.console import Console

from assistant.setup.settings import Settings
from eval.errors import CasesInvalid, OptionsInvalid, RunUnusable, ServerUnreachable
from eval.judging.replies import Reply
from eval.outcomes.progress import watch
from eval.outcomes.storage import find_run
from eval.outcomes.summary import Summary
from eval.questions.cases import Case, Kind
from eval.questions.splits import Split, split_of
from eval.run import Plan, Server, report_again, run_evaluation
from tests.eval.examples import CASES, TEXTS, Scripted, as_json, failing, perfect_reply, run, send, serving
from vectorstore.errors import StorageUnusable

BY_QUESTION = {case.question: case for case in CASES}


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "cases").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "seeds" / name).write_text(text, encoding="utf-8")
    lines = "\n".join(case.model_dump_json() for case in CASES)
    (tmp_path / "cases" / "a.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def settings_of(folders: Path) -> Settings:
    return Settings(seeds_dir=folders / "seeds", openai_api_key=SecretStr("secret-key"))


def evaluate(folders: Path, *, ask: Callable[[Case], Reply] = perfect_reply, **options: object) -> Summary:
    plan = Plan(
        cases_dir=folders / "cases",
        output_dir=folders / "results",
        **options,  # type: ignore[arg-type]
    )
    return run_evaluation(settings_of(folders), plan, open_system=lambda: nullcontext(Scripted(ask)))


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
        "report.html",
        "settings.json",
        "summary.json",
    ]
    settings = read(summary.folder / "settings.json")
    assert (settings["cases"], settings["kinds"], settings["limit"], settings["workers"]) == (3, [], None, 4)
    assert "secret-key" not in (summary.folder / "settings.json").read_text(encoding="utf-8")
    lines = (summary.folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["case"]["id"] for line in lines] == [case.id for case in CASES]
    assert json.loads(lines[0])["scores"]["facts_complete"] == [1, 1]
    numbers: Any = read(summary.folder / "summary.json")
    assert (numbers["planned"], numbers["complete"]) == (3, True)
    total = numbers["splits"]["all"]["total"]
    complete = total["metrics"]["facts_complete"]
    assert complete == {"share": 1.0, "hits": 2, "of": 2, "interval_by_case": [1.0, 1.0]}
    assert total["errors"] == 0


def test_two_runs_give_the_same_numbers_in_folders_of_their_own(folders: Path) -> None:
    first, second = evaluate(folders), evaluate(folders, workers=1)
    assert first.folder != second.folder
    one, other = (without_latency(read(each.folder / "summary.json")) for each in (first, second))
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


def test_a_server_is_measured_by_its_address(folders: Path) -> None:
    with serving(
        lambda body, handler: send(handler, as_json(perfect_reply(BY_QUESTION[str(body["question"])])))
    ) as url:
        plan = Plan(cases_dir=folders / "cases", output_dir=folders / "results", server=Server(url=url))
        summary = run_evaluation(settings_of(folders), plan)
    assert [bool(result.reply) for result in summary.results] == [True] * 3
    assert read(summary.folder / "settings.json")["settings"] is None


def test_a_name_and_password_in_an_address_are_written_nowhere(folders: Path) -> None:
    summary = evaluate(folders, server=Server(url="http://me:secret@host:1/v1", model="m"))
    assert read(summary.folder / "settings.json")["server"] == {
        "url": "http://host:1/v1",
        "api": "openai",
        "model": "m",
    }
    assert not [path for path in summary.folder.iterdir() if "secret@" in path.read_text(encoding="utf-8")]


def test_a_server_that_is_not_there_leaves_no_run(folders: Path) -> None:
    plan = Plan(
        cases_dir=folders / "cases",
        output_dir=folders / "results",
        server=Server(url="http://127.0.0.1:9", key="very-secret"),
    )
    with pytest.raises(ServerUnreachable):
        run_evaluation(settings_of(folders), plan)
    with pytest.raises(OptionsInvalid, match="--model"):
        run_evaluation(settings_of(folders), replace(plan, server=Server(url="http://127.0.0.1:9/v1")))
    assert not (folders / "results").exists()


def test_one_half_can_be_asked_alone(folders: Path) -> None:
    half = split_of("000-001")
    summary = evaluate(folders, split=half)
    assert "000-001" in [result.case.id for result in summary.results]
    assert {split_of(result.case.id) for result in summary.results} == {half}
    assert set(summary.parts) == {half, Split.ALL}


def test_lines_that_are_no_case_are_told_and_counted_and_the_others_scored(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = CASES[0].model_copy(update={"question": "甲县？"}).model_dump_json()
    (folders / "cases" / "b.jsonl").write_text("{garbage\n" + again, encoding="utf-8")
    summary = evaluate(folders)
    assert [result.case.id for result in summary.results] == [case.id for case in CASES]
    assert summary.results[0].case.question == "甲县建几所？"
    assert summary.error_reasons == {"malformed case": 2}
    assert summary.parts[Split.ALL].total.scores["refusal_recall"] is not None
    told = capsys.readouterr().err
    assert "b.jsonl:1" in told
    assert "000-001: 2 cases have this id" in told


# The progress bar


def test_the_progress_bar_shows_how_many_how_fast_how_long_still_and_what_failed() -> None:
    results = run(failing(TimeoutError()), CASES[:2])
    console = Console(file=StringIO(), force_terminal=True, width=100)
    assert len(list(watch(results, done=1, planned=3, console=console))) == 2
    assert isinstance(console.file, StringIO)
    shown = console.file.getvalue()
    assert "3/3" in shown
    assert "/s" in shown
    assert "0:00:00" in shown
    assert "✗ 2" in shown


# Interrupted, and gone on with


def interrupted_after(count: int) -> Callable[[Case], Reply]:
    left = iter(range(count))

    def ask(case: Case) -> Reply:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return perfect_reply(case)

    return ask


def interrupt(folders: Path, count: int) -> Path:
    with pytest.raises(KeyboardInterrupt):
        evaluate(folders, ask=interrupted_after(count), workers=1)
    return next((folders / "results").iterdir())


def asking(asked: list[str]) -> Callable[[Case], Reply]:
    def ask(case: Case) -> Reply:
        asked.append(case.id)
        return perfect_reply(case)

    return ask


def test_an_interrupted_run_leaves_the_numbers_of_what_it_has_and_says_how_to_go_on(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = interrupt(folders, 2)
    numbers: Any = read(folder / "summary.json")
    assert (numbers["planned"], numbers["complete"]) == (3, False)
    assert numbers["splits"]["all"]["total"]["cases"] == 2
    assert "--resume" in capsys.readouterr().err


def test_a_run_is_gone_on_with_where_it_was_interrupted(folders: Path) -> None:
    folder = interrupt(folders, 2)
    asked: list[str] = []
    summary = evaluate(folders, ask=asking(asked), resume=folder)
    assert asked == ["000-003"]
    whole = evaluate(folders)
    one, other = (without_latency(read(each / "summary.json")) for each in (folder, whole.folder))
    assert one == other
    assert summary.folder == folder


def test_a_line_that_was_broken_off_and_cases_that_failed_are_asked_again(folders: Path) -> None:
    def ask(case: Case) -> Reply:
        if case.id == "000-001":
            raise TimeoutError
        return perfect_reply(case)

    folder = evaluate(folders, ask=ask).folder
    lines = (folder / "cases.jsonl").read_text(encoding="utf-8")
    (folder / "cases.jsonl").write_text(lines[:-30], encoding="utf-8")
    asked: list[str] = []
    summary = evaluate(folders, ask=asking(asked), resume=folder, workers=1)
    assert asked == ["000-001", "000-003"]
    assert summary.error_reasons == {}
    rewritten = (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["case"]["id"] for line in rewritten] == [case.id for case in CASES]


def test_a_run_with_other_cases_or_options_is_not_gone_on_with(folders: Path) -> None:
    folder = interrupt(folders, 1)
    with pytest.raises(RunUnusable) as caught:
        evaluate(folders, resume=folder, limit=2)
    assert "cases, limit" in caught.value.message.en
    (folders / "cases" / "b.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(RunUnusable) as caught:
        evaluate(folders, resume=folder)
    assert "files" in caught.value.message.en


def test_a_folder_that_is_no_run_is_an_error(folders: Path) -> None:
    with pytest.raises(RunUnusable):
        evaluate(folders, resume=folders / "nowhere")
    folder = evaluate(folders).folder
    (folder / "cases.jsonl").write_text('{"case": 1}\n', encoding="utf-8")
    with pytest.raises(RunUnusable, match=r"cases\.jsonl:1"):
        report_again(folder, settings_of(folders))


def test_the_summary_of_a_run_that_was_killed_can_be_written_later(folders: Path) -> None:
    folder = interrupt(folders, 2)
    (folder / "summary.json").unlink()
    summary = report_again(folder, settings_of(folders))
    assert (len(summary.results), summary.planned) == (2, 3)
    assert (folder / "summary.json").exists()
    assert (folder / "report.html").exists()


def test_latest_names_the_newest_run(folders: Path) -> None:
    with pytest.raises(RunUnusable):
        find_run("latest", folders / "results")
    first, second = evaluate(folders).folder, evaluate(folders).folder
    assert find_run("latest", folders / "results") == second
    assert find_run(first.name, folders / "results") == first
    assert find_run(str(first), Path("elsewhere")) == first
