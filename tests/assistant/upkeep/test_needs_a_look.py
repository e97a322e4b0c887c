"""What is worth a look after documents were taken in."""

from __future__ import annotations

from pathlib import Path

from assistant.upkeep.needs_a_look import Need, needs_a_look, told
from tests.assistant.command_line import Command
from tests.vectorstore.guarantees import understood
from tests.versions import NEW, OLD

BARE = "关于放假的几点提醒\n" + "假期里请注意安全，按时返校，路上小心，作业记得做完。" * 3 + "\n"


def test_each_kind_names_the_documents_that_were_taken_in() -> None:
    documents = [
        understood(text, source)
        for source, text in {
            "old.txt": OLD,
            "new.txt": NEW,
            "bare.txt": BARE,
            "copy.txt": NEW,
            "other.txt": BARE,
            "short.txt": "放假三天。",
        }.items()
    ]
    needs = list(needs_a_look(documents, {"old.txt", "bare.txt", "copy.txt", "short.txt"}))
    assert needs == [
        Need("short", ("short.txt",)),
        Need("undated", ("bare.txt", "short.txt")),
        Need("nowhere", ("bare.txt", "short.txt")),
        Need("copy", ("bare.txt", "copy.txt")),
        Need("older", ("old.txt",)),
    ]


def test_a_long_line_names_some_and_counts_all_and_without_any_nothing_is_said() -> None:
    (_, line) = told([Need("undated", tuple("abcdefg"))], "zh")
    assert line == "  没有读到日期 (7)：a、b、c、d、e…"
    assert not list(told([], "zh"))


def test_the_command_ends_with_it(command: Command, tmp_path: Path) -> None:
    (tmp_path / "bare.txt").write_text(BARE, encoding="utf-8")
    done = command("ingest", str(tmp_path / "bare.txt"), POLICY_ASSISTANT_DATA_DIR=str(tmp_path / "data"))
    assert done.code == 0
    assert "没有读到日期 (1)：bare.txt" in done.err
