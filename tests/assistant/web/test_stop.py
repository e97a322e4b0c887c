"""A server that is told to stop: every open stream hears of it, and nothing breaks."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

import pytest

from assistant.setup.settings import Settings
from tests.assistant.sockets import HALF, connect, heartbeat, post_of, rest
from tests.chat_model.replies import drips
from tests.chat_model.server import ModelServer
from tests.small_library import with_settings


@pytest.fixture(scope="module")
def stopped(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every open stream got when a server, with a model that never ends, was told to stop."""
    with ModelServer(lambda _: drips(pause=0.1)) as model:
        return _stop(with_settings(settings, tmp_path_factory.mktemp("stopped")), model.base_url)


def _stop(settings: Settings, model: str) -> dict[str, Any]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")},
        "NO_PROXY": "127.0.0.1",
        "POLICY_ASSISTANT_DATA_DIR": str(settings.data_dir),
        "POLICY_ASSISTANT_SEEDS_DIR": str(settings.seeds_dir),
        "OPENAI_BASE_URL": model,
        "OPENAI_API_KEY": "none",
        "OPENAI_MODEL": "scripted",
    }
    command = [sys.executable, "-m", "assistant.commands.cli", "serve", "--port", str(settings.port)]
    with (
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process,
        ExitStack() as opened,
    ):
        assert process.stderr is not None
        for line in process.stderr:
            if str(settings.port) in line:
                break
        streams = {"whole": _asked(settings.port, 90, events=False)}
        streams |= {f"events {place}": _asked(settings.port, place, events=True) for place in range(12)}
        streams |= {"chunks": _completion(settings.port), "tab": heartbeat(settings.port, "stopped")}
        half = connect(settings.port)
        for stream in (half, *streams.values()):
            opened.enter_context(stream)
        half.sendall(HALF)
        # All but the first begin before there is an answer, even those that wait in line.
        told: dict[str, Any] = {name: streams[name].recv(65536) for name in list(streams)[1:]}
        process.send_signal(signal.SIGTERM)
        told = {name: told.get(name, b"") + rest(stream) for name, stream in streams.items()}
        told["error"] = process.stderr.read()
        told["code"] = process.wait(30)
    return told


def _asked(port: int, place: int, *, events: bool) -> socket.socket:
    body = json.dumps({"question": f"图书角不少于多少册？第{place}次"}).encode()
    accept = b"Accept: text/event-stream" if events else b"Accept: application/json"
    connection = connect(port)
    connection.sendall(post_of(body, accept) + body)
    return connection


def _completion(port: int) -> socket.socket:
    messages = [{"role": "user", "content": "图书角由谁牵头？"}]
    body = json.dumps({"model": "edu-policy", "stream": True, "messages": messages}).encode()
    connection = connect(port)
    connection.sendall(post_of(body, path=b"/v1/chat/completions") + body)
    return connection


def test_told_to_stop_every_stream_of_events_gets_its_last_one(stopped: dict[str, Any]) -> None:
    for name in (f"events {place}" for place in range(12)):
        got = stopped[name].decode()
        events = re.findall(r"event: (\w+)\ndata: (.*)\n", got)
        assert events[-1][0] == "error", name
        assert json.loads(events[-1][1])["error"]["code"] == "server_stopping"
        assert got.endswith("0\r\n\r\n")  # the response is whole


def test_told_to_stop_answers_of_other_forms_end_in_theirs(stopped: dict[str, Any]) -> None:
    assert b"HTTP/1.1 503" in stopped["whole"]
    assert b"server_stopping" in stopped["whole"]
    assert b"data: [DONE]" in stopped["chunks"]
    assert "服务正在停止" in stopped["chunks"].decode()
    assert stopped["tab"].endswith(b"0\r\n\r\n")


def test_told_to_stop_it_stops_without_fuss(stopped: dict[str, Any]) -> None:
    assert stopped["code"] == 0
    assert "Traceback" not in stopped["error"]
    assert "ERROR" not in stopped["error"]
