"""Prompts kept in a folder, answered there by hand or by a model, and answered from there again."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assistant.commands.cli import commands
from assistant.drafting.reckoning.deadline import today
from assistant.setup.settings import Settings
from eval.recorded import endpoint as recorded
from eval.recorded.count_prompts import row
from tests.chat_model.replies import Reply, Request, refuses, says, sends
from tests.chat_model.server import ModelServer
from tests.eval.examples import SEEDS

QUESTION = "聊城乡村学校饮水改善工程由哪个部门牵头？"
CASE = {
    "id": "r1",
    "question": QUESTION,
    "kind": "table",
    "facts": [["市教育体育局"]],
    "must_not": [],
    "evidence": [{"file": "003_61f240f2d86e1f2b.txt", "quote": "市教育体育局"}],
    "answerable": True,
}


@pytest.fixture
def folder(tmp_path: Path, seed_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "cases.jsonl").write_text(json.dumps(CASE, ensure_ascii=False), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICY_ASSISTANT_DATA_DIR", str(seed_settings.data_dir))
    monkeypatch.setenv("POLICY_ASSISTANT_SEEDS_DIR", str(SEEDS))
    monkeypatch.setenv("POLICY_ASSISTANT_LANGUAGE", "en")
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(commands, ["eval", "--cases", "cases.jsonl", *words])


def kept(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((folder / "prompts").glob("*.json"))]


def answers(folder: Path) -> list[dict[str, Any]]:
    """What was answered in the last run."""
    run = sorted((folder / "eval" / "results").iterdir())[-1]
    return [json.loads(line)["reply"] for line in (run / "cases.jsonl").read_text("utf-8").splitlines()]


def is_extract(reply: dict[str, Any]) -> bool:
    """Whether an answer is the documents' own words, whose source stands below."""
    return "\n——" in reply["answer"]


def test_prompts_are_kept_answered_by_hand_and_replayed(folder: Path) -> None:
    done = typed("--record", "prompts")
    assert done.exit_code == 0, done.output
    assert "1 of them without a reply" in done.output
    assert is_extract(answers(folder)[0])
    (prompt,) = kept(folder)
    assert prompt["reply"] is None
    assert QUESTION in prompt["messages"][-1]["content"]
    label = label_of(prompt["messages"][-1]["content"], "饮水改善工程")
    path = next((folder / "prompts").glob("*.json"))
    path.write_text(json.dumps({**prompt, "reply": f"由市教育体育局牵头[{label}]。"}), encoding="utf-8")
    done = typed("--replay", "prompts")
    assert "1 prompts, 0 of them without a reply" in done.output
    (answer,) = answers(folder)
    assert not is_extract(answer)
    assert answer["answer"].startswith("由市教育体育局牵头")


def label_of(prompt: str, words: str) -> int:
    """The label of the passage with these words."""
    before = prompt.partition(words)[0]
    return int(before.rpartition("\n[")[2].partition("]")[0])


def test_what_a_model_answers_is_recorded_looks_included(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(request: Request) -> Reply:
        last = str(request.body["messages"][-1]["content"])
        if "又查到的" not in last:
            return whole(calls=[("search", '{"words": "饮水"}')])
        return says(f"由市教育体育局牵头[{label_of(request.text, '饮水改善工程')}]。")

    with ModelServer(script) as server:
        with monkeypatch.context() as patch:
            patch.setenv("OPENAI_BASE_URL", server.base_url)
            patch.setenv("OPENAI_MODEL", "scripted")
            assert "2 prompts, 0 of them" in typed("--record", "prompts").output
        asked = len(server.questions)
        first = answers(folder)
        assert "2 prompts, 0 of them" in typed("--replay", "prompts").output
        assert len(server.questions) == asked
    assert answers(folder)[0]["answer"] == first[0]["answer"]
    looks = [one["reply"]["calls"] for one in kept(folder) if isinstance(one["reply"], dict)]
    assert [call["name"] for call in looks[0]] == ["search"]
    assert all(one["tools"] for one in kept(folder))


def whole(*, calls: list[tuple[str, str]]) -> Reply:
    """Calls of tools in one JSON, as they come where no stream is asked for."""
    wanted = [
        {"id": f"c{at}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for at, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": None, "tool_calls": wanted}
    told = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    return sends(json.dumps(told), content_type="application/json")


def test_a_prompt_has_one_name_on_every_day_and_with_every_fence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("--record", "prompts")
    counted = row(folder / "prompts")
    assert counted.startswith("| prompts | 1 |")
    assert int(counted.split("|")[3].replace(",", "")) > 500
    names = sorted(path.name for path in (folder / "prompts").iterdir())
    typed("--record", "prompts")
    assert sorted(path.name for path in (folder / "prompts").iterdir()) == names
    said = [{"role": "user", "content": f"今天是 {today().isoformat()}。"}]
    with monkeypatch.context() as patch:
        patch.setattr(recorded, "today", lambda: date(2031, 5, 6))
        later = recorded.key_of([{"role": "user", "content": "今天是 2031-05-06。"}])
    assert recorded.key_of(said) == later


def test_a_spoilt_file_is_told_and_its_question_answered_from_the_documents(folder: Path) -> None:
    typed("--record", "prompts")
    next((folder / "prompts").glob("*.json")).write_text("{", encoding="utf-8")
    done = typed("--replay", "prompts")
    assert "1 of them without a reply" in done.output
    assert is_extract(answers(folder)[0])


def test_what_an_endpoint_refuses_is_not_kept_as_a_reply(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(lambda _: refuses(401)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_MODEL", "scripted")
        typed("--record", "prompts")
    assert kept(folder) == []
    assert is_extract(answers(folder)[0])


@pytest.mark.parametrize(
    "words",
    [
        ("--record", "a", "--replay", "b"),
        ("--replay", "nowhere"),
        ("--record", "a", "--url", "http://127.0.0.1:1"),
    ],
)
def test_options_that_do_not_fit_are_refused(folder: Path, words: tuple[str, ...]) -> None:
    assert typed(*words).exit_code != 0
