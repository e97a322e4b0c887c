"""Two servers, each a process with a data folder of its own, over one PostgreSQL: people see one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from assistant.asking.keys import Keys
from assistant.history.history import History
from assistant.setup.settings import Settings
from assistant.web.server import bind
from tests.assistant.command_line import Command
from tests.postgres import Postgres
from tests.small_library import with_settings

LUNCH = "云山市的午餐补助由哪个部门负责？"
FOLLOW_UP = "那每天补助多少元？"


@contextmanager
def served(settings: Settings, database: SecretStr) -> Iterator[subprocess.Popen[str]]:
    """A process that serves, ready, until the block ends."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")},
        "NO_PROXY": "127.0.0.1",
        "POLICY_ASSISTANT_DATABASE": database.get_secret_value(),
        "POLICY_ASSISTANT_DATA_DIR": str(settings.data_dir),
        "POLICY_ASSISTANT_SEEDS_DIR": str(settings.seeds_dir),
    }
    command = [sys.executable, "-m", "assistant.commands.cli", "serve", "--port", str(settings.port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if str(settings.port) in line:
                break
        yield process
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> SecretStr:
    return postgres.new_database()


@pytest.fixture(scope="module")
def token(database: SecretStr, tmp_path_factory: pytest.TempPathFactory) -> str:
    with closing(Keys(tmp_path_factory.mktemp("unused"), database)) as keys:
        return keys.create("bot")


@pytest.fixture(scope="module")
def clients(
    settings: Settings, database: SecretStr, token: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """A client of each of two servers, with one key."""
    one, other = (
        with_settings(settings, tmp_path_factory.mktemp(name), database=database) for name in ("one", "other")
    )
    with (
        served(one, database),
        served(other, database),
        client(one, token) as of_one,
        client(other, token) as of_other,
    ):
        yield of_one, of_other


def client(settings: Settings, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", headers=headers, timeout=60)


def ask(server: httpx.Client, question: str, **more: object) -> dict[str, Any]:
    response = server.post("/api/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


def test_a_conversation_begun_at_one_server_is_shown_and_continued_and_rated_at_the_other(
    clients: tuple[httpx.Client, httpx.Client],
) -> None:
    one, other = clients
    first = ask(one, LUNCH, user="anna")
    second = ask(other, FOLLOW_UP, user="anna")

    assert "5元" in second["answer"]
    assert second["conversation_id"] == first["conversation_id"]
    shown = one.get(f"/api/conversations/{first['conversation_id']}", params={"user": "anna"}).json()
    assert [turn["question"] for turn in shown["turns"]] == [LUNCH, FOLLOW_UP]
    rating = {"answer_id": first["answer_id"], "verdict": "up", "user": "anna"}
    assert other.post("/api/feedback", json=rating).status_code == 200
    again = one.get(f"/api/conversations/{first['conversation_id']}", params={"user": "anna"}).json()
    assert again["turns"][0]["rating"]["verdict"] == "up"


def test_a_ticket_is_good_and_a_retry_the_same_at_either_server(
    clients: tuple[httpx.Client, httpx.Client],
) -> None:
    one, other = clients
    later = one.post("/api/ask", params={"wait": 0}, json={"question": LUNCH, "user": "bert"})
    assert later.status_code == 202
    again = ask(other, LUNCH, user="bert")
    for _ in range(200):
        polled = other.get(later.json()["url"])
        if polled.status_code != 202:
            break
        time.sleep(0.1)

    assert polled.status_code == 200
    assert polled.json()["answer_id"] == again["answer_id"]
    assert polled.json()["conversation_id"] == again["conversation_id"]


def test_a_key_that_is_revoked_lets_nobody_in_at_any_server(
    clients: tuple[httpx.Client, httpx.Client], database: SecretStr, tmp_path: Path
) -> None:
    with closing(Keys(tmp_path, database)) as keys:
        header = {"Authorization": f"Bearer {keys.create('other')}"}
        assert [server.get("/v1/models", headers=header).status_code for server in clients] == [200, 200]
        keys.revoke("other")
    assert [server.get("/v1/models", headers=header).status_code for server in clients] == [401, 401]


def test_what_a_killed_server_kept_is_there_at_the_other(
    settings: Settings, database: SecretStr, token: str, clients: tuple[httpx.Client, ...], tmp_path: Path
) -> None:
    third = with_settings(settings, tmp_path, database=database)
    with served(third, database) as process:
        with client(third, token) as killed:
            said = ask(killed, LUNCH, user="carl")
        process.kill()
        process.wait()
    shown = clients[0].get(f"/api/conversations/{said['conversation_id']}", params={"user": "carl"}).json()
    assert shown["turns"][0]["answer"]["answer"] == said["answer"]


def test_a_start_without_the_database_says_so_and_ends_with_a_code(command: Command) -> None:
    away = {"POLICY_ASSISTANT_DATABASE": "postgresql://somebody:geheim@127.0.0.1:1/policy"}
    with bind("127.0.0.1", 0) as free:
        port = str(free.getsockname()[1])
    for arguments in (("serve", "--port", port), ("keys", "list")):
        done = command(*arguments, **away)
        assert done.code == 3
        assert "127.0.0.1/policy" in done.err
        assert "geheim" not in done.err
    wrong = command("keys", "list", POLICY_ASSISTANT_DATABASE="mysql://somebody:geheim@host/policy")
    assert wrong.code == 2
    assert "postgresql://" in wrong.err
    assert "geheim" not in wrong.err


def test_doctor_and_backup_tell_of_the_database(
    command: Command, database: SecretStr, tmp_path: Path
) -> None:
    History(tmp_path, database).close()
    place = {"POLICY_ASSISTANT_DATABASE": database.get_secret_value(), "POLICY_ASSISTANT_LANGUAGE": "en"}
    assert "✓ Database: PostgreSQL" in command("doctor", **place).out
    saved = command("backup", str(tmp_path / "backup.zip"), **place)
    assert saved.code == 0
    assert "pg_dump" in saved.err
    place["POLICY_ASSISTANT_DATABASE"] = "postgresql://127.0.0.1:1/policy"
    assert "✗ Database: Can't use the database 127.0.0.1/policy" in command("doctor", **place).out
