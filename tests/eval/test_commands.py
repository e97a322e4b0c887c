"""The commands of the evaluation, as they are typed."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.commands.cli import commands
from eval.errors import CasesInvalid, OptionsInvalid
from eval.second_opinion.judge_labels import load_labels
from tests.chat_model.server import ModelServer
from tests.eval.examples import CASES, TEXTS, as_json, make_reply, perfect_reply, send, serving

BY_QUESTION = {case.question: case for case in CASES}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "cases").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "seeds" / name).write_text(text, encoding="utf-8")
    lines = "\n".join(case.model_dump_json() for case in CASES)
    (tmp_path / "cases" / "a.jsonl").write_text(lines, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICY_ASSISTANT_SEEDS_DIR", str(tmp_path / "seeds"))
    monkeypatch.setenv("POLICY_ASSISTANT_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("POLICY_ASSISTANT_LANGUAGE", "en")
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(commands, ["eval", *words])


def evaluate(*words: str, wrong: bool = False) -> Result:
    def reply(question: str) -> dict[str, object]:
        return as_json(make_reply("不知道") if wrong else perfect_reply(BY_QUESTION[question]))

    with serving(lambda body, handler: send(handler, reply(str(body["question"])))) as url:
        return typed("--url", url, "--cases", "cases", "--output", "results", *words)


def test_eval_alone_measures_and_prints(folder: Path) -> None:
    done = evaluate()
    assert done.exit_code == 0
    assert "Facts and citations" in done.output
    assert (folder / "results").is_dir()


def test_failures_are_those_of_the_tune_half_unless_the_report_half_is_asked_for(folder: Path) -> None:
    tune, report = evaluate("--failures", wrong=True), evaluate("--failures", "--split", "report", wrong=True)
    both = {case.id for case in CASES}
    shown = [{one for one in both if f"{one} ·" in done.output} for done in (tune, report)]
    assert shown[0] | shown[1] == both
    assert not shown[0] & shown[1]


def test_two_runs_are_compared_and_a_regression_fails_where_that_is_asked(folder: Path) -> None:
    evaluate()
    evaluate(wrong=True)
    first, second = sorted(path.name for path in (folder / "results").iterdir())
    words = ("compare", first, second, "--output", "results")
    assert typed(*words).exit_code == 0
    failed = typed(*words, "--fail-on-regression")
    assert failed.exit_code == 1
    assert "worse beyond the noise" in failed.output
    same = typed("compare", "latest", "latest", "--output", "results", "--fail-on-regression")
    assert same.exit_code == 0


def test_a_report_is_written_again(folder: Path) -> None:
    evaluate()
    run = next((folder / "results").iterdir())
    (run / "report.html").unlink()
    assert typed("report", run.name, "--output", "results").exit_code == 0
    assert (run / "report.html").exists()


def test_check_proves_cases_and_fails_on_a_wrong_one(folder: Path) -> None:
    good = typed("check", "--cases", "cases")
    assert (good.exit_code, "✓ 3" in good.output) == (0, True)
    wrong = CASES[0].model_copy(update={"id": "1"}).model_dump_json()
    (folder / "cases" / "a.jsonl").write_text(wrong, encoding="utf-8")
    bad = typed("check", "--cases", "cases")
    assert bad.exit_code == 1
    assert "error 1: the id is not SSS-NNN" in bad.output
    (folder / "cases" / "a.jsonl").write_text("{", encoding="utf-8")
    assert isinstance(typed("check", "--cases", "cases").exception, CasesInvalid)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--model", "m"), "--url"),
        (("--protocol", "openai"), "--url"),
        (("--kind", "riddle"), "题型有：fact"),
        (("--url", "http://127.0.0.1:9/v1", "--cases", "cases"), "--model"),
        (("--url", "http://127.0.0.1:9", "--api-key-env", "NO_SUCH_KEY"), "NO_SUCH_KEY"),
    ],
)
def test_options_that_do_not_fit_together_are_told(folder: Path, words: tuple[str, ...], said: str) -> None:
    error = typed(*words).exception
    assert isinstance(error, OptionsInvalid)
    assert said in str(error)


def test_the_key_is_sent_and_written_nowhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_KEY", "very-secret")
    keys: list[str] = []

    def answer(body: dict[str, object], handler: BaseHTTPRequestHandler) -> None:
        keys.append(handler.headers["Authorization"])
        send(handler, {"choices": [{"message": {"content": "十二所"}}]})

    with serving(answer, path="/v1/chat/completions") as url:
        words = ("--url", f"{url}/v1", "--model", "m", "--api-key-env", "OTHER_KEY")
        assert typed(*words, "--cases", "cases", "--output", "results").exit_code == 0
    assert set(keys) == {"Bearer very-secret"}
    run = next((folder / "results").iterdir())
    assert not [path for path in run.iterdir() if "very-secret" in path.read_text(encoding="utf-8")]
    assert json.loads((run / "settings.json").read_text(encoding="utf-8"))["server"]["model"] == "m"


def test_a_judge_is_asked_only_where_it_is_wanted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(evaluate("--judge").exception, OptionsInvalid)
    with ModelServer(lambda request: '{"reason": "对", "verdict": "correct"}') as server:
        monkeypatch.setenv("OPENAI_MODEL", "scripted")
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        assert evaluate().exit_code == 0
        assert server.questions == []
        done = evaluate("--judge")
        assert len(server.questions) == 3 + len(load_labels())
    assert done.exit_code == 0
    assert "judge all: correct 3" in done.output
    assert "judge kappa" in done.output
