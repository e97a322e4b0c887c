"""The database that several servers share: who makes it, who may not, and what is told when it is away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.errors import HistoryUnusable, SettingsInvalid
from assistant.history import postgresql, tables
from assistant.history.history import History
from assistant.history.types import TurnState
from tests.assistant.kept_answers import NOON, answered, ask
from tests.postgres import Postgres, running_postgres

SECRET = "不可告人的问题"


@pytest.fixture
def database(postgres: Postgres) -> SecretStr:
    """An empty one."""
    return postgres.new_database()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop."""
    with running_postgres() as running:
        yield running


def test_what_one_server_keeps_another_shows_and_deletes(database: SecretStr, tmp_path: Path) -> None:
    with ExitStack() as opened:
        one, other = (
            opened.enter_context(closing(History(tmp_path / name, database))) for name in ("one", "other")
        )
        ask(one, "1")
        one.answer("1", answered())
        code = one.shared.share_kept("甲", "1", at=NOON)

        assert code is not None
        assert other.shared.read(code, since=NOON) is not None
        assert [turn.answer for turn in other.conversation("甲", "c").turns] == [answered()]
        other.delete("甲", "c")
        assert one.conversations("甲") == ()
        assert one.shared.read(code, since=NOON) is None
    assert list(tmp_path.iterdir()) == [], "nothing of it is in a data folder"


_OPEN = """
import sys
from pathlib import Path
from pydantic import SecretStr
from assistant.history.history import History
from tests.assistant.kept_answers import answered, ask
history = History(Path("unused"), SecretStr(sys.argv[1]))
for number in range(5):
    ask(history, f"{sys.argv[2]}-{number}")
    assert history.answer(f"{sys.argv[2]}-{number}", answered())
history.close()
"""


def test_processes_that_start_at_once_on_an_empty_database_make_it_once_and_lose_nothing(
    database: SecretStr, tmp_path: Path
) -> None:
    address = database.get_secret_value()
    processes = [subprocess.Popen([sys.executable, "-c", _OPEN, address, name]) for name in ("a", "b", "c")]
    assert [process.wait() for process in processes] == [0, 0, 0]

    with closing(History(tmp_path, database)) as history:
        kept = {turn.question_id for turn in history.conversation("甲", "c").turns}
    assert kept == {f"{name}-{number}" for name in "abc" for number in range(5)}


def test_threads_that_write_at_once_lose_nothing(database: SecretStr, tmp_path: Path) -> None:
    with closing(History(tmp_path, database)) as history, ThreadPoolExecutor(24) as pool:
        list(pool.map(lambda number: ask(history, str(number)), range(72)))
        assert len(history.conversation("甲", "c").turns) == 72


def test_a_database_of_an_earlier_version_gets_the_tables_that_are_new_and_keeps_the_rest(
    postgres: Postgres, database: SecretStr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(postgresql, "_STEPS", (tables.metadata,))
        earlier.setattr(postgresql, "_SCHEMA", 1)
        with closing(History(tmp_path, database)) as history:
            ask(history, "1")
        assert postgres.run(database, "SELECT to_regclass('names')") == [(None,)]

    with closing(History(tmp_path, database)) as history:
        assert len(history.conversation("甲", "c").turns) == 1
    assert postgres.run(database, "SELECT to_regclass('names')::text") == [("names",)]
    assert postgres.run(database, "SELECT version FROM history") == [(2,)]


def test_an_update_that_fails_leaves_the_database_as_it_was(
    postgres: Postgres, database: SecretStr, tmp_path: Path
) -> None:
    postgres.run(database, "CREATE TABLE turns (whatever int)")  # another program's
    with pytest.raises(HistoryUnusable) as caught:
        History(tmp_path, database)

    assert '"turns" already exists' in caught.value.message.en
    assert postgres.run(database, "SELECT to_regclass('conversations')") == [(None,)]


def test_a_database_of_a_later_version_is_refused_and_says_what_to_do(
    postgres: Postgres, database: SecretStr, tmp_path: Path
) -> None:
    History(tmp_path, database).close()
    postgres.run(database, "UPDATE history SET version = 99")

    with pytest.raises(HistoryUnusable) as caught:
        History(tmp_path, database)

    assert "later version" in caught.value.message.en
    assert "Update" in caught.value.hint.en
    assert postgres.run(database, "SELECT version FROM history") == [(99,)]


def test_a_database_that_restarts_costs_no_question_and_while_it_is_away_that_is_told(
    own_postgres: Postgres, tmp_path: Path
) -> None:
    with closing(History(tmp_path, own_postgres.new_database())) as history:
        ask(history, "1")
        assert history.writable
        own_postgres.stop()
        with pytest.raises(HistoryUnusable):
            history.answer("1", answered())
        assert not history.writable

        own_postgres.start()

        assert history.answer("1", answered()) is True
        assert history.writable
        own_postgres.stop()
        own_postgres.start()
        assert [turn.state for turn in history.conversation("甲", "c").turns] == [TurnState.ANSWERED]


def test_a_database_that_does_not_answer_in_time_is_the_typed_error_without_what_was_asked(
    postgres: Postgres, database: SecretStr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_STATEMENT_SECONDS", 1)
    with closing(History(tmp_path, database)) as history, closing(History(tmp_path, database)) as other:
        with other.store.writing(), pytest.raises(HistoryUnusable) as caught:
            ask(history, "1", SECRET)
        assert "statement timeout" in caught.value.message.en
        assert SECRET not in repr(caught.value.__cause__)
        ask(history, "1", SECRET)


@pytest.mark.parametrize(
    "address",
    ["postgresql://somebody:geheim@127.0.0.1:1/policy", "postgresql://somebody:geheim@/policy?host=/nowhere"],
)
def test_a_database_that_is_not_there_is_told_without_its_password(address: str, tmp_path: Path) -> None:
    with pytest.raises(HistoryUnusable) as caught:
        History(tmp_path, SecretStr(address), patient=True)
    assert caught.value.exit_code == 3
    assert "policy" in caught.value.message.en
    assert "database" in caught.value.hint.zh
    assert "geheim" not in str(caught.value.message) + str(caught.value.hint)


@pytest.mark.parametrize(
    "address", ["", "policy", "sqlite:///geheim", "mysql://a:geheim@b/c", "postgresql:x"]
)
def test_an_address_that_is_none_of_postgresql_is_told_without_what_stands_there(
    address: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        History(tmp_path, SecretStr(address))
    assert "postgresql://" in caught.value.hint.en
    assert "geheim" not in str(caught.value.message) + str(caught.value.hint)


_WITHOUT_DRIVER = """
import sys
sys.modules["psycopg"] = None
from pathlib import Path
from pydantic import SecretStr
from assistant.errors import SettingsInvalid
from assistant.history.history import History
History(Path(sys.argv[1])).close()
try:
    History(Path(sys.argv[1]), SecretStr("postgresql://127.0.0.1/policy"))
except SettingsInvalid as error:
    print(error.hint.en)
"""


def test_without_the_driver_files_work_and_a_database_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_DRIVER, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "Run pip install 'policy-assistant[postgres]'."
