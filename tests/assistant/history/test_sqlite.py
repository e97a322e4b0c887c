"""The file itself: nothing that goes wrong loses anything, and what is deleted is gone."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import HistoryUnusable
from assistant.history import sqlite
from assistant.history.history import FILE, History
from assistant.history.types import TurnState, Verdict
from tests.assistant.kept_answers import NOON, answered, ask, kept_questions

SECRET = "不可告人的问题"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """A real and empty history in ``tmp_path``."""
    with closing(History(tmp_path)) as opened:
        yield opened


def counts(data_dir: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(data_dir / FILE)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


EMPTY = {"history": 1, "shared": 0, "conversations": 0, "turns": 0, "citations": 0, "ratings": 0}


@pytest.mark.parametrize("how", ["delete", "delete_all", "drop_from", "forget_before"])
def test_what_is_deleted_leaves_no_row_and_no_byte(history: History, tmp_path: Path, how: str) -> None:
    secrets = [SECRET, SECRET + "？", SECRET * 500]
    for number, question in enumerate(secrets):
        ask(history, str(number), question)
        history.answer(str(number), answered(SECRET))
        history.rate("甲", str(number), Verdict.DOWN, text=SECRET, rated_at=NOON)
    assert counts(tmp_path) == EMPTY | {"conversations": 1, "turns": 3, "citations": 3, "ratings": 3}
    assert SECRET.encode() in (tmp_path / FILE).read_bytes()

    match how:
        case "delete":
            history.delete("甲", "c")
        case "delete_all":
            history.delete_all("甲")
        case "drop_from":
            history.rename("甲", "c", "题目")
            history.drop_from("甲", "c", "0")
        case "forget_before":
            history.forget_before(NOON.date().replace(year=2025))

    assert counts(tmp_path) == EMPTY | {"conversations": int(how == "drop_from")}
    assert SECRET.encode() not in (tmp_path / FILE).read_bytes()
    assert b"\\u4e0d\\u53ef\\u544a\\u4eba" not in (tmp_path / FILE).read_bytes()  # as it stood in the JSON
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_the_secret_of_an_owner_is_not_stored(history: History, tmp_path: Path) -> None:
    ask(history, "1", owner="the secret of a browser")
    assert b"the secret of a browser" not in (tmp_path / FILE).read_bytes()
    assert len(history.conversations("the secret of a browser")) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_file_is_for_its_owner_alone(history: History, tmp_path: Path) -> None:
    ask(history, "1")
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


_CRASH = """
import os, sys
from pathlib import Path
from assistant.history.history import History
from tests.assistant.kept_answers import answered, ask
history = History(Path(sys.argv[1]))
ask(history, "1")
history.answer("1", answered())
ask(history, "2")
os._exit(9)
"""


def test_a_question_outlives_the_process_that_was_to_answer_it(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", _CRASH, str(tmp_path)], check=False).returncode == 9
    with closing(History(tmp_path)) as history:
        first, second = history.conversation("甲", "c").turns
        assert (first.state, first.answer) == (TurnState.ANSWERED, answered())
        assert (second.state, second.question) == (TurnState.PENDING, "补助多少？")
        assert history.answer("2", answered()) is True


_WRITE = """
import sys
import traceback
from pathlib import Path
from tests.assistant.history.test_sqlite import write
write(Path(sys.argv[1]), sys.argv[2])
"""
THREADS, EACH = 4, 6


def write(data_dir: Path, name: str) -> None:
    """Ask and answer from several threads: one conversation for each, and one for all of them."""

    def some(thread: int) -> None:
        for number in range(EACH):
            for conversation in ("shared", f"{name}{thread}"):
                question_id = f"{name}-{thread}-{number}-{conversation}"
                ask(kept, question_id, conversation_id=conversation)
                assert kept.answer(question_id, answered())
                assert kept.conversation("甲", conversation).turns

    with closing(History(data_dir)) as kept, ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(some, range(THREADS)))


def test_threads_of_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", _WRITE, str(tmp_path), name]) for name in ("a", "b")]
    assert [process.wait() for process in processes] == [0, 0]

    shared = {f"{name}-{t}-{n}-shared" for name in "ab" for t in range(THREADS) for n in range(EACH)}
    kept = kept_questions(tmp_path, "甲", "shared")
    assert len(kept) == len(shared)
    assert set(kept) == shared
    for name in "ab":
        for thread in range(THREADS):
            own = [f"{name}-{thread}-{number}-{name}{thread}" for number in range(EACH)]
            assert kept_questions(tmp_path, "甲", f"{name}{thread}") == own
    every = 2 * len(shared)
    assert counts(tmp_path) == {
        "history": 1,
        "shared": 0,
        "conversations": 2 * THREADS + 1,
        "turns": every,
        "citations": every,
        "ratings": 0,
    }


def test_a_damaged_file_is_told_on_opening_and_left_as_it_is(history: History, tmp_path: Path) -> None:
    for number in range(60):
        ask(history, str(number), SECRET * 40)
    history.close()
    path = tmp_path / FILE
    broken = bytearray(path.read_bytes())
    for start in range(8192, len(broken), 4096):
        broken[start : start + 64] = os.urandom(64)
    for content in (bytes(broken), b"this is no database" * 100):
        path.write_bytes(content)
        with pytest.raises(HistoryUnusable) as caught:
            History(tmp_path)
        assert "损坏" in caught.value.message.zh
        assert "backup" in caught.value.hint.en
        assert path.read_bytes() == content


def test_a_file_that_is_damaged_while_it_is_open_gives_the_typed_error(
    history: History, tmp_path: Path
) -> None:
    ask(history, "1")
    (tmp_path / FILE).write_bytes(b"x" * 20_000)
    with pytest.raises(HistoryUnusable):
        history.answer("1", answered())
    with pytest.raises(HistoryUnusable):
        history.conversations("甲")


@pytest.mark.parametrize("change", ["UPDATE history SET version = 99", "DROP TABLE history"])
def test_a_file_of_another_version_is_not_touched(history: History, tmp_path: Path, change: str) -> None:
    history.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute(change)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(HistoryUnusable) as caught:
        History(tmp_path)
    assert "版本" in caught.value.message.zh
    assert (tmp_path / FILE).read_bytes() == before


def test_a_folder_that_can_not_be_is_the_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HistoryUnusable) as caught:
        History(tmp_path / "file")
    assert str(tmp_path / "file") in caught.value.message.zh


def test_while_another_process_keeps_the_file_a_write_fails_and_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.05)
    with closing(History(tmp_path)) as history:
        ask(history, "1")
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(HistoryUnusable):
                history.answer("1", answered())
            assert history.conversation("甲", "c").turns[0].state is TurnState.PENDING
            other.execute("ROLLBACK")
        assert history.answer("1", answered()) is True


def test_a_column_that_is_gone_is_the_typed_error_without_what_was_asked(
    history: History, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("ALTER TABLE turns RENAME COLUMN question TO other")
    with pytest.raises(HistoryUnusable) as caught:
        ask(history, "1", SECRET)
    logged = "".join(traceback.format_exception(caught.value))
    assert "no column named question" in logged
    assert SECRET not in logged
    assert counts(tmp_path)["conversations"] == 0
