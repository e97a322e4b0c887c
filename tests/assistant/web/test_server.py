"""The server: its address, its limits, its start and its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from assistant.errors import PortInUse, SettingsInvalid
from assistant.setup.logs import log_file
from assistant.setup.settings import Settings
from assistant.web.dependencies import MOST_WAITING, new_workers
from assistant.web.door import middleware
from assistant.web.door.http_errors import install_error_responses
from assistant.web.server import bind, serve
from vectorstore.errors import IndexMissing


def test_a_taken_port_is_told_with_the_option_that_changes_it(settings: Settings) -> None:
    with bind("127.0.0.1", 0) as taken, pytest.raises(PortInUse) as raised:
        bind("127.0.0.1", taken.getsockname()[1])

    assert "--port" in raised.value.hint.zh
    assert "POLICY_ASSISTANT_PORT" in raised.value.hint.en


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(SettingsInvalid, match="--host"):
        bind(host, 7860)


def test_without_an_index_the_server_does_not_start_and_says_why(tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]

    with pytest.raises(IndexMissing):
        serve(Settings(data_dir=tmp_path, port=port), lambda: pytest.fail("it is not ready"))


@pytest.mark.parametrize("path", ["/", "/healthz", "/docs", "/nothing", "/documents/nothing", "/theme.css"])
def test_every_response_has_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_other_sites_may_not_read_the_api(client: httpx.Client) -> None:
    for method in ("GET", "OPTIONS"):
        response = client.request(
            method,
            "/api/documents",
            headers={"origin": "http://evil.example", "access-control-request-method": "GET"},
        )
        assert "access-control-allow-origin" not in response.headers


def test_a_body_that_trickles_in_is_refused_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.2)
    app = FastAPI()
    app.add_middleware(middleware.BodyLimit, language="zh")
    install_error_responses(app, "zh")

    @app.post("/")
    async def length(request: Request) -> int:
        return len(await request.body())

    with TestClient(app) as client:
        assert client.post("/", content=b"abc").json() == 3
    status = _status_of_a_half_sent_body(app)
    assert status == b"HTTP/1.1 408"


def _status_of_a_half_sent_body(app: FastAPI) -> bytes:
    import threading

    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none"))
    with bind("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        with socket.create_connection(listening.getsockname(), timeout=10) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf")
            status = connection.recv(12)
        server.should_exit = True
        thread.join()
    return status


def test_an_unforeseen_failure_is_one_sentence_without_its_cause() -> None:
    app = FastAPI()
    install_error_responses(app, "en")

    @app.get("/")
    def fail() -> None:
        raise RuntimeError("secret")

    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.get("/")

    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal"
    assert "secret" not in response.text
    assert "log" in response.json()["error"]["message"]


def test_a_queue_that_is_too_long_is_refused_with_a_time_to_come_back() -> None:
    import anyio
    import anyio.to_thread

    from assistant.errors import Busy
    from assistant.web.dependencies import in_worker
    from assistant.web.door.http_errors import known_error_response

    async def crowd() -> None:
        workers, gate = new_workers(), threading.Event()
        async with anyio.create_task_group() as tasks:
            for _ in range(int(workers.total_tokens) + MOST_WAITING):
                tasks.start_soon(in_worker, workers, gate.wait)
            while workers.statistics().tasks_waiting < MOST_WAITING:
                await anyio.sleep(0.01)
            with pytest.raises(Busy):
                await in_worker(workers, lambda: None)
            gate.set()
        assert await in_worker(workers, lambda: 1) == 1

    anyio.run(crowd)
    response = known_error_response(Busy(), "zh")
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0


def test_the_server_says_when_it_is_ready_and_ends_when_told(settings: Settings, tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "POLICY_ASSISTANT_DATA_DIR": str(settings.data_dir),
        "POLICY_ASSISTANT_SEEDS_DIR": str(settings.seeds_dir),
    }
    command = [sys.executable, "-m", "assistant.commands.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if str(port) in line:
                break
        answer = httpx.post(
            f"http://127.0.0.1:{port}/api/ask", json={"question": "图书角不少于多少册？"}, timeout=30
        )
        process.send_signal(signal.SIGTERM)
        process.wait(10)

    assert f"http://127.0.0.1:{port}" in "".join(lines)
    assert "100册" in answer.json()["answer"]
    assert process.returncode == 0
    log = log_file(settings.data_dir).read_text(encoding="utf-8")
    assert "Application startup complete" in log
    assert "图书角" not in log  # what people ask is nobody's business


def test_damaged_conversations_are_told_at_the_start_and_left_as_they_are(tmp_path: Path) -> None:
    from assistant.errors import HistoryUnusable
    from assistant.web.server import serve

    damaged = b"no database" * 1000
    (tmp_path / "history.sqlite").write_bytes(damaged)
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    with pytest.raises(HistoryUnusable) as caught:
        serve(Settings(data_dir=tmp_path, port=port), lambda: None)
    assert "history.sqlite" in caught.value.message.zh + caught.value.hint.zh
    assert (tmp_path / "history.sqlite").read_bytes() == damaged
