"""The command line: what people type, what they read, and which exit code a script gets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.web.api.replies import AnswerBody, PassagesBody
from assistant.web.server import bind
from tests.assistant.command_line import Command
from tests.chat_model.replies import refuses
from tests.chat_model.server import ModelServer


def test_importing_the_packages_loads_nothing_heavy() -> None:
    script = (
        "import sys, assistant, vectorstore, assistant.commands.cli\n"
        "heavy = {'gradio', 'chromadb', 'fastapi', 'openai', 'langchain_core', 'mcp', "
        "'sqlalchemy'}\n"
        "sys.exit(f'loaded: {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.stderr == ""


def test_help_names_every_command(command: Command) -> None:
    shown = command("--help")

    assert shown.code == 0
    for name in ("serve", "ingest", "ask", "search", "mcp", "doctor", "keys", "eval"):
        assert name in shown.out


def test_ask_prints_the_answer_and_where_it_stands(command: Command) -> None:
    done = command("ask", "午餐补助由哪个部门负责？")

    assert done.code == 0
    assert "市教育局" in done.out
    assert "出处" in done.out
    assert "《云山市学生午餐补助办法》" in done.out
    assert "/documents/" in done.out


def test_ask_prints_the_json_of_the_api_and_nothing_else(command: Command) -> None:
    done = command("ask", "午餐补助由哪个部门负责？", "--json")

    answer = AnswerBody.model_validate_json(done.out)
    assert answer.outcome == "grounded"


def test_a_refusal_is_an_answer_and_not_a_failure(command: Command) -> None:
    done = command("ask", "北京市的高考是几月几日？", "--json")

    assert done.code == 0
    assert json.loads(done.out)["outcome"] == "refused"


def test_with_a_chat_model_that_is_not_there_the_question_is_answered_without_it(command: Command) -> None:
    with bind("127.0.0.1", 0) as free:
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}/v1"

    done = command(
        "ask", "午餐补助由哪个部门负责？", OPENAI_BASE_URL=nowhere, OPENAI_MODEL="gone", OPENAI_API_KEY="k"
    )

    assert done.code == 0
    assert "市教育局" in done.out
    assert "ⓘ" in done.out


def test_search_prints_passages(command: Command) -> None:
    done = command("search", "图书角不少于多少册", "--limit", "2", "--json")

    assert 1 <= len(PassagesBody.model_validate_json(done.out).passages) <= 2
    assert "100册" in command("search", "图书角不少于多少册").out


@pytest.mark.parametrize("question", ["", "   ", "问" * 100_000])
def test_a_question_that_is_none_is_told_in_a_sentence_and_a_hint(command: Command, question: str) -> None:
    done = command("ask", question)

    assert done.code == 2
    assert done.out == ""
    assert done.err.count("\n") == 2


def test_errors_are_in_the_language_of_the_settings(command: Command) -> None:
    done = command("ask", "", POLICY_ASSISTANT_LANGUAGE="en")

    assert done.err.isascii() or "✗" in done.err
    assert "question" in done.err.lower()


def test_a_wrong_setting_is_told_with_its_name_in_both_languages(command: Command) -> None:
    done = command("ask", "问", POLICY_ASSISTANT_PORT="many")

    assert done.code == 2
    assert "port" in done.err
    assert "设置有误" in done.err
    assert "Invalid settings" in done.err


def test_an_option_that_does_not_exist_is_a_usage_error(command: Command) -> None:
    assert command("ask", "问", "--loud").code == 2
    assert command("search", "问", "--limit", "0").code == 2


def test_a_data_folder_that_can_t_be_written_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    done = command("ask", "问", POLICY_ASSISTANT_DATA_DIR=str(tmp_path / "file"))

    assert done.code == 3
    assert "\n✗" in done.err  # after the notice that there is no log file


def test_serve_on_a_taken_port_says_so_before_it_does_anything(command: Command, tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = command("serve", "--port", str(port), POLICY_ASSISTANT_DATA_DIR=str(tmp_path / "new"))

    assert done.code == 4
    assert "--port" in done.err
    assert not (tmp_path / "new" / "index").exists()


def test_an_unforeseen_failure_names_the_log_where_its_cause_is(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("assistant.build.build_assistant", lambda _: 1 / 0)
    done = command("ask", "问")

    assert done.code == 1
    log = Path(done.err.strip().splitlines()[-1].split(" ")[-1])
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_ask_builds_the_first_index_by_itself_and_takes_in_what_changed(
    command: Command, seeds: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "lunch.txt").write_bytes((seeds / "lunch.txt").read_bytes())
    places = {"POLICY_ASSISTANT_DATA_DIR": str(tmp_path / "var"), "POLICY_ASSISTANT_SEEDS_DIR": str(folder)}

    first = command("ask", "图书角不少于多少册？", "--json", **places)
    (folder / "reading.txt").write_bytes((seeds / "reading.txt").read_bytes())
    second = command("ask", "图书角不少于多少册？", "--json", **places)
    third = command("ask", "图书角不少于多少册？", "--json", **places)

    assert "100册" not in first.out
    assert "100册" in json.loads(second.out)["answer"]
    assert json.loads(third.out)["answer"] == json.loads(second.out)["answer"]
    assert first.err != ""  # progress, in plain lines
    assert third.err == ""  # nothing to do, nothing to say


def test_a_broken_file_is_reported_and_the_others_are_taken_in(
    command: Command, seeds: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "lunch.txt").write_bytes((seeds / "lunch.txt").read_bytes())
    (folder / "empty.txt").write_bytes(b"")
    (folder / "broken.txt").write_bytes("学校每年".encode() + b"\xff\xc3\x28\x80\x81")

    done = command("ingest", str(folder), POLICY_ASSISTANT_DATA_DIR=str(tmp_path / "var"))

    assert done.code == 1
    assert "empty.txt" in done.err
    assert "broken.txt" in done.err
    answer = command(
        "search",
        "午餐补助",
        POLICY_ASSISTANT_DATA_DIR=str(tmp_path / "var"),
        POLICY_ASSISTANT_SEEDS_DIR=str(folder),
    )
    assert "市教育局" in answer.out


def test_ingest_of_a_path_that_is_not_there_says_so(command: Command, tmp_path: Path) -> None:
    done = command("ingest", str(tmp_path / "nothing.txt"), POLICY_ASSISTANT_DATA_DIR=str(tmp_path / "var"))

    assert done.code != 0
    assert "nothing.txt" in done.err


def test_doctor_finds_a_sound_installation_sound(command: Command) -> None:
    done = command("doctor")

    assert done.code == 0, done.out
    assert "✗" not in done.out
    assert done.out.count("✓") >= 6


def test_doctor_tells_a_missing_index_and_what_to_run(command: Command, tmp_path: Path) -> None:
    done = command("doctor", POLICY_ASSISTANT_DATA_DIR=str(tmp_path / "empty"))

    assert done.code == 1
    assert "policy-assistant" in done.out.split("✗")[1]


def test_doctor_tells_that_links_in_chats_lead_nowhere_and_that_nobody_can_ask(command: Command) -> None:
    done = command("doctor", POLICY_ASSISTANT_WECHAT_OFFICIAL_TOKEN="t", POLICY_ASSISTANT_HOST="0.0.0.0")

    assert done.code == 1
    assert "POLICY_ASSISTANT_PUBLIC_URL" in done.out
    assert "policy-assistant keys create" in done.out


def test_doctor_tells_a_chat_model_that_refuses(command: Command) -> None:
    with ModelServer() as model:
        model.queue(refuses(401))
        done = command(
            "doctor", OPENAI_BASE_URL=model.base_url, OPENAI_MODEL="scripted", OPENAI_API_KEY="wrong-key"
        )

    assert done.code == 1
    assert "OPENAI_API_KEY" in done.out
    assert "wrong-key" not in done.out + done.err


def test_a_seed_that_is_taken_away_leaves_the_library_and_what_was_ingested_by_hand_stays(
    command: Command, seeds: Path, tmp_path: Path
) -> None:
    folder, other = tmp_path / "documents", tmp_path / "other"
    for place, name in ((folder, "lunch.txt"), (folder, "reading.txt"), (other, "by-hand.txt")):
        place.mkdir(exist_ok=True)
        content = (seeds / "reading.txt").read_text(encoding="utf-8").replace("河口", name[:2])
        (place / name).write_text(content, encoding="utf-8")
    places = {"POLICY_ASSISTANT_DATA_DIR": str(tmp_path / "var"), "POLICY_ASSISTANT_SEEDS_DIR": str(folder)}

    def sources() -> set[str]:
        found = json.loads(command("search", "图书角不少于多少册", "--json", **places).out)
        return {passage["document"]["source"] for passage in found["passages"]}

    assert sources() == {"lunch.txt", "reading.txt"}
    (folder / "reading.txt").unlink()
    assert sources() == {"lunch.txt"}
    assert command("ingest", str(other), **places).code == 0
    assert sources() == {"lunch.txt", "by-hand.txt"}
