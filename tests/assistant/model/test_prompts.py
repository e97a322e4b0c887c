"""Prompt files: what ships is sound, and a broken one is named with what is wrong with it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import PromptInvalid
from assistant.model.prompts import (
    ANSWER_PLACEHOLDERS,
    LOOKED_PLACEHOLDERS,
    NO_ANSWER,
    RETRY_PLACEHOLDERS,
    REWRITE_PLACEHOLDERS,
    SEARCH_PLACEHOLDERS,
    load_prompt,
)
from assistant.setup.settings import Settings
from eval.second_opinion.judge import PLACEHOLDERS as JUDGE_PLACEHOLDERS

PROMPTS = Settings().prompts_dir
SHIPPED = {
    "answer": ANSWER_PLACEHOLDERS,
    "retry": RETRY_PLACEHOLDERS,
    "looked": LOOKED_PLACEHOLDERS,
    "search": SEARCH_PLACEHOLDERS,
    "rewrite": REWRITE_PLACEHOLDERS,
    "judge": JUDGE_PLACEHOLDERS,
}
GOOD = """---
version: 1
purpose: 试验
placeholders: question
---

# system

规则。

# user

{question}
"""


def write(folder: Path, text: str) -> Path:
    (folder / "trial.md").write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path, placeholders: frozenset[str] = frozenset({"question"})) -> PromptInvalid:
    with pytest.raises(PromptInvalid) as caught:
        load_prompt(folder, "trial", placeholders)
    assert "trial.md" in caught.value.message.zh
    assert "trial.md" in caught.value.message.en
    return caught.value


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_prompt_has_the_placeholders_that_the_code_fills(name: str) -> None:
    assert set(load_prompt(PROMPTS, name, SHIPPED[name]).input_variables) == SHIPPED[name]


def test_no_prompt_ships_that_nothing_loads() -> None:
    assert {path.stem for path in PROMPTS.glob("*.md")} == {*SHIPPED, "README"}


def test_the_readme_explains_exactly_the_placeholders_of_each_prompt() -> None:
    sections = re.split(r"^## (\w+)\.md$", (PROMPTS / "README.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    explained = {
        name: set(re.findall(r"^\| `\{(\w+)\}` \|", text, flags=re.MULTILINE))
        for name, text in zip(sections[::2], sections[1::2], strict=True)
    }
    assert explained == {name: set(placeholders) for name, placeholders in SHIPPED.items()}


def test_passages_and_question_of_the_answer_stand_between_fences_in_the_users_message() -> None:
    system, user = load_prompt(PROMPTS, "answer", ANSWER_PLACEHOLDERS).format_messages(
        passages="[1] 甲\n内容",
        question="乙？",
        fence="f7k2",
        language="English",
        no_answer=NO_ANSWER,
        today="2031-06-05",
    )
    assert user.type == "human"
    assert "<资料 f7k2>\n[1] 甲\n内容\n</资料 f7k2>" in user.text
    assert "<问题 f7k2>\n乙？\n</问题 f7k2>" in user.text
    assert system.type == "system"
    assert "内容" not in system.text.split("一、")[0]
    assert f"“{NO_ANSWER}”" in system.text
    assert "用English回答" in system.text
    assert "</资料 f7k2>" in system.text


def test_the_retry_is_one_message_of_the_user_with_the_problems_in_it() -> None:
    messages = load_prompt(PROMPTS, "retry", RETRY_PLACEHOLDERS).format_messages(problems="- 第1句没有编号")
    assert [message.type for message in messages] == ["human"]
    assert "\n- 第1句没有编号\n" in messages[0].text


def test_braces_in_what_is_put_in_stay_as_they_are(tmp_path: Path) -> None:
    prompt = load_prompt(write(tmp_path, GOOD), "trial", frozenset({"question"}))
    assert prompt.format_messages(question="{fence} {{x}} {")[1].text == "{fence} {{x}} {"


def test_doubled_braces_in_a_file_become_single_ones(tmp_path: Path) -> None:
    prompt = load_prompt(
        write(tmp_path, GOOD.replace("规则。", '{{"a": 1}}')), "trial", frozenset({"question"})
    )
    assert prompt.format_messages(question="甲")[0].text == '{"a": 1}'


def test_a_file_saved_by_a_windows_editor_reads_the_same(tmp_path: Path) -> None:
    (tmp_path / "trial.md").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    prompt = load_prompt(tmp_path, "trial", frozenset({"question"}))
    assert [message.text for message in prompt.format_messages(question="甲")] == ["规则。", "甲"]


def test_a_missing_file_is_named_with_the_setting_to_check(tmp_path: Path) -> None:
    assert "POLICY_ASSISTANT_PROMPTS_DIR" in refusal(tmp_path).hint.zh


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "trial.md").mkdir()
    refusal(tmp_path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "trial.md").write_bytes(GOOD.encode("gb18030"))
    assert "UTF-8" in refusal(tmp_path).message.zh


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("", "--- … ---", "(empty)"),
        ("# system\n\n规则。\n\n# user\n\n{question}\n", "--- … ---", "# system"),
        (GOOD.replace("purpose: 试验\n", ""), "version, purpose, placeholders", "version, placeholders"),
        (GOOD.replace("purpose: 试验\n", "purpose:\n"), "purpose", "version, placeholders"),
        (GOOD.replace("purpose", "goal"), "purpose", "version, goal, placeholders"),
        (GOOD.replace("# system\n\n规则。\n\n# user\n\n", ""), "# system, # user", "{question}"),
        (GOOD.replace("# user", "# human"), "# system, # user", "# system, # human"),
        (GOOD.replace("# system\n\n规则。\n\n# user\n\n", "# system\n\n"), "# system, # user", "# system"),
        (GOOD.replace("规则。", ""), "# system, # user", "# system, # user"),
        (GOOD.replace("# system", "前言\n\n# system"), "# system, # user", "前言"),
        (GOOD + "\n{extra}\n", "{question}", "{extra}, {question}"),
        (GOOD.replace("{question}", "甲"), "{question}", "(none)"),
        (GOOD.replace("{question}", "{questions}"), "{question}", "{questions}"),
        (GOOD.replace(": question", ": question, extra"), "placeholders: question", "extra, question"),
        (GOOD.replace("{question}", "{question!r}"), "{name}", "{question!r}"),
        (GOOD.replace("{question}", "{question:>9}"), "{name}", "{question:>9}"),
        (GOOD.replace("{question}", "{question.__class__}"), "{name}", "{question.__class__}"),
        (GOOD.replace("{question}", "{question} {}"), "{name}", "{}"),
        (GOOD.replace("{question}", "{question} {"), "{name}", "'{'"),
        (GOOD.replace("{question}", "{question} }"), "{name}", "'}'"),
    ],
)
def test_a_malformed_file_is_refused_with_what_is_expected_and_what_was_found(
    tmp_path: Path, text: str, expected: str, found: str
) -> None:
    message = refusal(write(tmp_path, text)).message
    for sentence in (message.zh, message.en):
        assert expected in sentence
        assert found in sentence


def test_a_prompt_for_other_placeholders_than_the_code_fills_is_refused(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, GOOD), frozenset({"question", "fence"})).message.zh
    assert "应有 placeholders: fence, question" in message
    assert "实有 placeholders: question" in message


def test_importing_the_prompts_loads_no_langchain() -> None:
    modules = "assistant.model.prompts, assistant.model.endpoint.llm"
    code = f"import sys, {modules}; sys.exit('langchain_core' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False)
    assert done.returncode == 0
