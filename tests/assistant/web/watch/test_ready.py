"""Whether the server is ready: it says what is missing and no more, and is ready again once that is there."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from starlette.testclient import TestClient

from assistant.setup.settings import Settings
from assistant.web.server import create_app
from assistant.web.watch.ready import NO_HISTORY, NO_INDEX, STARTING, STOPPING, missing
from tests.assistant.web.watch.seen import look
from tests.disks import read_only
from tests.small_library import running_server, with_settings
from vectorstore.errors import Message

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a library of its own, which may be broken."""
    return with_settings(settings, tmp_path / "data")


@pytest.fixture
def client(own: Settings) -> Iterator[httpx.Client]:
    with running_server(own) as address, httpx.Client(base_url=address, timeout=60) as opened:
        yield opened


def soon(wanted: Callable[[], bool]) -> bool:
    """Whether it comes true within some seconds: a change of the index is noticed every two."""
    deadline = time.monotonic() + 30
    while not wanted():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def says(client: httpx.Client, lacking: Message) -> bool:
    """Whether it is not ready for want of that, in our own form."""
    response = client.get("/readyz")
    if response.status_code == 200:
        return False
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (503, "not_ready")
    assert int(response.headers["retry-after"]) > 0
    assert error["hint"]
    assert "/" not in error["message"] + error["hint"]
    return lacking.zh in error["message"]


def test_a_server_that_can_answer_is_ready(client: httpx.Client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def test_a_library_that_is_gone_is_told_and_one_that_is_back_too(own: Settings, client: httpx.Client) -> None:
    index = own.data_dir / "index"
    client.get("/readyz").raise_for_status()

    index.rename(own.data_dir / "away")
    assert soon(lambda: says(client, NO_INDEX))
    assert client.get("/healthz").status_code == 200
    assert look(client).of("policy_assistant_ready") == 0

    (own.data_dir / "away").rename(index)
    assert soon(lambda: client.get("/readyz").status_code == 200)
    assert look(client).of("policy_assistant_ready") == 1


def test_a_published_index_of_which_nothing_is_whole_is_told(own: Settings, client: httpx.Client) -> None:
    client.get("/readyz").raise_for_status()
    current = own.data_dir / "index" / "CURRENT"
    name = current.read_text(encoding="ascii")

    shutil.rmtree(own.data_dir / "index" / name.strip())
    current.write_text("00000009-0123456789ab", encoding="ascii")

    assert soon(lambda: says(client, NO_INDEX))


def test_conversations_that_can_not_be_written_are_told(own: Settings, client: httpx.Client) -> None:
    with read_only(own.data_dir):
        assert says(client, NO_HISTORY)
    assert client.get("/readyz").status_code == 200

    with read_only(own.data_dir):  # from now on the next question finds it out
        assert client.get("/readyz").status_code == 200
        client.post("/api/ask", json={"question": "图书角不少于多少册？", "user": "甲"}).raise_for_status()
        assert says(client, NO_HISTORY)
    assert client.get("/readyz").status_code == 200


def test_a_server_that_starts_or_stops_is_not_ready(settings: Settings) -> None:
    starting = TestClient(create_app(settings), "http://127.0.0.1", client=("127.0.0.1", 1))
    assert starting.get("/readyz").status_code == 503
    assert missing(starting.app.state) == (STARTING,)  # type: ignore[attr-defined]  # an app of FastAPI's
    parts = SimpleNamespace(desk=SimpleNamespace(stopping=False))
    assert missing(SimpleNamespace(parts=parts, stopping=True)) == (STOPPING,)
    parts.desk.stopping = True
    assert missing(SimpleNamespace(parts=parts, stopping=False)) == (STOPPING,)


def test_a_container_is_healthy_when_the_server_is_ready() -> None:
    assert "/readyz" in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
